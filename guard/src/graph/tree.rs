//! `cargo tree`: which packages are compiled for a target, with which features.
//!
//! `cargo metadata` would have more to say of each package, and is of no use here: its features are a
//! union over host and target, and frozen it fails in a fresh checkout, where `cargo build` has not
//! downloaded what only other platforms need.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher as _, Hasher as _};

use super::Selection;
use crate::error::Error;
use crate::process;
use crate::sorted;
use crate::toolchain::Toolchain;

/// The fields of a line, between the marks.
const FORMAT: [&str; 3] = ["{p}", "{f}", "{lib}"];

/// The most lines that are read. A graph of 500 packages has about 2,000.
const MAX_LINES: usize = 2_000_000;

/// A package as `cargo tree` prints it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Printed {
    /// Name, version and source: `{p}`.
    pub(super) id: String,
    /// Its features, separated by commas.
    pub(super) features: String,
    /// The library's name, `-` as `_`; empty without one.
    pub(super) library: String,
}

impl Printed {
    /// Name, version, whether it is a procedural macro, and the source as cargo writes it.
    pub(super) fn parts(&self) -> Option<(&str, &str, bool, Option<&str>)> {
        let (name, rest) = self.id.split_once(" v")?;
        let (version, mut rest) = rest.split_once(' ').unwrap_or((rest, ""));
        let mut is_macro = false;
        // A path cannot be mistaken for the mark: it is absolute.
        if let Some(after) = rest.strip_prefix("(proc-macro)") {
            is_macro = true;
            rest = after.trim_start_matches(' ');
        }
        let source = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
        (!name.is_empty()).then_some((name, version, is_macro, source))
    }

    fn is_proc_macro(&self) -> bool {
        self.parts().is_some_and(|(_, _, is_macro, _)| is_macro)
    }
}

/// The packages that are compiled for the target.
#[derive(Debug, Default)]
pub(super) struct Tree {
    /// Each package once; the roots first, then in the order of appearance.
    pub(super) packages: Vec<Printed>,
    /// How many of them are roots.
    pub(super) roots: usize,
    /// For each package, in their order, those it depends on, in theirs.
    pub(super) edges: Vec<Vec<usize>>,
}

/// Runs `cargo tree` and reads what it prints.
///
/// # Errors
/// cargo's own, and when what it prints cannot be read.
pub(super) fn run(
    toolchain: &Toolchain,
    selection: &Selection,
    target: &str,
    flags: Option<&[String]>,
) -> Result<Tree, Error> {
    let mark = mark();
    let format = FORMAT.iter().fold(mark.clone(), |format, field| format + field + &mark);
    let mut command = toolchain.cargo_command(&selection.directory);
    command.args(["tree", "--edges", "normal", "--prefix", "depth", "--target", target]);
    command.args(["--format", &format]);
    selection.add_to(&mut command);
    if let Some(flags) = flags {
        command.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"));
    }
    let limit = if selection.offline || selection.frozen {
        process::LOCAL_TIME_LIMIT
    } else {
        process::DOWNLOAD_TIME_LIMIT
    };
    let output = process::run(&mut command, limit)?;
    if !output.success {
        return Err(cargo_error(&output.stderr, selection));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let lines = read_lines(&text, &mark, MAX_LINES).ok_or_else(|| {
        Error::new(format!(
            "`cargo tree` of {} printed something else than was asked for",
            toolchain.cargo.display()
        ))
    })?;
    Ok(build(&lines))
}

/// What cargo said, and the way out where there is a usual one.
pub(super) fn cargo_error(stderr: &str, selection: &Selection) -> Error {
    let words = process::first_error(stderr);
    let error = Error::new(format!("cargo could not resolve the dependency graph: {words}"));
    let offline = selection.offline || selection.frozen;
    if offline
        && (words.contains("--offline")
            || words.contains("offline mode")
            || words.contains("--frozen"))
    {
        return error.help("run `cargo fetch` first, or leave out `--offline` and `--frozen`");
    }
    error
}

/// A mark that no name, path or feature of the project can contain, since it is new in every run.
fn mark() -> String {
    let random = || std::collections::hash_map::RandomState::new().build_hasher().finish();
    format!("|{:016x}{:016x}|", random(), random())
}

/// A line: how deep it is, and what it names.
///
/// Behind a package whose dependencies were printed before stands ` (*)`. Nothing needs it: edges go
/// from package to package, and cargo leaves out only what it has printed for the very same one.
type Line = (usize, Printed);

/// The lines of cargo's output; `None` where it is none, or has more than `limit`.
fn read_lines(text: &str, mark: &str, limit: usize) -> Option<Vec<Line>> {
    // The depth, then the fields, then ` (*)` perhaps, a line break, and the next line's depth.
    let mut pieces = text.split(mark);
    let mut between = pieces.next()?;
    let mut lines: Vec<Line> = Vec::new();
    loop {
        let (behind, depth) = between.rsplit_once('\n').unwrap_or(("", between));
        match behind.trim() {
            "" => {}
            "(*)" if !lines.is_empty() => {}
            _ => return None,
        }
        let Some(id) = pieces.next() else {
            return depth.trim().is_empty().then_some(lines);
        };
        let printed = Printed {
            id: id.to_owned(),
            features: pieces.next()?.to_owned(),
            library: pieces.next()?.replace('-', "_"),
        };
        lines.push((depth.parse().ok()?, printed));
        if lines.len() > limit {
            return None;
        }
        between = pieces.next()?;
    }
}

/// Where a line's crate runs: procedural macros and all that they depend on are compiled for the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Side {
    Host,
    Target,
}

