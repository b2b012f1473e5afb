//! A component: the interfaces it imports, and the core modules inside it.
//!
//! Only the layer that holds modules, nested components and imports is read, after `Binary.md` of the
//! component model (version 0xd): every section is an id, a length and its content.

use wasmparser::{BinaryReader, BinaryReaderError};

use super::Corrupt;
use super::module::decoding;

/// Components inside components, far more than any tool composes.
pub const MAX_NESTING: usize = 100;
/// More modules or imports than any component has: engines stop at thousands.
pub const MAX_ENTRIES: usize = 1 << 16;

const MODULE_SECTION: u8 = 1;
const COMPONENT_SECTION: u8 = 4;
const IMPORT_SECTION: u8 = 10;

/// A component.
#[derive(Debug, Clone, Default)]
pub struct Component<'a> {
    /// The names that the outermost component imports, `wasi:cli/environment@0.2.3`.
    pub imports: Vec<&'a str>,
    /// The core modules in it and in the components inside it, in their order.
    pub modules: Vec<CoreModule<'a>>,
}

/// A core module inside a component.
#[derive(Debug, Clone, Copy)]
pub struct CoreModule<'a> {
    /// Its bytes.
    pub data: &'a [u8],
    /// Where it begins in the file.
    pub offset: usize,
}

impl<'a> Component<'a> {
    /// Reads a component; `base` is where it begins in its file.
    ///
    /// # Errors
    /// When a section ends beyond the file, an import is of no known form, or there are more nested
    /// components or entries than [`MAX_NESTING`] and [`MAX_ENTRIES`].
    pub fn parse(component: &'a [u8], base: usize) -> Result<Self, Corrupt> {
        let mut found = Self::default();
        let mut outer = vec![sections(component, base)?];
        while let Some(reader) = outer.last_mut() {
            if reader.eof() {
                outer.pop();
                continue;
            }
            let at = reader.original_position();
            let id = reader.read_u8().map_err(decoding)?;
            let content = reader.read_reader().map_err(decoding)?;
            let (offset, data) = (content.original_position(), bytes(&content).map_err(decoding)?);
            match id {
                MODULE_SECTION => found.modules.push(CoreModule { data, offset }),
                COMPONENT_SECTION if outer.len() >= MAX_NESTING => {
                    let what = format!("components are nested more than {MAX_NESTING} deep");
                    return Err(Corrupt::new(at, what));
                }
                COMPONENT_SECTION => outer.push(sections(data, offset)?),
                IMPORT_SECTION if outer.len() == 1 => {
                    imports(content, &mut found.imports)?;
                }
                _ => {}
            }
            if found.modules.len().max(found.imports.len()) > MAX_ENTRIES {
                let what = format!("more than {MAX_ENTRIES} modules or imports in a component");
                return Err(Corrupt::new(at, what));
            }
        }
        Ok(found)
    }
}

/// A reader behind the header.
fn sections(component: &[u8], base: usize) -> Result<BinaryReader<'_>, Corrupt> {
    if !super::is_component(component) {
        return Err(Corrupt::new(base, "not a component"));
    }
    Ok(BinaryReader::new(
        &component[super::COMPONENT_HEADER.len()..],
        base + super::COMPONENT_HEADER.len(),
    ))
}

fn bytes<'a>(reader: &BinaryReader<'a>) -> Result<&'a [u8], BinaryReaderError> {
    let mut all = reader.clone();
    all.read_bytes(reader.bytes_remaining())
}

/// Names of imports; what each is, is skipped.
fn imports<'a>(mut section: BinaryReader<'a>, names: &mut Vec<&'a str>) -> Result<(), Corrupt> {
    let count = section.read_var_u32().map_err(decoding)?;
    for _ in 0..count {
        let at = section.original_position();
        let one = import(&mut section).map_err(decoding)?;
        let name =
            one.ok_or_else(|| Corrupt::new(at, "an import of a component of no known form"))?;
        names.push(name);
        if names.len() > MAX_ENTRIES {
            return Err(Corrupt::new(at, format!("more than {MAX_ENTRIES} imports")));
        }
    }
    Ok(())
}

/// One import; `None` when its form is not known.
fn import<'a>(section: &mut BinaryReader<'a>) -> Result<Option<&'a str>, BinaryReaderError> {
    let form = section.read_u8()?;
    let name = section.read_string()?;
    match form {
        0 | 1 => {}
        // With the part of the version that the name leaves out.
        2 => section.skip_string()?,
        _ => return Ok(None),
    }
    match section.read_u8()? {
        // A core module is marked by two bytes.
        0 if section.read_u8()? != 0x11 => return Ok(None),
        // A core module, a function, a component, an instance: the index of its type.
        0 | 1 | 4 | 5 => {
            section.read_var_u32()?;
        }
        // A value: equal to another, or of a type.
        2 => match section.read_u8()? {
            0 => {
                section.read_var_u32()?;
            }
            1 => {
                section.read_var_s33()?;
            }
            _ => return Ok(None),
        },
        // A type: equal to another, or any resource.
        3 => match section.read_u8()? {
            0 => {
                section.read_var_u32()?;
            }
            1 => {}
            _ => return Ok(None),
        },
        _ => return Ok(None),
    }
    Ok(Some(name))
}
