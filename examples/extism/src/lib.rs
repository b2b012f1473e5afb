//! A plugin that greets by a name that its host looks up.

use extism_pdk::{FnResult, host_fn, plugin_fn};

// The macro writes an import of module `extism:host/user` in the place of this.
#[host_fn]
extern "ExtismHost" {
    fn full_name(user: String) -> String;
}

#[plugin_fn]
pub fn greet(user: String) -> FnResult<String> {
    // SAFETY: strings go through extism's own memory.
    let name = unsafe { full_name(user)? };
    Ok(format!("Hello, {name}"))
}
