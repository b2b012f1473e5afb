//! Many random graphs, linked and run.

use std::collections::BTreeMap;
use std::fmt;
use std::thread;

use wasm_import_guard::outcome::link::{Link, Target, link};

use super::runtime::{calls, run_differences};
use super::{Graph, Linker, Random, Said, Wasmtime, differences, graph, show, shrink};

/// Links run at a time.
const THREADS: usize = 2;
/// Disagreements that are shrunk before a campaign stops.
const MAX_DISAGREEMENTS: usize = 3;

/// What a campaign found.
#[derive(Debug, Default)]
pub struct Campaign {
    /// Its seed.
    pub seed: u64,
    /// How many graphs were linked.
    pub count: u64,
    /// How many of them wasmtime ran, or refused as foretold.
    pub ran: u64,
    /// How many calls were made in these.
    pub calls: u64,
    /// How often each kind of thing was foretold, to see that none is missing.
    pub foretold: BTreeMap<String, u64>,
    /// Shrunk graphs on which model and linker disagree.
    pub disagreements: Vec<String>,
}

/// Links the graphs 0 to `count` of `seed`.
pub fn campaign(seed: u64, count: u64) -> Campaign {
    let parts = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|thread| scope.spawn(move || part(seed, (0..count).skip(thread).step_by(THREADS))))
            .collect();
        threads.into_iter().map(|it| it.join().expect("no panic")).collect::<Vec<_>>()
    });
    let mut whole = Campaign { seed, ..Campaign::default() };
    for part in parts {
        whole.count += part.count;
        whole.ran += part.ran;
        whole.calls += part.calls;
        whole.disagreements.extend(part.disagreements);
        for (kind, count) in part.foretold {
            *whole.foretold.entry(kind).or_default() += count;
        }
    }
    whole
}

fn part(seed: u64, numbers: impl Iterator<Item = u64>) -> Campaign {
    let mut judges = Judges { linker: Linker::rust_lld(), wasmtime: Wasmtime::start() };
    let mut part = Campaign { seed, ..Campaign::default() };
    for number in numbers {
        let graph = graph(&mut Random::new(seed, number));
        let model = link(&graph.inputs, graph.options);
        part.count += 1;
        for kind in kinds(&model) {
            *part.foretold.entry(kind).or_default() += 1;
        }
        let Judged { disagreement, ran } = judges.judge(&graph);
        part.ran += u64::from(ran.is_some());
        part.calls += ran.unwrap_or(0);
        if disagreement.is_some() {
            let small = shrink(&graph, |graph| judges.judge(graph).disagreement.is_some());
            let what = judges.judge(&small).disagreement.unwrap_or_default();
            part.disagreements
                .push(format!("graph {number} of seed {seed}:\n{}{what}\n", show(&small)));
            if part.disagreements.len() >= MAX_DISAGREEMENTS {
                break;
            }
        }
    }
    part
}

/// What the model is held against.
struct Judges {
    linker: Linker,
    wasmtime: Wasmtime,
}

#[derive(Default)]
struct Judged {
    disagreement: Option<String>,
    /// The calls that were made, where the graph links.
    ran: Option<u64>,
}

impl Judges {
    fn judge(&mut self, graph: &Graph) -> Judged {
        let model = link(&graph.inputs, graph.options);
        let said = self.linker.link(graph);
        let disagreement = differences(graph, &model, &said);
        match (&disagreement, model, said) {
            (None, Link::Linked(model), Said::Wrote { module, .. }) => {
                let ran = self.wasmtime.run(&module);
                let calls = u64::try_from(calls(&ran)).expect("graphs are small");
                Judged { disagreement: run_differences(graph, &model, &ran), ran: Some(calls) }
            }
            _ => Judged { disagreement, ran: None },
        }
    }
}

/// What a model's answer is an example of.
fn kinds(model: &Link) -> Vec<String> {
    let mut kinds: Vec<String> = match model {
        Link::Failed(problems) => {
            problems.iter().map(|it| format!("error: {}", it.kind.message())).collect()
        }
        Link::Confused { .. } => vec!["confused".to_owned()],
        Link::Linked(module) => {
            let mut kinds = vec!["linked".to_owned()];
            if !module.invalid.is_empty() {
                kinds.push("linked, invalid".to_owned());
            }
            kinds.extend(module.reached.iter().map(|((from, to), target)| {
                let what = match target {
                    Target::Import(_) => "import",
                    Target::Definition(place) if place.input == from.input => "own input",
                    Target::Definition(_) => "another input",
                    Target::SignatureMismatchStub => "signature_mismatch stub",
                    Target::UndefinedWeakStub => "undefined_weak stub",
                    Target::UndefinedStub => "undefined_stub",
                    Target::Null => "null",
                };
                let _ = to;
                format!("reached: {what}")
            }));
            kinds
        }
    };
    kinds.sort();
    kinds.dedup();
    kinds
}

impl fmt::Display for Campaign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let disagreements = self.disagreements.len();
        writeln!(f, "{} graphs of seed {}, {disagreements} disagree", self.count, self.seed)?;
        writeln!(f, "{} linked modules given to wasmtime, {} calls", self.ran, self.calls)?;
        for (kind, count) in &self.foretold {
            writeln!(f, "{count:8} {kind}")?;
        }
        for disagreement in &self.disagreements {
            write!(f, "\n{disagreement}")?;
        }
        Ok(())
    }
}
