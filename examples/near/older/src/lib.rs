//! What a contract compiled to when near-sys did not name the module of its imports yet.

/// Writes a line to the log.
#[unsafe(no_mangle)]
pub extern "C" fn call() {
    let line = "called";
    // SAFETY: length and pointer are of one string.
    unsafe { near_sys::log_utf8(line.len() as u64, line.as_ptr() as u64) }
}
