//! Greets in the page and on the console.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console)]
    fn log(text: &str);
}

/// Runs once the page has loaded the module.
#[wasm_bindgen(start)]
fn start() {
    log("hello");
}
