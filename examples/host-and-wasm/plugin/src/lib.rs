//! Tells the server which sensors are too hot.

#[link(wasm_import_module = "server")]
unsafe extern "C" {
    fn alarm(sensor: u32);
    fn log(celsius: f64);
}

/// The server calls this for each reading of a sensor.
#[unsafe(no_mangle)]
pub extern "C" fn judge(sensor: u32, celsius: f64) {
    // SAFETY: the server takes any number.
    unsafe { log(celsius) };
    if celsius > protocol::HOT {
        // SAFETY: likewise.
        unsafe { alarm(sensor) };
    }
}
