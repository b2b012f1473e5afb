//! Types of a module: those of functions over numbers are read, all others are passed over.
//!
//! Source: section 5.3 of the core specification, version 3. What it does not have, such as continuations, is
//! an error.

use super::Corrupt;
use super::bytes::Bytes;
use crate::import::{ValueType, WasmType};

/// The types of a type section by index; `None` for what is no function type over numbers. Nothing is read
/// behind `limit` of them and one.
pub(super) fn read(
    section: &mut Bytes<'_>,
    limit: usize,
    types: &mut Vec<Option<WasmType>>,
) -> Result<(), Corrupt> {
    let groups = section.u32()?;
    for _ in 0..groups {
        let mut group = 1;
        let mut recursive = *section;
        if recursive.byte()? == 0x4e {
            *section = recursive;
            group = section.u32()?;
        }
        for _ in 0..group {
            types.push(sub_type(section)?);
            if types.len() > limit {
                return Ok(());
            }
        }
    }
    section.end()
}

/// A type with what is said of its place among others before it.
fn sub_type(bytes: &mut Bytes<'_>) -> Result<Option<WasmType>, Corrupt> {
    let mut at = bytes.offset();
    let mut form = bytes.byte()?;
    // `sub` and `sub final`, with the type above.
    if matches!(form, 0x50 | 0x4f) {
        match bytes.u32()? {
            0 => {}
            1 => {
                bytes.u32()?;
            }
            _ => return Err(Corrupt::new(at, "a type of more than one supertype")),
        }
        at = bytes.offset();
        form = bytes.byte()?;
    }
    match form {
        0x60 => function_type(bytes),
        // A structure: its fields.
        0x5f => {
            for _ in 0..bytes.u32()? {
                field(bytes)?;
            }
            Ok(None)
        }
        // An array.
        0x5e => field(bytes).map(|()| None),
        _ => Err(Corrupt::new(at, "a type of no known form")),
    }
}

fn function_type(bytes: &mut Bytes<'_>) -> Result<Option<WasmType>, Corrupt> {
    let params = value_types(bytes)?;
    let results = value_types(bytes)?;
    Ok(params.zip(results).map(|(params, results)| WasmType { params, results }))
}

/// `None` when one is no number.
fn value_types(bytes: &mut Bytes<'_>) -> Result<Option<Vec<ValueType>>, Corrupt> {
    let mut types = Some(Vec::new());
    for _ in 0..bytes.u32()? {
        match (value_type(bytes)?, &mut types) {
            (Some(ty), Some(types)) => types.push(ty),
            _ => types = None,
        }
    }
    Ok(types)
}

/// `None` for a vector or a reference.
pub(super) fn value_type(bytes: &mut Bytes<'_>) -> Result<Option<ValueType>, Corrupt> {
    let at = bytes.offset();
    match bytes.byte()? {
        0x7f => Ok(Some(ValueType::I32)),
        0x7e => Ok(Some(ValueType::I64)),
        0x7d => Ok(Some(ValueType::F32)),
        0x7c => Ok(Some(ValueType::F64)),
        // `v128`.
        0x7b => Ok(None),
        form => reference(form, at, bytes).map(|()| None),
    }
}

/// Passes over a reference type.
pub(super) fn reference_type(bytes: &mut Bytes<'_>) -> Result<(), Corrupt> {
    let at = bytes.offset();
    let form = bytes.byte()?;
    reference(form, at, bytes)
}

/// What is behind the first byte of a reference type.
fn reference(form: u8, at: usize, bytes: &mut Bytes<'_>) -> Result<(), Corrupt> {
    let is_known = match form {
        // `(ref null …)` and `(ref …)`.
        0x63 | 0x64 => return heap_type(bytes),
        // Of what several threads share.
        0x65 => is_abstract(bytes.byte()?),
        _ => is_abstract(form),
    };
    if is_known { Ok(()) } else { Err(Corrupt::new(at, "a value type of no known form")) }
}

fn heap_type(bytes: &mut Bytes<'_>) -> Result<(), Corrupt> {
    let at = bytes.offset();
    let mut rest = *bytes;
    let is_known = match rest.byte()? {
        0x65 => is_abstract(rest.byte()?),
        // Exactly the type of that index.
        0x62 => rest.u32().is_ok(),
        form if is_abstract(form) => true,
        _ => {
            rest = *bytes;
            rest.s33()? >= 0
        }
    };
    *bytes = rest;
    if is_known { Ok(()) } else { Err(Corrupt::new(at, "a heap type of no known form")) }
}

/// `func`, `extern`, `any` and their like.
fn is_abstract(form: u8) -> bool {
    matches!(form, 0x68..=0x75)
}

/// A field of a structure, or what an array has: its type, which may be a packed one, and whether it changes.
fn field(bytes: &mut Bytes<'_>) -> Result<(), Corrupt> {
    let mut packed = *bytes;
    if matches!(packed.byte()?, 0x77 | 0x78) {
        *bytes = packed;
    } else {
        value_type(bytes)?;
    }
    bytes.flags(1).map(|_| ())
}
