fn main() {
    wasm_import_guard::check();
}
