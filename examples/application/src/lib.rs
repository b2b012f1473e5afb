//! A plugin for a made-up chat server: it answers what is said in a room.
//!
//! `send` and `recv` are functions of wasi-libc too. Here they are private and called by plain functions of
//! the crate that declares them, which every rustc links right.

mod host;

/// The server calls this whenever something was said in `room`, and goes on doing so while it is 1.
///
/// The name is the server's choice. wasi-libc has a function of that name as well; the exception in
/// Cargo.toml says why that is accepted.
#[unsafe(no_mangle)]
pub extern "C" fn poll(room: u32) -> u32 {
    let Some((user, text)) = host::next_message(room) else { return 0 };
    if text == "help" {
        host::say(room, "nobody can help you");
    }
    #[cfg(feature = "moderation")]
    if text == "spam" {
        host::expel(room, user);
    }
    let _ = user;
    1
}
