//! cargo's configuration, which the command reads before cargo does.

use wasm_import_guard_tests::{Scratch, run};

use super::{WANTED, constant};

/// Checks that a configuration of the size `limit` and of one less is read, and that of one more is an
/// error.
fn assert_edge(limit: usize, configured: impl Fn(usize, &Scratch)) {
    for size in [limit - 1, limit, limit + 1] {
        let project = Scratch::library("limited", &[], WANTED);
        configured(size, &project);
        let output = run(project.root(), &["imports", "--offline", "--target", "wasm32-wasip1"]);
        let is_refused = output.stderr.contains("goes over the limit");
        assert_eq!(
            (is_refused, output.status == Some(2)),
            (size > limit, size > limit),
            "{size}: {}",
            output.stderr
        );
    }
}

#[test]
fn files_that_include_one_another() {
    let limit = constant("guard/src/trust/configuration.rs", "MAX_INCLUDE_DEPTH");
    assert_edge(limit, |depth, project| {
        for at in 0..depth {
            let name = if at == 0 { "config.toml".to_owned() } else { format!("{at}.toml") };
            project.write(&format!(".cargo/{name}"), &format!("include = [\"{}.toml\"]\n", at + 1));
        }
        project.write(&format!(".cargo/{depth}.toml"), "");
    });
}

#[test]
fn files_of_a_configuration() {
    let limit = constant("guard/src/trust/configuration.rs", "MAX_FILES");
    assert_edge(limit, |count, project| {
        let names: Vec<String> = (1..count).map(|at| format!("\"{at}.toml\"")).collect();
        project.write(".cargo/config.toml", &format!("include = [{}]\n", names.join(", ")));
        for at in 1..count {
            project.write(&format!(".cargo/{at}.toml"), "");
        }
    });
}
