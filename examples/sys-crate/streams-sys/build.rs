fn main() {
    wasm_import_guard::Guard::new().also_consider("1.91.0").warn_only().check();
}
