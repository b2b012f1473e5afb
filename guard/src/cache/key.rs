//! What entries are known by.

use std::fmt;
use std::hash::{DefaultHasher, Hasher as _};

use super::{Input, Stored};

/// 128 bits that stand for a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Digest([u64; 2]);

impl Digest {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self([0, 1].map(|half| {
            let mut hasher = DefaultHasher::new();
            hasher.write_u8(half);
            hasher.write(bytes);
            hasher.finish()
        }))
    }

    /// Of both.
    pub(crate) fn and(self, other: Self) -> Self {
        Self::of(&[self.to_bytes(), other.to_bytes()].concat())
    }

    pub(super) fn to_bytes(self) -> [u8; 16] {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.0[0].to_le_bytes());
        bytes[8..].copy_from_slice(&self.0[1].to_le_bytes());
        bytes
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}{:016x}", self.0[0], self.0[1])
    }
}

/// Everything that a value was made from, part by part. Entries are found by its digest, and hold the key
/// itself: another key of the same digest finds nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key(Vec<u8>);

impl Key {
    /// A key for values of one `kind`.
    pub(crate) fn new(kind: &str) -> Self {
        Self(Vec::new()).with(kind.as_bytes())
    }

    /// With a further part.
    #[must_use]
    pub(crate) fn with(mut self, part: impl AsRef<[u8]>) -> Self {
        let part = part.as_ref();
        // So that no two lists of parts run together to the same key.
        self.0.extend_from_slice(&(part.len() as u64).to_le_bytes());
        self.0.extend_from_slice(part);
        self
    }

    /// With the digest of a further part.
    #[must_use]
    pub(crate) fn with_digest(self, digest: Digest) -> Self {
        self.with(digest.to_bytes())
    }

    /// The digest of the whole.
    pub(crate) fn digest(&self) -> Digest {
        Digest::of(&self.0)
    }
}

impl Stored for Key {
    fn store(&self, out: &mut Vec<u8>) {
        self.0.len().store(out);
        out.extend_from_slice(&self.0);
    }

    fn restore(input: &mut Input<'_>) -> Option<Self> {
        let length = usize::restore(input)?;
        input.take(length).map(|bytes| Self(bytes.to_vec()))
    }
}

impl Stored for Digest {
    fn store(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.to_bytes());
    }

    fn restore(input: &mut Input<'_>) -> Option<Self> {
        let (low, high) = input.take(16)?.split_first_chunk()?;
        let high = high.try_into().ok()?;
        Some(Self([u64::from_le_bytes(*low), u64::from_le_bytes(high)]))
    }
}
