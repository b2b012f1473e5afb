//! The host: it has the functions that the plugin imports. The wasm runtime that would call the plugin is
//! left out.

fn main() {
    println!("the plugin raises an alarm above {} degrees", protocol::HOT);
}
