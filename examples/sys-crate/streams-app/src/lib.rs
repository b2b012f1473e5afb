//! Ends streams.

/// The host calls this for each stream that has come to its end: 1 if it was open till then.
#[unsafe(no_mangle)]
pub extern "C" fn finish(stream: u32) -> u32 {
    // SAFETY: the host refuses numbers that it did not give.
    streams_sys::stream::flush(stream) & unsafe { streams_sys::raw::close(stream) }
}
