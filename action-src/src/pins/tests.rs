use std::path::Path;

use wasm_import_guard::graph::{Graph, Package, PackageIndex};
use wasm_import_guard::pin::{PinKind, PinSource as _, ToolchainPin};

use super::PinReader;
use crate::render::samples;
use crate::scratch::Scratch;

/// File, line, column, length and text of each pin for the packages in these directories, and the notices.
fn read(scratch: &Scratch, packages: &[&str]) -> (Vec<Pin>, Vec<String>) {
    let packages: Vec<Package> = packages.iter().map(|at| package(&scratch.path(at))).collect();
    let roots = (0..packages.len()).map(PackageIndex).collect();
    let reader = PinReader::default();
    let pins = reader.pins(&Graph { packages, roots }, scratch.root());
    (pins.iter().map(|it| pin(scratch, it)).collect(), reader.notices())
}

fn pin(scratch: &Scratch, pin: &ToolchainPin) -> Pin {
    let root = scratch.root().canonicalize().unwrap();
    let path = pin.path.canonicalize().unwrap();
    let file = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
    (file, pin.line, pin.column, pin.length, pin.text.clone(), pin.kind)
}

type Pin = (String, usize, usize, usize, String, PinKind);

fn expected(
    file: &str,
    (line, column, length): (usize, usize, usize),
    text: &str,
    kind: PinKind,
) -> Pin {
    (file.to_owned(), line, column, length, text.to_owned(), kind)
}

fn package(directory: &Path) -> Package {
    Package { directory: directory.to_owned(), is_root: true, ..samples::package("app 0.1.0") }
}

#[test]
fn toolchain_files_from_the_package_to_the_top_each_at_its_channel() {
    let scratch = Scratch::new(&[
        ("r/.git/HEAD", ""),
        ("rust-toolchain", "1.2.3"),
        ("r/rust-toolchain.toml", "[toolchain]\n# 1.91.0\nchannel='1.91.0' # 1.91.0\n"),
        ("r/a/rust-toolchain", "\n 1.91.0-x86_64-unknown-linux-gnu \r\n"),
        ("r/a/rust-toolchain.toml", "[toolchain]\nchannel = 'not looked at'\n"),
        ("r/a/b/rust-toolchain", "toolchain = { path = '1.90.0', channel = \"1.90.0\" }\n"),
        ("r/a/c/rust-toolchain.toml", "[toolchain]\npath = '/opt/1.91.0'\n"),
        ("r/d/rust-toolchain.toml", "[toolchain]\nchannel = \"1.91\\u002e0\"\n"),
        ("r/e/rust-toolchain.toml", "[toolchain\n"),
    ]);
    let kind = PinKind::ToolchainFile;
    let (pins, notices) = read(&scratch, &["r/a/b", "r/a/c"]);
    let top = expected("r/rust-toolchain.toml", (3, 10, 6), "1.91.0", kind);
    let name = "1.91.0-x86_64-unknown-linux-gnu";
    let of_a = expected("r/a/rust-toolchain", (2, 2, 31), name, kind);
    let of_b = expected("r/a/b/rust-toolchain", (1, 43, 6), "1.90.0", kind);
    assert_eq!(pins, [of_b, of_a, top.clone()]);
    assert!(notices.is_empty(), "{notices:?}");

    let (pins, _) = read(&scratch, &["r/d"]);
    assert_eq!(pins, [expected("r/d/rust-toolchain.toml", (2, 1, 23), "1.91.0", kind), top]);

    let (_, notices) = read(&scratch, &["r/e"]);
    let [notice] = notices.as_slice() else { panic!("{notices:?}") };
    assert!(notice.contains("e/rust-toolchain.toml"), "{notice}");
}

