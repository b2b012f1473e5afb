//! What a build script told cargo on its standard output.

use std::collections::HashMap;

use crate::sorted;

/// The instructions that matter here.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Instructions {
    /// `rustc-cfg`: names, and keys with a value; in order, each once.
    pub(super) cfgs: Vec<(String, Option<String>)>,
    /// `rustc-env`
    pub(super) environment: HashMap<String, String>,
    /// `rerun-if-changed`
    pub(super) watched_paths: Vec<String>,
    /// Whether there is a `rerun-if` of any kind: without one, cargo watches the whole package.
    pub(super) watches: bool,
}

impl Instructions {
    /// Reads lines `cargo::KEY=VALUE` and `cargo:KEY=VALUE`; all others are none of cargo's.
    pub(super) fn parse(text: &str) -> Self {
        let mut said = Self::default();
        for line in text.lines() {
            let Some(rest) = line.trim().strip_prefix("cargo:") else { continue };
            let rest = rest.strip_prefix(':').unwrap_or(rest);
            let Some((key, value)) = rest.split_once('=') else { continue };
            match key {
                "rustc-cfg" => said.cfgs.push(cfg(value)),
                "rustc-env" => {
                    if let Some((name, value)) = value.split_once('=') {
                        said.environment.insert(name.to_owned(), value.to_owned());
                    }
                }
                "rerun-if-changed" => {
                    said.watched_paths.push(value.to_owned());
                    said.watches = true;
                }
                "rerun-if-env-changed" => said.watches = true,
                _ => {}
            }
        }
        said.cfgs = sorted::set(said.cfgs);
        said
    }
}

/// `name` or `key="value"`, as rustc's `--cfg` takes it.
fn cfg(text: &str) -> (String, Option<String>) {
    match text.split_once('=') {
        Some((key, value)) => {
            let value = value.trim();
            let inside = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
            (key.trim().to_owned(), Some(inside.unwrap_or(value).to_owned()))
        }
        None => (text.trim().to_owned(), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_a_line_are_heeded_and_others_are_not() {
        let said = Instructions::parse(
            "cargo:rustc-cfg=old\ncargo::rustc-cfg=key = \"a b\"\n  cargo::rustc-env=X=a=b\r\n\
             cargo::rustc-check-cfg=cfg(other)\nrustc-cfg=none\nnote cargo:rustc-cfg=none\n\
             cargo:rerun-if-changed=build.rs\ncargo:rustc-cfg=old\n",
        );
        let cfgs = [("key".to_owned(), Some("a b".to_owned())), ("old".to_owned(), None)];
        assert_eq!(said.cfgs, cfgs);
        assert_eq!(said.environment, HashMap::from([("X".to_owned(), "a=b".to_owned())]));
        assert_eq!((said.watched_paths, said.watches), (vec!["build.rs".to_owned()], true));
        assert!(Instructions::parse("cargo::rerun-if-env-changed=CC").watches);
        assert!(!Instructions::parse("cargo::rustc-cfg=a").watches);
    }
}
