//! Whether a linked module's code validates. A call that does not is what a linker makes, without a
//! message, of an import whose name an archive before it defines with another signature.

use wasmparser::{Operator, Parser, Payload, Validator, WasmFeatures};

use super::module::Module;

/// Why a module does not validate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    /// The validator's words.
    pub what: String,
    /// Where, in bytes from the beginning of the file.
    pub offset: usize,
    /// The name of the function whose code it is in, where there is a name section.
    pub function: Option<String>,
    /// The name of the function that is called there, where it is a call.
    pub callee: Option<String>,
}

/// Validates `bytes`, a whole module that begins at `base` in its file and reads as `module`. Every
/// proposal that the validator knows is taken for granted: what fails fails in any engine.
///
/// # Errors
/// The first place that does not validate.
pub fn validate(bytes: &[u8], base: usize, module: &Module<'_>) -> Result<(), Invalid> {
    let Err(error) = Validator::new_with_features(WasmFeatures::all()).validate_all(bytes) else {
        return Ok(());
    };
    let at = error.offset();
    let (mut function, mut callee) = (None, None);
    if let Some((index, called)) = place(bytes, at) {
        let named = |index| module.function_names.get(&index).map(|name| (*name).to_owned());
        (function, callee) = (named(index), called.and_then(named));
    }
    Err(Invalid { what: error.message().to_owned(), offset: base + at, function, callee })
}

/// The index of the function whose code `at` lies in, and of the function called there.
fn place(bytes: &[u8], at: usize) -> Option<(u32, Option<u32>)> {
    let mut index = 0_u32;
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.ok()? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    if matches!(
                        import.ok()?.ty,
                        wasmparser::TypeRef::Func(_) | wasmparser::TypeRef::FuncExact(_)
                    ) {
                        index += 1;
                    }
                }
            }
            Payload::CodeSectionEntry(body) if body.range().contains(&at) => {
                let mut called = None;
                for operator in body.get_operators_reader().ok()?.into_iter_with_offsets() {
                    let (operator, offset) = operator.ok()?;
                    if offset >= at {
                        if let (Operator::Call { function_index }, true) = (operator, offset == at)
                        {
                            called = Some(function_index);
                        }
                        break;
                    }
                }
                return Some((index, called));
            }
            Payload::CodeSectionEntry(_) => index += 1,
            _ => {}
        }
    }
    None
}
