//! A repository in which findings stand in every kind of place.

use std::fs;
use std::path::{Path, PathBuf};

use wasm_import_guard_tests::{Output, Scratch, run};

/// A directory with characters that mean something in a URI.
pub(crate) const WORKSPACE: &str = "w s/50%25 é#1";

const APP: &str = "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[dependencies]\n\
    host-sys = { path = \"../host-sys\" }\n# why\nfastly = { package = \"fastly-sys\", version = \
    \"=0.13.2\" }\n";
const APP_SOURCE: &str = "pub fn run(handle: u32) {\n    unsafe {\n        \
    fastly::fastly_http_body::close(handle);\n        host_sys::close(1);\n    }\n}\n";
/// A place behind characters of two and four bytes.
const HOST_SYS_SOURCE: &str = "//! héllo\r\n#[link(wasm_import_module = \"own\")]\r\nextern \"C\" {\r\n    \
    /* \u{e9}\u{1f600} */ pub fn close(descriptor: i32) -> i32;\r\n}\r\n";

/// A git repository that holds a workspace of `app`, which uses the member `host-sys` and, under another
/// name, a crate of the registry.
pub(crate) fn repository() -> Scratch {
    let scratch = Scratch::new();
    let write = |file: &str, text: &str| {
        scratch.write(&format!("{WORKSPACE}/{file}"), text);
    };
    scratch.write(".git/HEAD", "ref: refs/heads/main\n");
    write("Cargo.toml", "[workspace]\nresolver = \"2\"\nmembers = [\"app\", \"host-sys\"]\n");
    write("app/Cargo.toml", APP);
    write("app/src/lib.rs", APP_SOURCE);
    write(
        "host-sys/Cargo.toml",
        "[package]\nname = \"host-sys\"\nversion = \"0.1.0\"\nedition = \"2021\"\n",
    );
    write("host-sys/src/lib.rs", HOST_SYS_SOURCE);
    scratch
}

/// Runs the command on it, in its workspace, as rustc 1.91.0.
pub(crate) fn guard(repository: &Scratch, arguments: &[&str]) -> Output {
    let mut all = arguments.to_vec();
    all.extend(["--rustc-version", "1.91.0"]);
    run(&repository.path(WORKSPACE), &all)
}

/// The source of the crate of the registry.
pub(crate) fn fastly_sys() -> PathBuf {
    let home = std::env::var_os("CARGO_HOME").map_or_else(
        || PathBuf::from(std::env::var_os("HOME").unwrap()).join(".cargo"),
        PathBuf::from,
    );
    let caches = fs::read_dir(home.join("registry/src")).unwrap();
    let mut sources = caches.map(|cache| cache.unwrap().path().join("fastly-sys-0.13.2"));
    sources.find(|source| source.is_dir()).unwrap()
}

/// The characters from `start` up to `end`, from 1, of a line of a file.
pub(crate) fn text_at(path: &Path, line: usize, start: usize, end: usize) -> String {
    let text =
        fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let line =
        text.lines().nth(line - 1).unwrap_or_else(|| panic!("{} is shorter", path.display()));
    line.chars().skip(start - 1).take(end - start).collect()
}
