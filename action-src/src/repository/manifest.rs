//! Where a Cargo.toml names a dependency.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::{Spot, spot};

/// The tables that name dependencies, those that are linked first.
const TABLES: [&[&str]; 3] = [
    &["dependencies"],
    &["build-dependencies", "build_dependencies"],
    &["dev-dependencies", "dev_dependencies"],
];

/// How well an entry fits what is looked for: less is better.
type Fit = (usize, usize, usize);

/// The key under which `manifest` names the package `name`, which the package's source knows as
/// `extern_name` (`-` as `_`).
///
/// A key may be the package's name, a name of the author's choice beside `package = "…"`, or, beside
/// `workspace = true`, a name that the workspace's manifest gave it.
pub(super) fn dependency(manifest: &str, name: &str, extern_name: Option<&str>) -> Option<Spot> {
    let document = DeTable::parse(manifest).ok()?;
    let root = document.get_ref();
    let mut found: Vec<(Fit, Range<usize>)> = Vec::new();
    for (rank, spellings) in TABLES.iter().enumerate() {
        let targets = child(root, "target").into_iter().flat_map(|targets| {
            targets.iter().filter_map(|(_, target)| target.get_ref().as_table())
        });
        for table in std::iter::once(root).chain(targets) {
            for entries in spellings.iter().filter_map(|spelling| child(table, spelling)) {
                for (key, entry) in entries {
                    let written = key.get_ref().as_ref();
                    if let Some(fit) = fit(written, entry.get_ref(), name, extern_name) {
                        let range = key.span();
                        found.push(((fit, rank, range.start), range));
                    }
                }
            }
        }
    }
    let (_, range) = found.into_iter().min_by_key(|(fit, _)| *fit)?;
    spot(manifest, range)
}

/// Whether the entry `key` can be the package `name`, and how surely: 0 is best.
fn fit(key: &str, entry: &DeValue<'_>, name: &str, extern_name: Option<&str>) -> Option<usize> {
    let is_extern = extern_name.is_some_and(|known| key.replace('-', "_") == known);
    let renamed = entry.get("package").and_then(|package| package.get_ref().as_str());
    let inherited = entry.get("workspace").and_then(|value| value.get_ref().as_bool());
    match renamed {
        Some(package) if package != name => None,
        _ if is_extern && (renamed.is_some() || key == name || inherited == Some(true)) => Some(0),
        // The library's name may differ from the package's.
        None if key == name => Some(1),
        Some(_) => Some(2),
        None => None,
    }
}

fn child<'a, 'i>(table: &'a DeTable<'i>, key: &str) -> Option<&'a DeTable<'i>> {
    table.get(key)?.get_ref().as_table()
}

#[cfg(test)]
mod tests {
    use super::{Spot, dependency};

    /// The line, from 1, of the only `^` in `text`, and the text without it.
    fn marked(text: &str) -> (String, usize) {
        let line = text.lines().position(|line| line.starts_with('^')).unwrap() + 1;
        (text.replacen('^', "", 1), line)
    }

    #[track_caller]
    fn is_at_mark(text: &str, name: &str, extern_name: &str) {
        let (manifest, line) = marked(text);
        let spot = dependency(&manifest, name, Some(extern_name));
        assert_eq!(spot.map(|spot| spot.line), Some(line), "{manifest}");
    }

    #[test]
    fn a_dependency_is_at_its_key() {
        is_at_mark(
            "[dependencies]\nother = '1'\n^host-sys = \"=0.13.2\"\n",
            "host-sys",
            "host_sys",
        );
        is_at_mark(
            "[package]\n\n^[dependencies.host-sys]\nversion = '1'\n",
            "host-sys",
            "host_sys",
        );
        is_at_mark(
            "[dependencies]\n^host-sys.version = '1'\nhost-sys.features = []\n",
            "host-sys",
            "x",
        );
        is_at_mark("# host-sys\n^dependencies = { host-sys = '1' }\n", "host-sys", "host_sys");
        is_at_mark("[dependencies]\r\n\r\n^\"host-sys\" = '1'\r\n", "host-sys", "host_sys");
    }

    #[test]
    fn a_rename_is_found_by_its_package() {
        let text = "[dependencies]\nhost-sys = { package = 'other', version = '1' }\n\
                    ^host = { package = 'host-sys', version = '1' }\n";
        is_at_mark(text, "host-sys", "host");
        let text = "[dependencies.host]\nversion = '1'\npackage = 'host-sys'\n";
        assert_eq!(
            dependency(text, "host-sys", Some("host")),
            Some(Spot { line: 1, column: 15, length: 4 })
        );
    }

    #[test]
    fn two_versions_are_told_apart_by_the_name_in_the_source() {
        let one =
            "[dependencies]\n^host-sys = '1'\nhost2 = { package = 'host-sys', version = '2' }\n";
        is_at_mark(one, "host-sys", "host_sys");
        let two =
            "[dependencies]\nhost-sys = '1'\n^host2 = { package = 'host-sys', version = '2' }\n";
        is_at_mark(two, "host-sys", "host2");
    }

    #[test]
    fn a_members_own_line_counts_for_an_inherited_dependency() {
        is_at_mark("[dependencies]\n^host-sys.workspace = true\n", "host-sys", "host_sys");
        let text = "[workspace.dependencies]\nhost = { package = 'host-sys', version = '1' }\n\
                    [dependencies]\n^host = { workspace = true, features = [] }\n";
        is_at_mark(text, "host-sys", "host");
    }

    #[test]
    fn target_tables_count_and_linked_ones_come_first() {
        let text = "[dev-dependencies]\nhost-sys = '1'\n[build-dependencies]\nhost-sys = '1'\n\
                    [target.'cfg(target_os = \"wasi\")'.dependencies]\n^host-sys = '1'\n";
        is_at_mark(text, "host-sys", "host_sys");
        is_at_mark("[dev_dependencies]\n^host-sys = '1'\n", "host-sys", "host_sys");
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        assert_eq!(dependency("[dependencies]\nhost = '1'\n", "host-sys", Some("host")), None);
        assert_eq!(dependency("[features]\nhost-sys = []\n", "host-sys", None), None);
        assert_eq!(dependency("[dependencies\n", "host-sys", None), None);
        assert_eq!(dependency("dependencies = 1\ntarget = []\n", "host-sys", None), None);
    }

    #[test]
    fn the_column_counts_characters() {
        let text = "dependencies = { 'é' = '1', \"host-sys\" = '1' }\n";
        assert_eq!(
            dependency(text, "host-sys", None),
            Some(Spot { line: 1, column: 29, length: 10 })
        );
    }
}
