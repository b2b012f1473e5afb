//! The progress display of a long scan.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use wasm_import_guard::analysis::Progress;

/// How long a scan runs before a display appears: most end sooner, and flicker helps nobody.
const DELAY: Duration = Duration::from_millis(400);

/// A progress display on stderr. Without a terminal there it draws nothing.
#[derive(Debug)]
pub(crate) struct Display {
    target: String,
    started: Instant,
    wanted: bool,
    bar: Option<ProgressBar>,
}

impl Display {
    /// A display for one target; `wanted` is false with `--quiet`.
    pub(crate) fn new(target: &str, wanted: bool) -> Self {
        // A terminal that cannot move its cursor would be filled with lines.
        let wanted = wanted && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
        Self { target: target.to_owned(), started: Instant::now(), wanted, bar: None }
    }

    /// Shows how far the scan is.
    pub(crate) fn update(&mut self, progress: Progress) {
        if !self.wanted || self.started.elapsed() < DELAY {
            return;
        }
        let bar = self.bar.get_or_insert_with(|| new_bar(&self.target));
        bar.set_length(progress.total as u64);
        bar.set_position(progress.done as u64);
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        // What follows on the terminal must not stand behind a half-drawn line.
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn new_bar(target: &str) -> ProgressBar {
    // `new` draws on stderr, and only when that is a terminal.
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{msg} [{bar:28}] {pos}/{len} packages") {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.set_message(format!("Reading {}", wasm_import_guard::text::printable(target)));
    bar
}
