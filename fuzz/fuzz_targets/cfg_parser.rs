#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| wasm_import_guard::fuzzing::cfg_parser(data));