#[test]
fn minimum_versions_are_at_the_line_that_says_them() {
    let scratch = Scratch::new(&[
        (".git/HEAD", ""),
        ("Cargo.toml", "[workspace.package]\nrust-version = '1.70'\n"),
        ("a/Cargo.toml", "[package]\nrust-version.workspace = true\n"),
        ("b/Cargo.toml", "[package]\nname = 'b'\nrust-version = \"1.91.0\"\n"),
        ("c/Cargo.toml", "package = { rust-version = { workspace = true } }\n"),
        ("d/Cargo.toml", "[package]\nrust-version = 1\n"),
        ("e/Cargo.toml", "[package]\n"),
    ]);
    let kind = PinKind::MinimumVersion;
    let of_workspace = expected("Cargo.toml", (2, 17, 4), "1.70", kind);
    let of_b = expected("b/Cargo.toml", (3, 17, 6), "1.91.0", kind);
    assert_eq!(read(&scratch, &["a", "b", "c", "d", "e"]).0, [of_workspace.clone(), of_b.clone()]);
    assert_eq!(read(&scratch, &["c"]).0, [of_workspace]);
    assert_eq!(read(&scratch, &["b"]).0, [of_b]);
    assert_eq!(read(&scratch, &["d", "e", "gone"]).0, []);
    assert_eq!(read(&scratch, &[]).0, []);
}

const WORKFLOW: &str = "env:\n  RUSTUP_TOOLCHAIN: 1.91.0\n";

// With a link, which not every user of Windows may make.
#[cfg(unix)]
#[test]
fn only_workflows_of_the_repository_are_read_and_only_so_many_bytes() {
    let scratch = Scratch::new(&[
        ("r/.git/HEAD", ""),
        ("r/.github/workflows/a.yml", WORKFLOW),
        ("r/.github/workflows/b.yaml", WORKFLOW),
        ("r/.github/workflows/c.yml.off", WORKFLOW),
        ("r/.github/workflows/deeper/d.yml", WORKFLOW),
        ("r/.github/e.yml", WORKFLOW),
        ("r/app/.github/workflows/f.yml", WORKFLOW),
        ("r/.github/workflows/g.yml/h.yml", WORKFLOW),
        ("outside.yml", WORKFLOW),
    ]);
    scratch.write("r/.github/workflows/i.yml", format!("{WORKFLOW}# {}", "x".repeat(1 << 20)));
    std::fs::write(scratch.path("r/.github/workflows/j.yml"), b"env: \xff").unwrap();
    std::os::unix::fs::symlink("../../../outside.yml", scratch.path("r/.github/workflows/k.yml"))
        .unwrap();
    let (pins, notices) = read(&scratch, &["r/app"]);
    let pin = |file: &str| expected(file, (2, 21, 6), "1.91.0", PinKind::Workflow);
    assert_eq!(pins, [pin("r/.github/workflows/a.yml"), pin("r/.github/workflows/b.yaml")]);
    let said = ["g.yml is", "i.yml is", "j.yml is", "k.yml is"];
    assert_eq!(notices.len(), said.len(), "{notices:?}");
    for (notice, said) in notices.iter().zip(said) {
        assert!(notice.contains(said), "{notice}");
    }
}

#[test]
fn there_is_an_end_to_workflows() {
    let scratch = Scratch::new(&[(".git/HEAD", "")]);
    for number in 0..=200 {
        scratch.write(&format!(".github/workflows/{number:03}.yml"), WORKFLOW);
    }
    let (pins, notices) = read(&scratch, &["."]);
    assert_eq!(pins.len(), 200);
    let [notice] = notices.as_slice() else { panic!("{notices:?}") };
    assert!(notice.contains("201 workflows"), "{notice}");
}

#[test]
fn there_is_an_end_to_bytes_and_names() {
    let scratch = Scratch::new(&[(".git/HEAD", "")]);
    let large = format!("{WORKFLOW}# {}\n", "x".repeat((1 << 20) - 100));
    for number in 0..12 {
        scratch.write(&format!(".github/workflows/{number:02}.yml"), &large);
    }
    let (pins, notices) = read(&scratch, &["."]);
    assert_eq!(pins.len(), 9);
    let [notice] = notices.as_slice() else { panic!("{notices:?}") };
    assert!(notice.contains("09.yml and those after it"), "{notice}");

    let scratch = Scratch::new(&[(".git/HEAD", "")]);
    let named =
        format!("jobs: {{a: {{steps: [{{run: 'rustup install{}'}}]}}}}", " 1.91.0".repeat(600));
    for number in 0..8 {
        scratch.write(&format!(".github/workflows/{number}.yml"), &named);
    }
    let (pins, notices) = read(&scratch, &["."]);
    assert_eq!(pins.len(), 2_500);
    let [notice] = notices.as_slice() else { panic!("{notices:?}") };
    assert!(notice.contains("5.yml and those after it"), "{notice}");
}
