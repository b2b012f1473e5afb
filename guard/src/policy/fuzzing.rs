//! Promises about the policies in manifests.
#![allow(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a promise that is broken is a panic"
)]

use std::fmt::Write as _;
use std::path::Path;

use super::read::of_document;
use super::{Policy, TABLE};
use crate::document::Document;
use crate::sorted;

/// An error names a line that the manifest has; a policy written out again is read as the same.
pub fn policy_parser(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(document) = Document::parse(Path::new("Cargo.toml"), text) else { return };
    let lines = text.split('\n').count();
    for kind in ["package", "workspace"] {
        match of_document(&document, kind) {
            Ok(policy) => {
                for exception in &policy.exceptions {
                    assert!((1..=lines).contains(&exception.place.line), "a line beyond the file");
                }
                let written = written(&policy, kind);
                let again = Document::parse(Path::new("Cargo.toml"), &written).expect("TOML");
                let again = of_document(&again, kind).expect("a policy");
                assert_eq!(said(&policy), said(&again), "{written}");
                matches_itself(&policy);
            }
            Err(error) => {
                let message = error.to_string();
                let line = message
                    .strip_prefix("Cargo.toml:")
                    .and_then(|rest| rest.split(':').next()?.parse::<usize>().ok())
                    .expect("an error names its line");
                assert!((1..=lines).contains(&line), "a line beyond the file: {message}");
            }
        }
    }
}

/// Everything that a policy says, without its places.
fn said(policy: &Policy) -> String {
    let contract = policy.contract.as_ref().map(|contract| &contract.modules);
    let mut out = format!("{:?} {contract:?}", sorted::set(&policy.levels));
    for it in &policy.exceptions {
        let _ = write!(out, " {} {:?} {:?} {:?}", it.rule, it.package, it.module, it.name);
        let _ = write!(out, " {:?} {:?}", it.reason, it.expires);
    }
    out
}

fn written(policy: &Policy, kind: &str) -> String {
    let table = format!("{kind}.metadata.{TABLE}");
    let mut out = format!("[{table}.levels]\n");
    for (rule, level) in &policy.levels {
        let _ = writeln!(out, "{rule} = \"{}\"", format!("{level:?}").to_lowercase());
    }
    if let Some(contract) = &policy.contract {
        let _ = writeln!(out, "[{table}.contract]");
        for (module, names) in &contract.modules {
            let names: Vec<String> = names.iter().map(|name| quoted(&name.text())).collect();
            let _ = writeln!(out, "{} = [{}]", quoted(&module.text()), names.join(", "));
        }
    }
    for exception in &policy.exceptions {
        let _ = writeln!(out, "[[{table}.exceptions]]\nrule = \"{}\"", exception.rule);
        let _ = writeln!(out, "reason = {}", quoted(&exception.reason));
        for (key, pattern) in [
            ("crate", &exception.package),
            ("module", &exception.module),
            ("name", &exception.name),
        ] {
            if let Some(pattern) = pattern {
                let _ = writeln!(out, "{key} = {}", quoted(&pattern.text()));
            }
        }
        if let Some(day) = exception.expires {
            let _ = writeln!(out, "expires = {day}");
        }
    }
    out
}

/// A basic string of TOML.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out + "\""
}

/// What a pattern says matches it, as `*` and `?` match themselves too.
fn matches_itself(policy: &Policy) {
    let contract = policy.contract.iter().flat_map(|contract| &contract.modules);
    for pattern in contract.flat_map(|(module, names)| std::iter::once(module).chain(names)) {
        assert!(pattern.matches(&pattern.text()), "{pattern:?} does not match itself");
    }
}
