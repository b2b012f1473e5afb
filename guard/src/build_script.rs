//! What happens inside a `build.rs`.

/// Checks the package whose `build.rs` calls it.
pub fn check() {
    Guard::new().check();
}

/// The builder behind [`check`].
#[derive(Debug, Default)]
pub struct Guard {}

impl Guard {
    /// A guard with the defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Runs it.
    pub fn check(&self) {}
}
