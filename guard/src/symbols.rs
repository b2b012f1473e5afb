//! The C symbols of a target.
use crate::import::WasmType;
/// stub
#[derive(Debug, Clone)]
pub struct CSymbol {
    /// stub
    pub wasm_type: Option<WasmType>,
    /// stub
    pub is_function: bool,
    /// stub
    pub referenced_by_std: bool,
}
/// stub
#[derive(Debug, Clone, Default)]
pub struct CSymbols {}
impl CSymbols {
    /// stub
    pub fn is_linker_defined(_n: &str) -> bool {
        false
    }
    /// stub
    pub fn get(&self, _name: &str) -> Option<&CSymbol> {
        None
    }
    /// stub
    pub fn origin(&self) -> &str {
        ""
    }
    /// stub
    pub fn library(&self) -> &str {
        "libc"
    }
}
