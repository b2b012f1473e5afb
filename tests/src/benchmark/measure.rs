//! Runs programs, and tells what they cost.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use wait4::Wait4;

use crate::environment::clean_command;

/// How often the system is asked for what a running program has used.
const POLL: Duration = Duration::from_millis(2);

/// A program to run again and again.
#[derive(Debug, Clone)]
pub struct Program {
    path: PathBuf,
    directory: PathBuf,
    arguments: Vec<OsString>,
    variables: Vec<(&'static str, OsString)>,
    /// Exit codes that are no failure.
    accepted: &'static [i32],
}

impl Program {
    /// The program at `path`, in `directory`, in an environment that has nothing of a running cargo.
    pub fn new(path: impl Into<PathBuf>, directory: &Path) -> Self {
        Self {
            path: path.into(),
            directory: directory.to_owned(),
            arguments: Vec::new(),
            variables: Vec::new(),
            accepted: &[0],
        }
    }

    /// With these arguments after those that it has.
    #[must_use]
    pub fn args<A: Into<OsString>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// With a variable of the environment.
    #[must_use]
    pub fn env(mut self, name: &'static str, value: impl Into<OsString>) -> Self {
        self.variables.push((name, value.into()));
        self
    }

    /// With these exit codes as success: a checker's findings are none of its failures.
    #[must_use]
    pub fn accepting(mut self, codes: &'static [i32]) -> Self {
        self.accepted = codes;
        self
    }

    /// Runs it once.
    ///
    /// # Panics
    /// When it cannot be started, or fails: then there is nothing to measure.
    pub fn run(&self) -> Measured {
        let mut command = clean_command(&self.path, &self.directory);
        command
            .args(&self.arguments)
            .envs(self.variables.iter().map(|(name, value)| (name, value)));
        run(&mut command, self.accepted)
    }
}

/// What a run of a program cost.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Measured {
    /// From start to end, in seconds.
    pub wall: f64,
    /// Of all processes that it started and waited for, in seconds.
    pub cpu: f64,
    /// The most memory that its own process had at a time, in bytes.
    pub peak: u64,
    /// What it and its processes asked the system to read, in bytes.
    pub read: u64,
}

impl Measured {
    /// The median of each figure but the peak, of which the largest counts.
    fn median(of: &[Self]) -> Self {
        let middle = |figure: fn(&Self) -> f64| {
            let mut figures: Vec<f64> = of.iter().map(figure).collect();
            figures.sort_by(f64::total_cmp);
            figures[figures.len() / 2]
        };
        Self {
            wall: middle(|it| it.wall),
            cpu: middle(|it| it.cpu),
            peak: of.iter().map(|it| it.peak).max().unwrap_or_default(),
            read: of.iter().map(|it| it.read).max().unwrap_or_default(),
        }
    }
}

/// Runs the programs in turn, `rounds` times after a first round that does not count, and gives the
/// medians in the programs' order.
pub fn in_turn(programs: &[Program], rounds: usize) -> Vec<Measured> {
    for program in programs {
        program.run();
    }
    let mut measured = vec![Vec::with_capacity(rounds); programs.len()];
    for _ in 0..rounds {
        for (program, measured) in programs.iter().zip(&mut measured) {
            measured.push(program.run());
        }
    }
    measured.iter().map(|of| Measured::median(of)).collect()
}

fn run(command: &mut Command, accepted: &[i32]) -> Measured {
    let output = tempfile::tempfile().expect("there is room for what a program prints");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(output.try_clone().expect("a file"));
    let begin = Instant::now();
    let child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let (id, has_ended) = (child.id(), AtomicBool::new(false));
    let (ended, used) = thread::scope(|scope| {
        let watcher = scope.spawn(|| watch(id, &has_ended));
        let ended = child.wait4().expect("a child can be waited for");
        let wall = begin.elapsed();
        has_ended.store(true, Ordering::Relaxed);
        ((ended, wall), watcher.join().expect("watching does not fail"))
    });
    let (ended, wall) = ended;
    let is_accepted = ended.status.code().is_some_and(|code| accepted.contains(&code));
    assert!(is_accepted, "{command:?} ended with {}:\n{}", ended.status, printed(output));
    Measured {
        wall: wall.as_secs_f64(),
        cpu: (ended.rusage.utime + ended.rusage.stime).as_secs_f64(),
        peak: used.peak,
        read: used.read,
    }
}

/// What the system says of a running process.
#[derive(Default)]
struct Used {
    peak: u64,
    read: u64,
}

/// Asks the system for what the process has used, until it has ended.
fn watch(id: u32, has_ended: &AtomicBool) -> Used {
    let mut used = Used::default();
    while !has_ended.load(Ordering::Relaxed) {
        let field = |file: &str, name: &str| -> Option<u64> {
            let text = fs::read_to_string(format!("/proc/{id}/{file}")).ok()?;
            let line = text.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_whitespace().next()?.parse().ok()
        };
        used.peak = used.peak.max(field("status", "VmHWM:").unwrap_or_default() * 1024);
        used.read = used.read.max(field("io", "rchar:").unwrap_or_default());
        thread::sleep(POLL);
    }
    used
}

fn printed(mut file: fs::File) -> String {
    use std::io::{Read, Seek};
    let mut text = String::new();
    let read = file.rewind().and_then(|()| file.read_to_string(&mut text));
    read.map_or_else(|error| error.to_string(), |_| text)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Measured, Program};

    #[test]
    fn a_program_is_measured_with_what_it_starts() {
        let busy = "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done";
        let script =
            format!("sh -c '{busy}' && head -c 1000000 /dev/zero | cat >/dev/null; exit 3");
        let program = Program::new("/bin/sh", Path::new("/")).args(["-c", &script]).accepting(&[3]);
        let measured = program.run();
        assert!(measured.wall > 0.0 && measured.cpu > 0.01, "{measured:?}");
        assert!(measured.peak > 100_000, "{measured:?}");
    }

    #[test]
    fn the_middle_of_three_counts() {
        let run = |wall, peak| Measured { wall, peak, ..Measured::default() };
        let median = Measured::median(&[run(3.0, 1), run(1.0, 9), run(2.0, 4)]);
        assert_eq!((median.wall, median.peak), (2.0, 9));
    }

    #[test]
    #[should_panic(expected = "no such option")]
    fn what_fails_is_not_measured() {
        let script = "echo no such option >&2; exit 1";
        Program::new("/bin/sh", Path::new("/")).args(["-c", script]).run();
    }
}
