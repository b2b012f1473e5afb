//! Work on several threads.

use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many threads a command may use. More than this many wait for memory rather than work.
const MAX_THREADS: usize = 8;

/// How many threads may work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Threads(usize);

impl Threads {
    /// The one that a build script has: cargo runs it beside others, each of which counts as one.
    pub(crate) const ONE: Self = Self(1);

    /// As many as the machine runs at once.
    pub(crate) fn of_machine() -> Self {
        let available = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        Self(available.min(MAX_THREADS))
    }

    /// Drops `value` while work goes on, where there is more than one thread.
    pub(crate) fn drop_beside(self, value: impl Send + 'static) {
        if self.0 > 1 {
            // Without a thread the value is dropped here.
            let _ = std::thread::Builder::new().spawn(move || drop(value));
        }
    }

    /// What `work` gives for each of `0..count`, in that order. `done` is told how many are finished, now
    /// and then and at the end, on this thread.
    ///
    /// A thread that cannot be started is done without.
    pub(crate) fn map<T: Send>(
        self,
        count: usize,
        work: impl Fn(usize) -> T + Sync,
        done: &mut dyn FnMut(usize),
    ) -> Vec<T> {
        self.map_with(count, || (), |(), index| work(index), done)
    }

    /// The same; each thread has a `start` of its own, which it works with.
    pub(crate) fn map_with<S, T: Send>(
        self,
        count: usize,
        start: impl Fn() -> S + Sync,
        work: impl Fn(&S, usize) -> T + Sync,
        done: &mut dyn FnMut(usize),
    ) -> Vec<T> {
        let next = AtomicUsize::new(0);
        let finished = AtomicUsize::new(0);
        let results: Mutex<Vec<Option<T>>> = Mutex::new((0..count).map(|_| None).collect());
        let run = |done: &mut dyn FnMut(usize)| {
            let own = start();
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                if index >= count {
                    break;
                }
                let result = work(&own, index);
                // A poisoned lock is that of a thread whose panic the scope hands on.
                if let Ok(mut results) = results.lock() {
                    results[index] = Some(result);
                }
                done(finished.fetch_add(1, Ordering::Relaxed) + 1);
            }
        };
        let more = self.0.min(count).saturating_sub(1);
        beside(more, &|| run(&mut |_| ()), || run(done));
        // The last ones may have been another thread's.
        done(count);
        results.into_inner().unwrap_or_default().into_iter().flatten().collect()
    }
}

/// Does both at once: `there` on a thread of its own, or behind `here` where that cannot be started.
pub(crate) fn at_once<A, B: Send>(
    there: impl Fn() -> B + Sync,
    here: impl FnOnce() -> A,
) -> (B, A) {
    let result: Mutex<Option<B>> = Mutex::new(None);
    let keep = || {
        let value = there();
        if let Ok(mut result) = result.lock() {
            *result = Some(value);
        }
    };
    let here = beside(1, &keep, here);
    let there = result.into_inner().unwrap_or_default().unwrap_or_else(there);
    (there, here)
}

/// What `here` gives while `there` runs on `count` threads of their own, or on fewer where one cannot be
/// started. A panic of theirs is handed on.
fn beside<A>(count: usize, there: &(dyn Fn() + Sync), here: impl FnOnce() -> A) -> A {
    std::thread::scope(|scope| {
        for _ in 0..count {
            let _ = std::thread::Builder::new().spawn_scoped(scope, there);
        }
        here()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_are_done() {
        assert_eq!(at_once(|| 1, || "2"), (1, "2"));
    }

    #[test]
    #[should_panic(expected = "a scoped thread panicked")]
    fn a_panic_beside_is_handed_on() {
        at_once(|| panic!("there"), || "here");
    }

    #[test]
    fn results_come_in_order_and_all_of_them() {
        for threads in [1, 2, 7] {
            let mut last = 0;
            let results = Threads(threads).map(1000, |index| index * 2, &mut |done| last = done);
            assert_eq!(results, (0..1000).map(|index| index * 2).collect::<Vec<_>>());
            assert_eq!(last, 1000);
        }
        assert!(Threads(4).map(0, |index| index, &mut |_| ()).is_empty());
    }
}
