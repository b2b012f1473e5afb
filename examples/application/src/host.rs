//! The functions that the chat server provides.

#[link(wasm_import_module = "chat")]
unsafe extern "C" {
    /// Writes as much of the next message as `capacity` allows, and who said it; returns its length, or
    /// a negative number when there is none.
    fn recv(room: u32, text: *mut u8, capacity: usize, user: *mut u32) -> i32;
    fn send(room: u32, text: *const u8, length: usize);
    #[cfg(feature = "moderation")]
    fn kick(room: u32, user: u32);
}

/// Longest message that is read.
const CAPACITY: usize = 1024;

/// The next message in `room`, with the number of the user who said it.
pub fn next_message(room: u32) -> Option<(u32, String)> {
    let mut text = vec![0; CAPACITY];
    let mut user = 0;
    // SAFETY: pointer and length are of one buffer, and the number outlives the call.
    let length = unsafe { recv(room, text.as_mut_ptr(), text.len(), &raw mut user) };
    text.truncate(usize::try_from(length).ok()?);
    Some((user, String::from_utf8(text).ok()?))
}

pub fn say(room: u32, text: &str) {
    // SAFETY: pointer and length are of one string.
    unsafe { send(room, text.as_ptr(), text.len()) }
}

#[cfg(feature = "moderation")]
pub fn expel(room: u32, user: u32) {
    // SAFETY: the server refuses numbers that it did not give.
    unsafe { kick(room, user) }
}
