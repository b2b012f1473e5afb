//! A plugin that leaves the program as it is.

use swc_core::ecma::ast::Program;
use swc_core::plugin::plugin_transform;
use swc_core::plugin::proxies::TransformPluginProgramMetadata;

#[plugin_transform]
pub fn process(program: Program, metadata: TransformPluginProgramMetadata) -> Program {
    let _ = metadata.get_context(&swc_core::plugin::metadata::TransformPluginMetadataContextKind::Filename);
    program
}
