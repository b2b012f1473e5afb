//! What was measured, as a page.

use std::fmt::Write as _;

use super::{Compared, Growth, Members, Script, Weight};

/// Everything that a run measured.
#[derive(Debug)]
pub struct Results {
    /// Rounds for each figure.
    pub rounds: usize,
    /// `check` on real graphs.
    pub real: Vec<Compared>,
    /// Build dependencies.
    pub weights: [Weight; 3],
    /// The guard in a build script.
    pub script: Script,
    /// The guard in a workspace.
    pub members: Members,
    /// Graphs by their packages.
    pub packages: Vec<Growth>,
    /// Files by their megabytes.
    pub files: Vec<Growth>,
}

/// The page, in markdown.
pub fn document(results: &Results) -> String {
    let mut page = String::new();
    let Results { rounds, real, weights, script, members, packages, files } = results;
    let _ = write!(
        page,
        "# Benchmarks\n\nMade by `bash tests/benchmark --write`; what is measured and how is told in \
         [tests/README.md](tests/README.md). Times of one machine mean little on another: read the ratios. \
         The programs of a table ran in turn, {rounds} rounds, and each figure is the median; sources were in \
         the system's memory, as they are the second time. CPU time is of all processes that a program starts; \
         peak memory is of the program's own process.\n\n"
    );
    real_graphs(&mut page, real);
    build_dependency(&mut page, weights, script, members);
    growth(&mut page, packages, files);
    page
}

fn real_graphs(page: &mut String, real: &[Compared]) {
    page.push_str("## `check` on real graphs\n\n");
    for compared in real {
        let Compared { project, packages, bytes, check, cached, tree, rg, syn } = compared;
        let _ = write!(
            page,
            "**{}**: {}, {packages} packages for {}, {:.1} MB of Rust.\n\n| program | wall | CPU | peak \
             memory | read |\n|---|---|---|---|---|\n",
            project.name,
            project.what,
            project.target,
            megabytes(*bytes)
        );
        for (name, it) in [
            ("`check`, without cache", check),
            ("`check`, with cache", cached),
            ("`cargo tree`", tree),
            ("`rg -trust -l wasm_import_module`", rg),
            ("syn on every file", syn),
        ] {
            let _ = writeln!(
                page,
                "| {name} | {} | {} | {:.0} MB | {:.1} MB |",
                time(it.wall),
                time(it.cpu),
                megabytes(it.peak),
                megabytes(it.read)
            );
        }
        page.push('\n');
    }
    page.push_str(
        "| graph | `check` ÷ (`cargo tree` + `rg`) | `check` with cache ÷ `cargo tree` | syn ÷ `check` \
         |\n|---|---|---|---|\n",
    );
    for it in real {
        let _ = writeln!(
            page,
            "| {} | {:.2} | {:.2} | {:.1} |",
            it.project.name,
            it.ratio(),
            it.cached_ratio(),
            it.syn.wall / it.check.wall
        );
    }
}

fn build_dependency(page: &mut String, weights: &[Weight], script: &Script, members: &Members) {
    page.push_str(
        "\n## The build dependency\n\nFrom nothing, in the profile `dev`:\n\n| dependency | crates | CPU | of \
         cargo_metadata's |\n|---|---|---|---|\n",
    );
    let whole = weights.last().map_or(1.0, |it| it.cost.cpu);
    for Weight { name, crates, cost } in weights {
        let share = cost.cpu / whole * 100.0;
        let _ = writeln!(page, "| {name} | {crates} | {} | {share:.0} % |", time(cost.cpu));
    }
    let Script { other_target, runs_again, first, changed } = script;
    let Members { members, first: first_member, others, without_cache } = members;
    let _ = write!(
        page,
        "\nThe build script's own time, unoptimised as build scripts are:\n\n| build | time |\n|---|---|\n| \
         for another target than wasm | {} |\n| that changes nothing | the script ran {runs_again} times |\n| \
         the first for wasm32-wasip1, of an application on fastly | {} |\n| … after a change of its source | \
         {} |\n| of {members} such applications in one workspace, the first script | {} |\n| … each of the others | {} \
         |\n| … each without cache | {} |\n",
        time(*other_target),
        time(*first),
        time(*changed),
        time(*first_member),
        time(*others),
        time(*without_cache),
    );
}

fn growth(page: &mut String, packages: &[Growth], files: &[Growth]) {
    page.push_str("\n## Growth\n\nSynthetic, without cache.\n");
    for (unit, rows) in [("packages", packages), ("MB in one file", files)] {
        let _ = write!(
            page,
            "\n| {unit} | `check` | times the row above | peak memory | `cargo tree` |\n|---|---|---|---|---|\n"
        );
        let mut before: Option<f64> = None;
        for Growth { size, check, tree } in rows {
            let times =
                before.map_or(String::new(), |before| format!("{:.1}", check.wall / before));
            before = Some(check.wall);
            let _ = writeln!(
                page,
                "| {size} | {} | {times} | {:.0} MB | {} |",
                time(check.wall),
                megabytes(check.peak),
                time(tree.wall)
            );
        }
    }
}

/// A time in seconds, in the unit that suits it.
fn time(seconds: f64) -> String {
    match seconds {
        _ if seconds < 0.001 => format!("{:.0} µs", seconds * 1e6),
        _ if seconds < 0.01 => format!("{:.1} ms", seconds * 1e3),
        _ if seconds < 1.0 => format!("{:.0} ms", seconds * 1e3),
        _ => format!("{seconds:.2} s"),
    }
}

#[allow(clippy::cast_precision_loss, reason = "fewer bytes than a double tells apart")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
