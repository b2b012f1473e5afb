//! Values as bytes and back.

use std::collections::HashMap;
use std::hash::Hash;
use std::ops::Range;

/// A value that an entry can hold.
pub(crate) trait Stored: Sized {
    /// Appends it.
    fn store(&self, out: &mut Vec<u8>);
    /// Takes it off the front; `None` where that is no such value.
    fn restore(input: &mut Input<'_>) -> Option<Self>;
}

/// Bytes that are still to be read.
#[derive(Debug)]
pub(crate) struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }
}

impl Stored for u8 {
    fn store(&self, out: &mut Vec<u8>) {
        out.push(*self);
    }

    fn restore(input: &mut Input<'_>) -> Option<Self> {
        Some(input.take(1)?[0])
    }
}

impl Stored for bool {
    fn store(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }

    fn restore(input: &mut Input<'_>) -> Option<Self> {
        match u8::restore(input)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

/// Seven bits a byte, the lowest first: most numbers are small.
impl Stored for u64 {
    fn store(&self, out: &mut Vec<u8>) {
        let mut rest = *self;
        while rest >= 0x80 {
            out.push((rest & 0x7f) as u8 | 0x80);
            rest >>= 7;
        }
        out.push((rest & 0x7f) as u8);
    }

    fn restore(input: &mut Input<'_>) -> Option<Self> {
        let mut value = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = u8::restore(input)?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }
}

macro_rules! stored_numbers {
    ($($number:ty),*) => {$(
        impl Stored for $number {
            fn store(&self, out: &mut Vec<u8>) {
                // Nothing here has more than 64 bits.
                u64::try_from(*self).unwrap_or(u64::MAX).store(out);
            }

            fn restore(input: &mut Input<'_>) -> Option<Self> {
                u64::restore(input)?.try_into().ok()
            }
        }
    )*};
}
stored_numbers!(u32, usize);

impl Stored for char {
    fn store(&self, out: &mut Vec<u8>) {
        u32::from(*self).store(out);
    }

    fn restore(input: &mut Input<'_>) -> Option<Self> {
        Self::from_u32(u32::restore(input)?)
    }
}

impl Stored for String {
    fn store(&self, out: &mut Vec<u8>) {
        self.len().store(out);
        out.extend_from_slice(self.as_bytes());
    }

    fn restore(input: &mut Input<'_>) -> Option<Self> {
        let length = usize::restore(input)?;
        std::str::from_utf8(input.take(length)?).ok().map(str::to_owned)
    }
}

impl<T: Stored> Stored for Option<T> {
    fn store(&self, out: &mut Vec<u8>) {
        self.is_some().store(out);
        if let Some(value) = self {
            value.store(out);
        }
    }

    fn restore(input: &mut Input<'_>) -> Option<Self> {
        Some(if bool::restore(input)? { Some(T::restore(input)?) } else { None })
    }
}

impl<T: Stored> Stored for Vec<T> {
    fn store(&self, out: &mut Vec<u8>) {
        self.len().store(out);
        for value in self {
            value.store(out);
        }
    }

    fn restore(input: &mut Input<'_>) -> Option<Self> {
        let length = usize::restore(input)?;
        // Each value takes a byte at least: a length that is no length reserves nothing.
        let mut values = Self::with_capacity(length.min(input.0.len()));
        for _ in 0..length {
            values.push(T::restore(input)?);
        }
        Some(values)
    }
}

impl<K: Stored + Eq + Hash, V: Stored> Stored for HashMap<K, V> {
    fn store(&self, out: &mut Vec<u8>) {
        self.len().store(out);
        for (key, value) in self {
            key.store(out);
            value.store(out);
        }
    }

    fn restore(input: &mut Input<'_>) -> Option<Self> {
        let length = usize::restore(input)?;
        let mut values = Self::with_capacity(length.min(input.0.len()));
        for _ in 0..length {
            values.insert(K::restore(input)?, V::restore(input)?);
        }
        Some(values)
    }
}

impl<T: Stored> Stored for Range<T> {
    fn store(&self, out: &mut Vec<u8>) {
        self.start.store(out);
        self.end.store(out);
    }

    fn restore(input: &mut Input<'_>) -> Option<Self> {
        Some(T::restore(input)?..T::restore(input)?)
    }
}

macro_rules! stored_tuple {
    ($($name:ident),*) => {
        impl<$($name: Stored),*> Stored for ($($name,)*) {
            fn store(&self, out: &mut Vec<u8>) {
                #[allow(non_snake_case, reason = "the type's name serves as the value's")]
                let ($($name,)*) = self;
                $($name.store(out);)*
            }

            fn restore(input: &mut Input<'_>) -> Option<Self> {
                Some(($($name::restore(input)?,)*))
            }
        }
    };
}
stored_tuple!(A, B);
stored_tuple!(A, B, C);

/// A struct as its fields, each of which must be named.
macro_rules! stored_struct {
    ($name:ident { $($field:ident),* $(,)? }) => {
        impl $crate::cache::Stored for $name {
            fn store(&self, out: &mut Vec<u8>) {
                let Self { $($field),* } = self;
                $($crate::cache::Stored::store($field, out);)*
            }

            fn restore(input: &mut $crate::cache::Input<'_>) -> Option<Self> {
                $(let $field = $crate::cache::Stored::restore(input)?;)*
                Some(Self { $($field),* })
            }
        }
    };
}

/// An enum as the number of its variant and what that holds.
macro_rules! stored_enum {
    ($name:ident { $($number:literal => $variant:ident $(($inner:ident))?),* $(,)? }) => {
        impl $crate::cache::Stored for $name {
            fn store(&self, out: &mut Vec<u8>) {
                match self {
                    $(Self::$variant $(($inner))? => {
                        out.push($number);
                        $($crate::cache::Stored::store($inner, out);)?
                    })*
                }
            }

            fn restore(input: &mut $crate::cache::Input<'_>) -> Option<Self> {
                match <u8 as $crate::cache::Stored>::restore(input)? {
                    $($number => {
                        $(let $inner = $crate::cache::Stored::restore(input)?;)?
                        Some(Self::$variant $(($inner))?)
                    })*
                    _ => None,
                }
            }
        }
    };
}

pub(crate) use {stored_enum, stored_struct};
