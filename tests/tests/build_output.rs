//! What builds of a project leave behind of build scripts, read by the command: before a build, after one,
//! after one for another target, and when it is out of date.
#![allow(clippy::expect_used, reason = "a test stops where it stands")]

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use wasm_import_guard_tests::{Output, Scratch, guard, read_expanded};

const TARGET: &str = "wasm32-unknown-unknown";

/// A build script that sets a `cfg` and a variable, and makes a file that holds a module, a macro and a
/// further file.
const BUILD_SCRIPT: &str = r##"
use std::{env, fs, path::Path};
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(modern, old, api, values(\"1\", \"2\"))");
    println!("cargo:rustc-cfg=modern");
    println!("cargo::rustc-cfg=api=\"2\"");
    let out = env::var("OUT_DIR").unwrap();
    println!("cargo::rustc-env=MORE_BINDINGS={out}/more/bindings.rs");
    fs::create_dir_all(Path::new(&out).join("more/deep")).unwrap();
    let write = |file: &str, text: &str| fs::write(Path::new(&out).join(file), text).unwrap();
    write("bindings.rs", r#"
        #[link(wasm_import_module = "made")]
        unsafe extern "C" { pub fn first(a: i32) -> i64; #[cfg(old)] pub fn never(); }
        macro_rules! another { ($name:ident) => {
            #[link(wasm_import_module = "made")] unsafe extern "C" { pub fn $name(); }
        } }
        another!(second);
        pub mod part { include!("more/part.rs"); }
    "#);
    write("more/part.rs", "#[link(wasm_import_module = \"made\")] unsafe extern \"C\" { pub fn third(); }");
    write("more/bindings.rs", "pub mod deep;");
    write("more/deep.rs", "#[link(wasm_import_module = \"more\")] unsafe extern \"C\" { pub fn fourth(); }");
}
"##;

const LIBRARY: &str = r#"pub mod bindings {
    include!(concat!(env!("OUT_DIR"), "/bindings.rs"));
}
include!(env!("MORE_BINDINGS"));
macro_rules! bring_in {
    ($file:literal) => { include!(concat!(env!("OUT_DIR"), "/", $file)); };
}
pub mod again {
    bring_in!("more/part.rs");
}
#[cfg(modern)]
#[link(wasm_import_module = "by_cfg")]
unsafe extern "C" { pub fn modern(); }
#[cfg(old)]
#[link(wasm_import_module = "by_cfg")]
unsafe extern "C" { pub fn old(); }
#[cfg_attr(api = "1", link(wasm_import_module = "one"))]
#[cfg_attr(api = "2", link(wasm_import_module = "two"))]
unsafe extern "C" { pub fn versioned(); }
"#;

/// What the command says of one package.
#[derive(Debug, PartialEq, Eq)]
struct Said {
    /// `module.name certainty line`, in order.
    imports: Vec<String>,
    /// `line reason`
    opaque: Vec<String>,
}

impl Said {
    fn names(&self) -> Vec<&str> {
        self.imports.iter().filter_map(|it| it.split(' ').next()).collect()
    }

    fn certainty_of(&self, name: &str) -> Option<&str> {
        let mut imports = self.imports.iter().map(|it| it.split(' ').collect::<Vec<_>>());
        imports
            .find(|words| words[0] == name)
            .map(|words| if words[1] == "certain" { "certain" } else { "possible" })
    }
}

/// Runs `imports` where builds go to `directory`; every place must exist.
fn said_of(project: &Scratch, target: &str, directory: &Path, arguments: &[&str]) -> Said {
    let mut command = guard(project.root());
    command.env("CARGO_TARGET_DIR", directory);
    command.args(["imports", "--format", "json", "--target", target]).args(arguments);
    let output = Output::of(&mut command);
    assert_eq!(output.status, Some(0), "{}", output.stderr);
    let report: Value = serde_json::from_str(&output.stdout).expect("JSON");
    let line = |it: &Value| {
        let file = it["file"].as_str().expect("a file");
        let line = usize::try_from(it["line"].as_u64().expect("a line")).expect("small");
        assert!(Path::new(file).is_relative(), "{file}");
        let texts = ["", "one", "two"]
            .iter()
            .filter_map(|below| fs::read_to_string(project.root().join(below).join(file)).ok());
        let lines = texts.map(|text| text.lines().count()).max().unwrap_or(0);
        assert!((1..=lines).contains(&line), "{file} has no line {line}");
        line
    };
    let text = |it: &Value, key: &str| it[key].as_str().unwrap_or("-").to_owned();
    let imports = report["imports"].as_array().expect("an array").iter().map(|it| {
        format!(
            "{}.{} {} {}",
            text(it, "module"),
            text(it, "name"),
            text(it, "certainty"),
            line(it)
        )
    });
    let opaque = report["opaque"].as_array().expect("an array").iter();
    let opaque = opaque.map(|it| format!("{} {}", line(it), text(it, "reason"))).collect();
    let mut said = Said { imports: imports.collect(), opaque };
    said.imports.sort();
    said
}

/// A package `name` with such a build script and library.
fn package(name: &str, build_script: &str, library: &str) -> Scratch {
    let project = Scratch::library(name, &[], library);
    project.write("build.rs", build_script);
    project
}

fn check(project: &Scratch, package: &str, options: &[&str]) {
    project.try_check(package, TARGET, options).expect("it compiles");
}

/// The directories of this package's runs in the shared build directory.
fn out_directories(name: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for profile in fs::read_dir(Scratch::build_directory(TARGET).join(TARGET)).expect("a build") {
        let build = profile.expect("an entry").path().join("build");
        for unit in fs::read_dir(build).into_iter().flatten() {
            let unit = unit.expect("an entry");
            if unit.file_name().to_string_lossy().starts_with(&format!("{name}-")) {
                found.push(unit.path().join("out"));
            }
        }
    }
    found
}

#[test]
fn a_build_makes_certain_what_was_hidden() {
    let project = package("leaves_much", BUILD_SCRIPT, LIBRARY);
    let nowhere = project.path("target");
    let before = said_of(&project, TARGET, &nowhere, &[]);
    let by_cfg = ["by_cfg.modern", "by_cfg.old", "one.versioned", "two.versioned"];
    assert_eq!(before.names(), by_cfg);
    for name in by_cfg {
        assert_eq!(before.certainty_of(name), Some("possible"), "{name}");
    }
    let lines: Vec<&str> = before.opaque.iter().filter_map(|it| it.split(' ').next()).collect();
    assert_eq!(lines, ["2", "4", "6"]);
    for reason in &before.opaque {
        assert!(reason.contains("build once for wasm32-unknown-unknown"), "{reason}");
    }

    check(&project, "leaves_much", &[]);
    let shared = Scratch::build_directory(TARGET);
    let after = said_of(&project, TARGET, &shared, &[]);
    assert_eq!(
        after.imports,
        [
            "by_cfg.modern certain 13",
            "made.first certain 2",
            "made.second certain 2",
            "made.third certain 2",
            "made.third certain 6",
            "more.fourth certain 4",
            "two.versioned certain 19",
        ]
    );
    assert_eq!(after.opaque, Vec::<String>::new());

    // That is what rustc sees.
    let text = project.expand("leaves_much", TARGET);
    let mut declared: Vec<String> = read_expanded(&text)
        .expect("rustc prints Rust")
        .declared
        .iter()
        .map(|it| format!("{}.{}", it.module.as_deref().unwrap_or("-"), it.name))
        .collect();
    declared.sort();
    assert_eq!(after.names(), declared);

    // What was built for one target says nothing of another, and a set of features nothing of another.
    assert_eq!(said_of(&project, "wasm32-wasip1", &shared, &[]).names(), before.names());
    let manifest = fs::read_to_string(project.path("Cargo.toml")).expect("it is there");
    project.write("Cargo.toml", &format!("{manifest}\n[features]\nother = []\n"));
    let other = said_of(&project, TARGET, &shared, &["--features", "other"]);
    assert_eq!(other.names(), before.names());
    assert!(other.opaque[0].contains("other features"), "{:?}", other.opaque);
    assert_eq!(said_of(&project, TARGET, &shared, &[]), after);

    // Once the script has changed, the next build may make something else of it.
    project.write("build.rs", &format!("// Changed.\n{BUILD_SCRIPT}"));
    let stale = said_of(&project, TARGET, &shared, &[]);
    for name in ["made.first", "more.fourth", "by_cfg.modern", "by_cfg.old"] {
        assert_eq!(stale.certainty_of(name), Some("possible"), "{name}");
    }
    assert_eq!(stale.opaque.len(), 3);
    assert!(stale.opaque[0].contains("has changed since it ran"), "{:?}", stale.opaque);
}

#[test]
fn two_versions_of_a_package_are_told_apart() {
    let project = Scratch::library(
        "asks_two",
        &[
            ("one", "{ package = \"left_twice\", path = \"one\" }"),
            ("two", "{ package = \"left_twice\", path = \"two\" }"),
        ],
        "",
    );
    for (at, name) in ["one", "two"].iter().enumerate() {
        let manifest = format!(
            "[package]\nname = \"left_twice\"\nversion = \"0.{}.0\"\nedition = \"2024\"\n",
            at + 1
        );
        project.write(&format!("{name}/Cargo.toml"), &manifest);
        let script = format!(
            "fn main() {{\n    println!(\"cargo::rerun-if-changed=build.rs\");\n    \
             println!(\"cargo::rustc-check-cfg=cfg(is_one)\");\n    {}\n    \
             let out = std::env::var(\"OUT_DIR\").unwrap();\n    \
             let text = \"#[link(wasm_import_module = \\\"{name}\\\")] unsafe extern \\\"C\\\" {{ \
             pub fn f(); }}\";\n    std::fs::write(out + \"/x.rs\", text).unwrap();\n}}\n",
            if at == 0 { "println!(\"cargo::rustc-cfg=is_one\");" } else { "" }
        );
        project.write(&format!("{name}/build.rs"), &script);
        project.write(
            &format!("{name}/src/lib.rs"),
            "include!(concat!(env!(\"OUT_DIR\"), \"/x.rs\"));\n\
             #[cfg(is_one)]\n#[link(wasm_import_module = \"one\")]\n\
             unsafe extern \"C\" { pub fn if_one(); }\n\
             #[cfg(not(is_one))]\n#[link(wasm_import_module = \"two\")]\n\
             unsafe extern \"C\" { pub fn if_not_one(); }\n",
        );
    }
    check(&project, "asks_two", &[]);
    let said = said_of(&project, TARGET, &Scratch::build_directory(TARGET), &[]);
    assert_eq!(
        said.imports,
        ["one.f certain 1", "one.if_one certain 4", "two.f certain 1", "two.if_not_one certain 7"]
    );
    assert_eq!(said.opaque, Vec::<String>::new());
}

#[test]
fn builds_that_disagree_leave_it_open() {
    let script = r##"
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(everywhere, quick)");
    println!("cargo::rustc-cfg=everywhere");
    let quick = std::env::var("PROFILE").unwrap() == "release";
    if quick { println!("cargo::rustc-cfg=quick"); }
    let out = std::env::var("OUT_DIR").unwrap();
    let name = if quick { "quick" } else { "slow" };
    let text = format!("#[link(wasm_import_module = \"m\")] unsafe extern \"C\" {{ pub fn {name}(); }}");
    std::fs::write(format!("{out}/named.rs"), text).unwrap();
    std::fs::write(format!("{out}/same.rs"), "#[link(wasm_import_module = \"m\")] unsafe extern \"C\" { pub fn same(); }").unwrap();
}
"##;
    let library = "include!(concat!(env!(\"OUT_DIR\"), \"/named.rs\"));\n\
                   include!(concat!(env!(\"OUT_DIR\"), \"/same.rs\"));\n\
                   #[cfg(everywhere)]\n#[link(wasm_import_module = \"m\")]\n\
                   unsafe extern \"C\" { pub fn everywhere(); }\n\
                   #[cfg(quick)]\n#[link(wasm_import_module = \"m\")]\n\
                   unsafe extern \"C\" { pub fn if_quick(); }\n";
    let project = package("differs", script, library);
    let shared = Scratch::build_directory(TARGET);
    check(&project, "differs", &[]);
    let one = said_of(&project, TARGET, &shared, &[]);
    check(&project, "differs", &["--release"]);
    let both = said_of(&project, TARGET, &shared, &[]);
    assert_eq!(
        both.imports,
        [
            "m.everywhere certain 5",
            "m.if_quick possible 8",
            "m.quick possible 1",
            "m.same certain 2",
            "m.slow possible 1",
        ]
    );
    assert_eq!(both.opaque.len(), 1);
    assert!(both.opaque[0].starts_with("1 "), "{:?}", both.opaque);
    assert!(both.opaque[0].contains("files that differ"), "{:?}", both.opaque);
    // Where the tests have built both before, the first answer is of the same kind.
    let alone = one.imports == ["m.everywhere certain 5", "m.same certain 2", "m.slow certain 1"];
    assert!(alone || one.certainty_of("m.slow") == Some("possible"), "{one:?}");
}

