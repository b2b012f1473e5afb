use wasm_import_guard::graph::{Graph, Package, PackageIndex};

use super::{MAX_ARROWS, MAX_BYTES, imports, label};
use crate::render::TargetReport;
use crate::render::samples::{HOSTILE, analysis, failed, import, package_on, report};

/// A graph of packages of which the first is the root, with imports of these names in packages of these
/// numbers.
fn with(packages: Vec<Package>, declared: &[(usize, Option<&str>, &str)]) -> TargetReport {
    let mut analysis = analysis();
    analysis.graph = Graph { packages, roots: vec![PackageIndex(0)] };
    for (package, module, name) in declared {
        let mut import = import(name);
        import.package = PackageIndex(*package);
        import.module = module.map(str::to_owned);
        analysis.imports.push(import);
    }
    report(analysis)
}

#[test]
fn paths_end_in_modules() {
    let packages = vec![
        package_on("app", &[1, 2, 3]),
        package_on("middle", &[2]),
        package_on("host-sys", &[]),
        package_on("unrelated", &[]),
    ];
    let declared =
        [(2, Some("env:a"), "x"), (2, Some("env:a"), "y"), (2, None, "z"), (0, None, "own")];
    assert_eq!(
        imports(&[with(packages, &declared), failed()]),
        "graph LR\n  %% host imports for wasm32-wasip1\n\
         \x20 p0[\"app 1.0.0\"]\n  p1[\"host-sys 1.0.0\"]\n  p2[\"middle 1.0.0\"]\n\
         \x20 p0 --> p1\n  p0 --> p2\n  p2 --> p1\n\
         \x20 p0 --> m0([\"no module: 1 import\"])\n\
         \x20 p1 --> m1([\"no module: 1 import\"])\n\
         \x20 p1 --> m2([\"env#58;a: 2 imports\"])\n"
    );
    assert!(imports(&[report(analysis())]).ends_with("  none[\"no imports\"]\n"));
}

/// Every line is one of the forms that are written here, whatever the names are.
fn assert_lines(text: &str) {
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("graph LR"));
    for line in lines {
        let line = line.strip_prefix("  ").unwrap();
        if line.starts_with("%% host imports for ") {
            continue;
        }
        let without_label = match line.split_once("[\"").or_else(|| line.split_once("([\"")) {
            Some((before, rest)) => {
                let (label, after) = rest.split_once('"').unwrap();
                let text = |c: char| c.is_alphanumeric() || " ._-+@/,…#;:".contains(c);
                assert!(label.chars().all(text), "{line}");
                format!("{before}{after}")
            }
            None => line.to_owned(),
        };
        let known = without_label.chars().all(|c| c.is_ascii_digit() || "pm ->()]".contains(c))
            || ["cut]", "none]"].contains(&without_label.as_str());
        assert!(known, "{line}");
    }
}

#[test]
fn hostile_names_stay_in_their_label() {
    for hostile in [
        HOSTILE,
        "end",
        "\"] --> x[\"",
        "a\nsubgraph b\nend",
        "%%{init: {}}%%",
        "`**bold**`",
        "style x fill:#f00;",
        "#quot;",
        "<script>alert(1)</script>",
        "javascript:alert(1)",
    ] {
        let packages = vec![package_on("app", &[1]), package_on(hostile, &[])];
        let text = imports(&[with(packages, &[(1, Some(hostile), hostile)])]);
        assert_lines(&text);
        assert_eq!(text.lines().count(), 6, "{text}");
    }
    assert_eq!(label("a\"b#c;"), "a#34;b#35;c#59;");
    assert_eq!(label("wasi:cli/exit@0.2.0 é"), "wasi#58;cli/exit@0.2.0 é");
}

#[test]
fn what_is_too_much_is_not_drawn_and_said() {
    // Far more than a drawing has room for: packages with imports, and arrows between them.
    let count = 1_000;
    let mut packages = vec![package_on("app", &(1..count).collect::<Vec<_>>())];
    packages.extend((1..count).map(|at| package_on(&format!("p{at}"), &[])));
    let declared: Vec<_> = (1..count).map(|at| (at, Some("m"), "f")).collect();
    let text = imports(&[with(packages, &declared)]);
    assert_lines(&text);
    let arrows = text.matches("-->").count();
    assert!((MAX_ARROWS - 2..=MAX_ARROWS).contains(&arrows), "{arrows}");
    let left = count - 1 - arrows / 2;
    let cut = format!(
        "cut[\"not drawn: {left} more packages with imports and {left} more dependencies\"]\n"
    );
    assert!(text.ends_with(&cut), "{text}");

    let mut dense: Vec<Package> = (0..60)
        .map(|at| package_on(&format!("p{at}"), &(at + 1..61).collect::<Vec<_>>()))
        .collect();
    dense.push(package_on("host-sys", &[]));
    let text = imports(&[with(dense, &[(60, Some("m"), "f")])]);
    assert_eq!(text.matches("-->").count(), MAX_ARROWS);
    let cut = format!("cut[\"not drawn: {} more dependencies\"]\n", 60 * 61 / 2 - (MAX_ARROWS - 1));
    assert!(text.ends_with(&cut), "{text}");

    let long: Vec<_> = (0..400).map(|at| format!("{}{at}", "\u{1f600}".repeat(60))).collect();
    let declared: Vec<_> = long.iter().map(|module| (0, Some(module.as_str()), "f")).collect();
    let text = imports(&[with(vec![package_on("app", &[])], &declared)]);
    assert!(text.len() < MAX_BYTES + 1_000, "{}", text.len());
    let drawn = text.matches("-->").count();
    let cut = format!("cut[\"not drawn: {} more modules\"]\n", 400 - drawn);
    assert!(text.ends_with(&cut), "{text}");
}
