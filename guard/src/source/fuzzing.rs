//! Promises about Rust text: what the lexer, the scanner and the `cfg` reader say of any of it.
#![allow(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a promise that is broken is a panic"
)]

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::OnceLock;

use super::attributes::predicate_truth;
use super::load::Prefetched;
pub use super::macros::fuzzing::macro_expander;
use super::text_scan::{self, Hints};
use super::tokens::{Kind, Tokens};
use crate::analysis::read_library;
use crate::cfg::{CfgContext, TargetCfg, Truth};
use crate::import::Origin;

/// The lexer leaves out nothing but blanks and comments; an import stands where it is said to; and what
/// declares one is never passed over by the quick look that decides which files are lexed.
pub fn source_scanner(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let lexed = Tokens::lex(text.to_owned());
    if let Ok(tokens) = &lexed {
        lexer(text, tokens);
    }
    let directory = directory();
    std::fs::write(directory.join("lib.rs"), text).expect("a file can be written");
    let everything = Hints { extern_block: true, definition: true };
    let prefetched = Prefetched::from([(directory.clone(), everything)]);
    let (imports, problems) = read_library(directory, &prefetched);
    if lexed.is_err() {
        assert!(imports.is_empty(), "imports of a text that is no Rust");
        assert!(!problems.is_empty(), "a text that is no Rust is passed over");
        return;
    }
    assert!(
        imports.is_empty() || text_scan::hints_of(text).extern_block,
        "the quick look sees no extern block where there is one"
    );
    let lines: Vec<&str> = text.split('\n').collect();
    for import in &imports {
        let place = &import.place;
        let line = lines.get(place.line - 1).expect("its line is in the text");
        let line = if place.line == 1 { line.trim_start_matches('\u{feff}') } else { line };
        let rest: String = line.chars().skip(place.column - 1).collect();
        assert!(place.length <= rest.chars().count(), "it ends beyond its line: {import:?}");
        if import.origin == Origin::Source {
            let there = rest.strip_prefix("r#").unwrap_or(&rest);
            assert!(
                there.starts_with(&import.ident),
                "it is not where it is said to be: {import:?}"
            );
        }
    }
}

fn lexer(text: &str, tokens: &Tokens) {
    let mut behind = 0;
    for at in 0..tokens.len() {
        let token = tokens.bytes(at);
        assert!(behind <= token.start && token.start < token.end, "tokens overlap or are empty");
        // Before the first token may stand a mark and a line for the shell.
        if at > 0 {
            assert!(is_comment(&text[behind..token.start]), "text between tokens is left out");
        }
        behind = token.end;
        match tokens.kind(at).expect("it is there") {
            Kind::Open(_) => {
                let close = tokens.after(at) - 1;
                assert_eq!(tokens.opening(close), Some(at), "delimiters are not each other's");
            }
            Kind::Close(_) => {
                let open = tokens.opening(at).expect("it closes something");
                assert_eq!(tokens.after(open), at + 1, "delimiters are not each other's");
            }
            _ => {}
        }
        let (line, column) = tokens.position(at);
        assert!(line >= 1 && column >= 1);
    }
}

/// Whether text between two tokens may be left out: it is blank, or begins as a comment does.
fn is_comment(between: &str) -> bool {
    let rest = between
        .trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '\u{200e}' | '\u{200f}'));
    rest.is_empty() || rest.starts_with("//") || rest.starts_with("/*")
}

/// Where the text that is scanned lies: written anew for each.
fn directory() -> &'static PathBuf {
    static DIRECTORY: OnceLock<PathBuf> = OnceLock::new();
    DIRECTORY.get_or_init(|| {
        let shared = PathBuf::from("/dev/shm");
        let parent = if shared.is_dir() { shared } else { std::env::temp_dir() };
        let name = format!("wasm-import-guard-fuzz-{}", std::process::id());
        let directory = parent.join(name);
        std::fs::create_dir_all(&directory).expect("a directory can be made");
        directory
    })
}

/// A predicate that is decided stays so when more becomes known, and `not` is the opposite.
pub fn cfg_parser(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(tokens) = Tokens::lex(text.to_owned()) else { return };
    let (mut target, nothing) = (TargetCfg::default(), BTreeSet::new());
    target.names.insert("unix".to_owned());
    for (key, value) in [("target_os", "wasi"), ("target_arch", "wasm32"), ("k", "v")] {
        target.values.insert(key.to_owned(), BTreeSet::from([value.to_owned()]));
    }
    let on = BTreeSet::from(["on".to_owned()]);
    let maybe = BTreeSet::from(["a".to_owned(), "b".to_owned()]);
    let all = BTreeSet::from(["a".to_owned(), "b".to_owned(), "on".to_owned()]);
    let doubtful = CfgContext {
        target: &target,
        features: &on,
        possible_features: &maybe,
        has_build_script: true,
        build_output: None,
    };
    let truth = |context| predicate_truth(&tokens, 0..tokens.len(), &context);
    let vague = truth(doubtful);
    let known = CfgContext { possible_features: &nothing, has_build_script: false, ..doubtful };
    for refined in [
        CfgContext { possible_features: &nothing, ..doubtful },
        CfgContext { has_build_script: false, ..doubtful },
        known,
        CfgContext { features: &all, ..doubtful },
        CfgContext { features: &all, ..known },
    ] {
        let refined = truth(refined);
        assert!(vague == Truth::Unknown || vague == refined, "{vague:?} becomes {refined:?}");
    }
    // One predicate, and not nested so deep that it counts as unknown.
    let is_one = !(0..tokens.len()).any(|at| tokens.is_punct(at, ','));
    if is_one && vague != Truth::Unknown {
        // A line for the shell is passed over at the beginning only.
        let Ok(negated) = Tokens::lex(format!("not({text}\n)")) else { return };
        let negated = predicate_truth(&negated, 0..negated.len(), &doubtful);
        assert!(negated == !vague || negated == Truth::Unknown, "not({vague:?}) is {negated:?}");
    }
}
