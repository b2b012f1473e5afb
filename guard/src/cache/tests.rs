use std::fs;
use std::path::PathBuf;

use super::{Cache, Key};
use crate::scratch::Scratch;

type Value = Vec<(String, Option<u32>)>;

struct Directory(Scratch);

impl Directory {
    fn new() -> Self {
        Self(Scratch::new(&[]))
    }

    fn cache(&self) -> Cache {
        Cache::at(self.0.root().to_owned())
    }

    fn entries(&self) -> Vec<PathBuf> {
        let groups = fs::read_dir(self.0.path("entries")).into_iter().flatten().flatten();
        groups
            .flat_map(|group| fs::read_dir(group.path()).expect("a directory"))
            .flatten()
            .map(|it| it.path())
            .collect()
    }
}

fn value() -> Value {
    vec![("käfer".to_owned(), Some(u32::MAX)), (String::new(), None)]
}

#[test]
fn what_is_put_is_got_by_the_same_key_only() {
    let scratch = Directory::new();
    let cache = scratch.cache();
    let key = Key::new("test").with("a").with("bc");
    assert_eq!(cache.get::<Value>(&key), None);
    cache.put(&key, &value());
    assert_eq!(cache.get::<Value>(&key), Some(value()));
    assert_eq!(cache.entry::<Value>(key.digest()), Some((key.clone(), value())));
    for other in [
        Key::new("test").with("ab").with("c"),
        Key::new("test").with("a"),
        Key::new("other").with("a").with("bc"),
    ] {
        assert_eq!(cache.get::<Value>(&other), None);
    }
}

#[test]
fn an_entry_that_was_cut_or_changed_anywhere_counts_as_none() {
    let scratch = Directory::new();
    let cache = scratch.cache();
    let key = Key::new("test");
    cache.put(&key, &value());
    let [file] = &scratch.entries()[..] else { panic!("one entry") };
    let whole = fs::read(file).expect("it is there");
    for length in 0..whole.len() {
        fs::write(file, &whole[..length]).expect("writable");
        assert_eq!(cache.get::<Value>(&key), None, "cut to {length} bytes");
    }
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 0x10;
        fs::write(file, &changed).expect("writable");
        assert_eq!(cache.get::<Value>(&key), None, "byte {at} changed");
    }
    fs::write(file, &whole).expect("writable");
    assert_eq!(cache.get::<Value>(&key), Some(value()));
}

#[test]
fn an_entry_of_another_key_in_its_place_counts_as_none() {
    let scratch = Directory::new();
    let cache = scratch.cache();
    let (one, other) = (Key::new("one"), Key::new("other"));
    cache.put(&one, &value());
    let from = scratch.entries();
    cache.put(&other, &value());
    let to: Vec<_> = scratch.entries().into_iter().filter(|it| !from.contains(it)).collect();
    fs::copy(&from[0], &to[0]).expect("writable");
    assert_eq!(cache.get::<Value>(&other), None);
}

#[test]
fn where_nothing_can_be_written_nothing_is_kept() {
    let scratch = Directory::new();
    fs::write(scratch.0.path("entries"), "no directory").expect("writable");
    let key = Key::new("test");
    scratch.cache().put(&key, &value());
    assert_eq!(scratch.cache().get::<Value>(&key), None);
    Cache::off().put(&key, &value());
    assert_eq!(Cache::off().get::<Value>(&key), None);
}

#[test]
fn writers_at_once_leave_a_whole_entry_and_nothing_else() {
    let scratch = Directory::new();
    let key = Key::new("test");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..50 {
                    scratch.cache().put(&key, &value());
                    assert_eq!(scratch.cache().get::<Value>(&key), Some(value()));
                }
            });
        }
    });
    assert_eq!(scratch.entries().len(), 1);
}

#[test]
fn old_entries_go_and_young_ones_stay() {
    let scratch = Directory::new();
    let cache = scratch.cache();
    let (old, young) = (Key::new("old"), Key::new("young"));
    cache.put(&old, &value());
    let [file] = &scratch.entries()[..] else { panic!("one entry") };
    let long_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(31 * 24 * 60 * 60);
    let opened = fs::File::options().write(true).open(file).expect("it is there");
    opened.set_modified(long_ago).expect("a time can be set");
    cache.put(&young, &value());
    cache.sweep();
    assert!(cache.get::<Value>(&old).is_none() && cache.get::<Value>(&young).is_some());
    // Not again on the same day.
    cache.put(&old, &value());
    opened.set_modified(long_ago).expect("a time can be set");
    cache.sweep();
    assert!(cache.get::<Value>(&old).is_some());
}
