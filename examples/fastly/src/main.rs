//! An echo service on the raw host calls of an edge platform: it opens its stores, reads the
//! client's request, logs a line, writes the body back, and closes what it used.
//!
//! The host calls are those of `fastly-sys`, each behind a function of `host`. Together they mention
//! all fifteen imports of `fastly-sys` whose names wasi-libc defines as well: `open`, `close`,
//! `read`, `write` and `select`, in thirteen import modules. With rustc 1.91.0 this program does not
//! link for wasm32-wasip1; with 1.91.1 and later it does. `bash run` shows what
//! wasm-import-guard tells about it before the link.

mod host;

use host::{Failure, Store};

/// Longest request body that is answered.
const MAX_BODY: usize = 16 * 1024;

fn main() {
    if let Err(failure) = answer() {
        eprintln!("host call failed: {failure:?}");
    }
}

fn answer() -> Result<(), Failure> {
    let mut opened = Vec::new();
    for (store, name) in [
        (Store::Acl, "blocked"),
        (Store::Config, "settings"),
        (Store::Dictionary, "legacy-settings"),
        (Store::KeyValue, "pages"),
        (Store::Object, "legacy-pages"),
        (Store::Secret, "keys"),
    ] {
        opened.push(host::open(store, name)?);
    }

    let mut buffer = vec![0; MAX_BODY];
    let request = host::Transaction::current();
    request.wait_for_body()?;
    let length = request.read_body(&mut buffer)?;
    request.log(&format!("{length} bytes, {} stores", opened.len()))?;
    request.write_body(&buffer[..length])?;
    request.close()
}
