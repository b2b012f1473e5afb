//! Wasm objects and archives.