#[test]
fn nothing_outside_is_read_for_a_generated_file() {
    let script = "fn main() {\n    println!(\"cargo::rerun-if-changed=build.rs\");\n    \
                  let out = std::env::var(\"OUT_DIR\").unwrap();\n    \
                  std::fs::write(out.clone() + \"/direct.rs\", \"\").unwrap();\n    \
                  std::fs::write(out + \"/linked.rs\", \"\").unwrap();\n}\n";
    let library = "include!(concat!(env!(\"OUT_DIR\"), \"/direct.rs\"));\n\
                   include!(concat!(env!(\"OUT_DIR\"), \"/linked.rs\"));\n";
    let project = package("looks_out", script, library);
    check(&project, "looks_out", &[]);
    let outside = Scratch::new();
    outside.write(
        "secret.rs",
        "#[link(wasm_import_module = \"secret\")] unsafe extern \"C\" { fn s(); }",
    );
    let secret = outside.path("secret.rs");
    let outs = out_directories("looks_out");
    assert!(!outs.is_empty(), "the build left nothing");
    for out in &outs {
        fs::write(
            out.join("direct.rs"),
            format!(
                "include!({secret:?}); #[path = {secret:?}] mod s;\n\
                 #[link(wasm_import_module = \"seen\")] unsafe extern \"C\" {{ fn d(); }}"
            ),
        )
        .expect("it can be written");
        fs::remove_file(out.join("linked.rs")).expect("it is there");
        std::os::unix::fs::symlink(&secret, out.join("linked.rs")).expect("links can be made");
    }
    let mut command = guard(project.root());
    command.env("CARGO_TARGET_DIR", Scratch::build_directory(TARGET));
    let output = Output::of(command.args(["imports", "--format", "json", "--target", TARGET]));
    let report: Value = serde_json::from_str(&output.stdout).expect("JSON");
    let modules: Vec<&str> = report["imports"]
        .as_array()
        .expect("an array")
        .iter()
        .filter_map(|it| it["module"].as_str())
        .collect();
    assert_eq!(modules, ["seen"], "{}", output.stderr);
    let opaque = report["opaque"].as_array().expect("an array");
    assert_eq!(opaque.len(), 1, "{opaque:?}");
    assert_eq!(opaque[0]["line"], 2);
    let reason = opaque[0]["reason"].as_str().expect("a reason");
    assert!(reason.contains("outside"), "{reason}");
    assert!(output.stderr.contains("secret.rs"), "{}", output.stderr);
    // The next build of the tests begins anew.
    for out in outs {
        fs::remove_dir_all(out.parent().expect("a unit")).expect("it can be removed");
    }
}