/// Which lines are compiled for the host.
///
/// A line below a procedural macro is. Members of the workspace need more care: where one of them is
/// compiled for both sides, cargo prints it as a root twice. The two differ in features, and the one
/// that occurs below a macro is the host's; or they look alike, and then the host's comes first,
/// since cargo sorts them so.
fn sides(lines: &[Line]) -> Vec<Side> {
    let mut roots_of: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, (depth, printed)) in lines.iter().enumerate() {
        if *depth == 0 {
            roots_of.entry(&printed.id).or_default().push(at);
        }
    }
    let mut host_roots: HashSet<usize> = HashSet::new();
    loop {
        let sides = sides_with(lines, &host_roots);
        let on_host: HashSet<&Printed> = lines
            .iter()
            .zip(&sides)
            .filter(|(_, side)| **side == Side::Host)
            .map(|((_, printed), _)| printed)
            .collect();
        let mut next = HashSet::new();
        for same in roots_of.values().filter(|same| same.len() > 1) {
            let Some((last, earlier)) = same.split_last() else { continue };
            let target_alike = |at: &usize| lines[*at].1 == lines[*last].1;
            if earlier.iter().all(target_alike) {
                next.extend(earlier.iter().copied());
            } else {
                let hosts: Vec<usize> =
                    same.iter().copied().filter(|at| on_host.contains(&lines[*at].1)).collect();
                // Never all of them: one was selected for the target.
                if hosts.len() < same.len() {
                    next.extend(hosts);
                }
            }
        }
        if next.is_subset(&host_roots) {
            return sides;
        }
        host_roots.extend(next);
    }
}

fn sides_with(lines: &[Line], host_roots: &HashSet<usize>) -> Vec<Side> {
    // The depth of the outermost host line that the current one stands below.
    let mut host_depth: Option<usize> = None;
    lines
        .iter()
        .enumerate()
        .map(|(at, (depth, printed))| {
            if host_depth.is_some_and(|host| *depth <= host) {
                host_depth = None;
            }
            if host_depth.is_none() && (printed.is_proc_macro() || host_roots.contains(&at)) {
                host_depth = Some(*depth);
            }
            if host_depth.is_some() { Side::Host } else { Side::Target }
        })
        .collect()
}

/// The part of the tree that is compiled for the target.
fn build(lines: &[Line]) -> Tree {
    let sides = sides(lines);
    let mut tree = Tree::default();
    let mut index: HashMap<&Printed, usize> = HashMap::new();
    let mut order: Vec<usize> = (0..lines.len()).collect();
    // Roots first.
    sorted::sort_by_key(&mut order, |at| lines[*at].0 != 0);
    for at in order {
        let (depth, printed) = &lines[at];
        if sides[at] == Side::Target && !index.contains_key(printed) {
            index.insert(printed, tree.packages.len());
            tree.packages.push(printed.clone());
            tree.roots += usize::from(*depth == 0);
        }
    }
    tree.edges = vec![Vec::new(); tree.packages.len()];
    // The line above at each depth.
    let mut stack: Vec<usize> = Vec::new();
    for (at, (depth, printed)) in lines.iter().enumerate() {
        stack.truncate(*depth);
        if let (Some(parent), Side::Target) = (stack.last(), sides[at]) {
            let parent = &lines[*parent].1;
            if let (Some(from), Some(to)) = (index.get(parent), index.get(printed)) {
                tree.edges[*from].push(*to);
            }
        }
        stack.push(at);
    }
    for edges in &mut tree.edges {
        *edges = sorted::set(std::mem::take(edges));
    }
    tree
}

#[cfg(any(test, fuzzing))]
#[path = "tree_fuzzing.rs"]
pub(super) mod fuzzing;
#[cfg(test)]
mod tests {
    use super::*;

