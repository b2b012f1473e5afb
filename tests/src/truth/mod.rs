//! The imports that rustc itself sees in a published crate, beside those that the command reports.
//!
//! For each [`Entry`] a scratch application on the crate is made; rustc prints the crate after `cfg`
//! and macros, syn reads its extern blocks, and the command's `imports --format json` is compared with
//! them. `tests/README.md` says what counts.

mod bare;
mod compare;
mod list;
mod project;
mod table;

pub use bare::{Undefined, undefined_names};
pub use compare::{Comparison, Found, compare};
pub use list::{Entry, read_list};
pub use project::{Subject, examine};
pub use table::{json, markdown, text};

/// What became of an entry of the list.
#[derive(Debug)]
pub struct Outcome {
    /// The entry.
    pub entry: Entry,
    /// The comparison, or why there is none.
    pub result: Result<Comparison, String>,
}

/// Compares every entry. `progress` is told of each before it is looked at.
pub fn run(entries: &[Entry], progress: &mut dyn FnMut(&Entry)) -> Vec<Outcome> {
    let subjects: Vec<(Entry, Result<Subject, String>)> = entries
        .iter()
        .map(|entry| {
            progress(entry);
            (entry.clone(), examine(entry))
        })
        .collect();
    // One link for each target decides about all names that crates declare without a module.
    let all = subjects.iter().filter_map(|(entry, it)| Some((entry, it.as_ref().ok()?)));
    let undefined = Undefined::of(all.map(|(entry, it)| (entry.target.as_str(), it)));
    subjects
        .into_iter()
        .map(|(entry, subject)| {
            let result = subject.map(|subject| {
                let truth = bare::judge(&entry, &subject, &undefined);
                compare(&truth, &subject.found, subject.opaque)
            });
            Outcome { entry, result }
        })
        .collect()
}
