//! Opens a room's valve while the room is too cold.
//!
//! No extern block is written here: the macro makes the imports of `wit/world.wit`, `read` and `open` among
//! them, which are functions of libc as well.

wit_bindgen::generate!({ world: "control" });

use example::thermostat::device::{Valve, read};

struct Control;

impl Guest for Control {
    fn adjust(room: u32, wanted: f32) {
        let percent = if read(room) < wanted { 100 } else { 0 };
        Valve::new(room).open(percent);
    }
}

export!(Control);