    /// Lines as cargo prints them, `|` for the mark.
    fn tree(text: &str) -> Tree {
        build(&read_lines(text, "|", MAX_LINES).unwrap())
    }

    fn names(tree: &Tree) -> Vec<String> {
        tree.packages
            .iter()
            .map(|printed| format!("{} [{}]", printed.parts().unwrap().0, printed.features))
            .collect()
    }

    #[test]
    fn lines_have_parents_and_repeats() {
        let tree = tree(
            "0|app v0.1.0 (/w/app)|default|app|\n1|a v1.0.0|std|a|\n2|b v2.0.0||b|\n1|b v2.0.0||b|\n\
             1|c v3.0.0|x,y|c_lib|\n2|a v1.0.0|std|a| (*)\n",
        );
        assert_eq!(names(&tree), ["app [default]", "a [std]", "b []", "c [x,y]"]);
        assert_eq!(tree.roots, 1);
        assert_eq!(tree.edges, [vec![1, 2, 3], vec![2], vec![], vec![1]]);
    }

    #[test]
    fn lines_beyond_the_limit_are_an_error() {
        let text = "0|a v1.0.0||a|\n".repeat(5);
        for (limit, is_read) in [(6, true), (5, true), (4, false)] {
            assert_eq!(read_lines(&text, "|", limit).is_some(), is_read, "{limit}");
        }
    }

    #[test]
    fn a_directory_s_name_cannot_forge_a_line() {
        let forged = "0|app v0.1.0 (/w/x)\n1evil v1.0.0 (*)\n/app)||app|\n1|a v1.0.0||a|\n";
        assert_eq!(names(&tree(forged)), ["app []", "a []"]);
        assert!(read_lines("1evil v1.0.0\n", "|", MAX_LINES).is_none());
        assert!(read_lines("0|app", "|", MAX_LINES).is_none());
        assert!(read_lines("x|app|||\n", "|", MAX_LINES).is_none());
        assert!(read_lines("", "|", MAX_LINES).unwrap().is_empty());
        assert_ne!(mark(), mark());
    }

    #[test]
    fn procedural_macros_and_what_they_use_are_the_host_s() {
        let tree = tree(
            "0|app v0.1.0 (/w/app)||app|\n1|pm v0.1.0 (proc-macro) (/w/pm)||pm|\n2|syn v2.0.0|full|syn|\n\
             1|syn v2.0.0||syn|\n\n0|pm v0.1.0 (proc-macro) (/w/pm)||pm| (*)\n",
        );
        assert_eq!(names(&tree), ["app []", "syn []"]);
        assert_eq!(tree.roots, 1);
    }

    #[test]
    fn a_member_for_both_sides_is_taken_for_the_target() {
        let by_features = tree(
            "0|dep v0.2.0 (/w/dep)|a,b|dep|\n\n0|dep v0.2.0 (/w/dep)|b|dep|\n1|libc v0.2.0||libc|\n\n\
             0|pm v0.3.0 (proc-macro) (/w/pm)||pm|\n1|dep v0.2.0 (/w/dep)|b|dep| (*)\n",
        );
        assert_eq!(names(&by_features), ["dep [a,b]"]);
        let alike = tree(
            "0|dep v0.2.0 (/w/dep)||dep|\n1|libc v0.2.0||libc|\n\n0|dep v0.2.0 (/w/dep)||dep|\n1|wasi v0.11.0||wasi|\n\n\
             0|pm v0.3.0 (proc-macro) (/w/pm)||pm|\n1|dep v0.2.0 (/w/dep)||dep| (*)\n",
        );
        assert_eq!(names(&alike), ["dep []", "wasi []"]);
    }

    #[test]
    fn parts_of_a_package_s_line() {
        let parts = |id: &str| {
            let printed =
                Printed { id: id.to_owned(), features: String::new(), library: String::new() };
            printed
                .parts()
                .map(|(name, version, is_macro, source)| {
                    (name.to_owned(), version.to_owned(), is_macro, source.map(str::to_owned))
                })
                .unwrap()
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(parts("a v1.0.0+b"), ("a".into(), "1.0.0+b".into(), false, None));
        assert_eq!(parts("a v1.0.0 (proc-macro)"), ("a".into(), "1.0.0".into(), true, None));
        assert_eq!(
            parts("a v1.0.0 (proc-macro) (/x y/(z))"),
            ("a".into(), "1.0.0".into(), true, some("/x y/(z)"))
        );
        assert!(!parts("a v1.0.0 (/(proc-macro))").2);
        assert_eq!(
            parts("a v1.0.0 (registry `mine`)"),
            ("a".into(), "1.0.0".into(), false, some("registry `mine`"))
        );
    }
}
