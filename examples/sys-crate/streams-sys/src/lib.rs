//! Bindings to a made-up host that hands out streams.

/// The functions of the host as they are: `pub`, for others to call. That is how most such crates are written,
/// and what rustc 1.91.0 breaks: in the caller's crate it gives `close` the symbol of libc's function.
pub mod raw {
    #[link(wasm_import_module = "streams")]
    unsafe extern "C" {
        /// Closes a stream: 1 if it was open.
        pub fn close(stream: u32) -> u32;
    }
}

/// The mend: the import is private, and a plain function of this crate calls it, neither generic nor
/// `#[inline]`, so that no other crate's objects name it.
pub mod stream {
    #[link(wasm_import_module = "streams")]
    unsafe extern "C" {
        fn fsync(stream: u32) -> u32;
    }

    /// Has the host write out what it keeps: 1 if the stream is open.
    #[must_use]
    pub fn flush(stream: u32) -> u32 {
        // SAFETY: the host refuses numbers that it did not give.
        unsafe { fsync(stream) }
    }
}
