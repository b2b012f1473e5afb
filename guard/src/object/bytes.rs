//! Numbers, strings and sections of the WebAssembly binary format, one behind the other.
//!
//! wasmparser does this too, and more; it would be a fifth of what a build pays for this crate, and is the judge
//! in `judge.rs` instead. Linked modules and components are read with it, where the feature `linked` is on.
//!
//! Source: section 5 of the core specification. An object is hostile: what is read is bounded by the bytes
//! that there are, and nothing is set aside for a count before what it counts.

use super::Corrupt;

/// Bytes that are read from their beginning on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bytes<'a> {
    rest: &'a [u8],
    /// Where `rest` begins in the file.
    offset: usize,
}

impl<'a> Bytes<'a> {
    pub(super) fn new(bytes: &'a [u8], offset: usize) -> Self {
        Self { rest: bytes, offset }
    }

    /// Where the next byte is in the file.
    pub(super) fn offset(&self) -> usize {
        self.offset
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn take(&mut self, length: usize) -> Result<&'a [u8], Corrupt> {
        let Some((taken, rest)) = self.rest.split_at_checked(length) else {
            return Err(Corrupt::new(self.offset, "unexpected end"));
        };
        self.rest = rest;
        self.offset += length;
        Ok(taken)
    }

    pub(super) fn byte(&mut self) -> Result<u8, Corrupt> {
        Ok(self.take(1)?[0])
    }

    /// A byte of which no bit beyond `known` is set.
    pub(super) fn flags(&mut self, known: u8) -> Result<u8, Corrupt> {
        let at = self.offset;
        match self.byte()? {
            flags if flags & !known == 0 => Ok(flags),
            _ => Err(Corrupt::new(at, "flags that are not known")),
        }
    }

    /// An unsigned LEB128 number of at most 32 bits.
    pub(super) fn u32(&mut self) -> Result<u32, Corrupt> {
        let at = self.offset;
        let number = self.unsigned(32)?;
        u32::try_from(number).map_err(|_| Corrupt::new(at, "a number of more than 32 bits"))
    }

    /// An unsigned LEB128 number of at most 64 bits.
    pub(super) fn u64(&mut self) -> Result<u64, Corrupt> {
        self.unsigned(64)
    }

    /// A signed LEB128 number of at most 33 bits.
    pub(super) fn s33(&mut self) -> Result<i64, Corrupt> {
        let at = self.offset;
        let (mut number, mut shift) = (0_i64, 0);
        while shift < 35 {
            let byte = self.byte()?;
            number |= i64::from(byte & 0x7f) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                let sign = if byte & 0x40 == 0 { 0 } else { -1 << shift };
                number |= sign;
                if (number >> 32) == (sign >> 63) {
                    return Ok(number);
                }
                break;
            }
        }
        Err(Corrupt::new(at, "a number of more than 33 bits"))
    }

    fn unsigned(&mut self, bits: u32) -> Result<u64, Corrupt> {
        let at = self.offset;
        let mut number = 0_u64;
        let mut shift = 0;
        loop {
            let byte = self.byte()?;
            let part = u64::from(byte & 0x7f);
            // The last byte has the bits that are left, and no other byte follows it.
            let left = bits - shift;
            if left < 7 && part >> left != 0 {
                return Err(Corrupt::new(at, format!("a number of more than {bits} bits")));
            }
            number |= part << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
            if left <= 7 {
                return Err(Corrupt::new(at, format!("a number of more than {bits} bits")));
            }
            shift += 7;
        }
    }

    /// What kind of a section it is, in seven bits.
    pub(super) fn id(&mut self) -> Result<u8, Corrupt> {
        let at = self.offset;
        match self.byte()? {
            id @ 0..0x80 => Ok(id),
            _ => Err(Corrupt::new(at, "no id of a section")),
        }
    }

    /// As many bytes as the number before them says.
    pub(super) fn block(&mut self) -> Result<Bytes<'a>, Corrupt> {
        let length = self.u32()?;
        let offset = self.offset;
        let bytes = self.take(usize::try_from(length).unwrap_or(usize::MAX))?;
        Ok(Bytes { rest: bytes, offset })
    }

    /// A string with its length before it.
    pub(super) fn string(&mut self) -> Result<&'a str, Corrupt> {
        let Bytes { rest, offset } = self.block()?;
        std::str::from_utf8(rest).map_err(|_| Corrupt::new(offset, "a name that is not UTF-8"))
    }

    /// Nothing may be left.
    pub(super) fn end(&self) -> Result<(), Corrupt> {
        if self.is_empty() {
            return Ok(());
        }
        Err(Corrupt::new(self.offset, "more than the section says that it has"))
    }
}

/// A section of a module.
#[derive(Debug, Clone, Copy)]
pub(super) struct Section<'a> {
    pub(super) id: u8,
    /// The name of a custom section.
    pub(super) name: Option<&'a str>,
    /// What is in it, behind the name.
    pub(super) content: Bytes<'a>,
}

/// The ids of sections in the order that they must have.
const ORDER: [u8; 13] = [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11];

/// The sections of a module behind its header.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sections<'a> {
    bytes: Bytes<'a>,
    /// How many of [`ORDER`] cannot come any more.
    passed: usize,
}

impl<'a> Sections<'a> {
    /// Reads the header; `base` is where `module` begins in its file.
    pub(super) fn of(module: &'a [u8], base: usize) -> Result<Self, Corrupt> {
        let mut bytes = Bytes::new(module, base);
        if bytes.take(4)? != super::WASM_MAGIC {
            return Err(Corrupt::new(base, "no WebAssembly"));
        }
        if bytes.take(4)? != [1, 0, 0, 0] {
            return Err(Corrupt::new(base + 4, "not version 1 of WebAssembly"));
        }
        Ok(Self { bytes, passed: 0 })
    }

    /// The next one; `None` behind the last.
    pub(super) fn next(&mut self) -> Result<Option<Section<'a>>, Corrupt> {
        if self.bytes.is_empty() {
            return Ok(None);
        }
        let at = self.bytes.offset();
        let id = self.bytes.id()?;
        let mut content = self.bytes.block()?;
        if let Some(place) = ORDER.iter().position(|known| *known == id) {
            if place < self.passed {
                return Err(Corrupt::new(at, "a section that is out of order"));
            }
            self.passed = place + 1;
        }
        let name = if id == 0 { Some(content.string()?) } else { None };
        Ok(Some(Section { id, name, content }))
    }
}
