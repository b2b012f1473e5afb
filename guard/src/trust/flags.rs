//! The flags for rustc in cargo's configuration: those that decide cfg values, and none that load
//! code.
//!
//! cargo gives a project's `rustflags` to the rustc that it asks for the target's cfg values, and
//! `-Zcodegen-backend=…` or `-Zllvm-plugins=…` among them make rustc load a library. Yet `--cfg` and
//! `-Ctarget-feature` decide which dependencies a target has. So children get the flags that decide,
//! and no others, through the environment, which takes precedence over the configuration.

use super::Configuration;
use crate::cfg::TargetCfg;
use crate::document::Node;

/// How deep `cfg(all(any(…)))` may nest.
const MAX_CFG_DEPTH: usize = 32;

impl Configuration {
    /// The flags for `target` that change its cfg values. `None` where the user's environment has
    /// `RUSTFLAGS` or cargo's encoded form of it, which cargo prefers and children inherit.
    pub(crate) fn cfg_flags(&self, target: &str, cfg: &TargetCfg) -> Option<Vec<String>> {
        if self.variable("CARGO_ENCODED_RUSTFLAGS").is_some()
            || self.variable("RUSTFLAGS").is_some()
        {
            return None;
        }
        let mut flags = Vec::new();
        let variable = format!(
            "CARGO_TARGET_{}_RUSTFLAGS",
            target.to_ascii_uppercase().replace(['-', '.'], "_")
        );
        for document in self.documents(true) {
            for (key, node) in document.table(&["target"]).into_iter().flatten() {
                let Some(rustflags) = node.get("rustflags") else { continue };
                if key == target || cfg_holds(key, cfg) {
                    flags.extend(words(rustflags));
                }
            }
        }
        flags.extend(self.words_of_variable(&variable));
        if flags.is_empty() {
            for document in self.documents(true) {
                flags.extend(document.get(&["build", "rustflags"]).into_iter().flat_map(words));
            }
            flags.extend(self.words_of_variable("CARGO_BUILD_RUSTFLAGS"));
        }
        Some(deciding(&flags))
    }

    /// Whether a section of a cfg expression sets flags: then the cfg values decide which flags there are.
    pub(crate) fn flags_depend_on_cfg(&self) -> bool {
        let mut targets = self.documents(true).filter_map(|it| it.table(&["target"])).flatten();
        targets.any(|(key, node)| key.trim().starts_with("cfg(") && node.get("rustflags").is_some())
    }

    /// The user's own flags for `target` from the environment, for a rustc that is run without cargo.
    pub(crate) fn environment_flags(&self) -> Vec<String> {
        if let Some(encoded) = self.variable("CARGO_ENCODED_RUSTFLAGS") {
            let text = encoded.to_string_lossy().into_owned();
            return deciding(&text.split('\x1f').map(str::to_owned).collect::<Vec<_>>());
        }
        deciding(&self.words_of_variable("RUSTFLAGS"))
    }

    fn words_of_variable(&self, name: &str) -> Vec<String> {
        self.variable(name).map_or_else(Vec::new, |value| {
            value.to_string_lossy().split_whitespace().map(str::to_owned).collect()
        })
    }
}

/// A string of flags, or an array of them.
fn words(node: &Node) -> Vec<String> {
    match node.as_str() {
        Some(text) => text.split_whitespace().map(str::to_owned).collect(),
        None => node.strings().into_iter().map(|(text, _)| text.to_owned()).collect(),
    }
}

/// Those of `flags` that change cfg values.
fn deciding(flags: &[String]) -> Vec<String> {
    const CODEGEN: &[&str] = &["target-feature", "target-cpu", "panic", "debug-assertions"];
    let codegen = |value: &str| {
        let (name, _) = value.split_once('=').unwrap_or((value, ""));
        CODEGEN.contains(&name.replace('_', "-").as_str())
    };
    let mut kept = Vec::new();
    let mut flags = flags.iter();
    while let Some(flag) = flags.next() {
        match flag.as_str() {
            "--cfg" => {
                if let Some(value) = flags.next() {
                    kept.extend([flag.clone(), value.clone()]);
                }
            }
            "-C" | "--codegen" => {
                if let Some(value) = flags.next().filter(|value| codegen(value)) {
                    kept.extend([flag.clone(), value.clone()]);
                }
            }
            // Their values are arguments of their own, and must not be taken for flags.
            "-Z"
            | "-L"
            | "-l"
            | "-A"
            | "-W"
            | "-D"
            | "-F"
            | "-o"
            | "--extern"
            | "--check-cfg"
            | "--emit"
            | "--print"
            | "--out-dir"
            | "--sysroot"
            | "--target"
            | "--cap-lints"
            | "--remap-path-prefix"
            | "--allow"
            | "--warn"
            | "--deny"
            | "--forbid" => {
                flags.next();
            }
            other => {
                let value = other.strip_prefix("-C").or(other.strip_prefix("--codegen="));
                if other.starts_with("--cfg=") || value.is_some_and(codegen) {
                    kept.push(flag.clone());
                }
            }
        }
    }
    kept
}

/// Whether `key`, of a table `[target.'cfg(…)']`, holds for `cfg`.
pub(crate) fn cfg_holds(key: &str, cfg: &TargetCfg) -> bool {
    let inner = key.trim().strip_prefix("cfg(").and_then(|rest| rest.strip_suffix(')'));
    inner.is_some_and(|inner| predicate(inner, cfg, 0) == Some(true))
}

/// The value of one predicate; `None` where it is none.
fn predicate(text: &str, cfg: &TargetCfg, depth: usize) -> Option<bool> {
    if depth > MAX_CFG_DEPTH {
        return None;
    }
    let text = text.trim();
    if let Some((name, rest)) = text.split_once('(') {
        if !name.contains('"') {
            let list = split_list(rest.strip_suffix(')')?);
            let mut values = list.iter().map(|part| predicate(part, cfg, depth + 1));
            return match name.trim() {
                "all" => values.try_fold(true, |all, value| Some(all & value?)),
                "any" => values.try_fold(false, |any, value| Some(any | value?)),
                "not" if list.len() == 1 => values.next()?.map(|value| !value),
                _ => None,
            };
        }
    }
    match text.split_once('=') {
        Some((key, value)) => {
            let value = value.trim().strip_prefix('"')?.strip_suffix('"')?;
            Some(cfg.values.get(key.trim()).is_some_and(|values| values.contains(value)))
        }
        None if text == "true" => Some(true),
        None if text == "false" => Some(false),
        None => Some(cfg.names.contains(text)),
    }
}

/// Splits at the commas that stand in no parentheses and no string.
fn split_list(text: &str) -> Vec<&str> {
    let (mut depth, mut quoted, mut start) = (0_usize, false, 0);
    let mut parts = Vec::new();
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'(' if !quoted => depth += 1,
            b')' if !quoted => depth = depth.saturating_sub(1),
            b',' if !quoted && depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts.retain(|part| !part.trim().is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::document::Document;

    fn wasi() -> TargetCfg {
        TargetCfg::from_rustc("panic=\"abort\"\ntarget_os=\"wasi\"\ntarget_env=\"p1\"\n")
    }

    fn flags(text: &str) -> Vec<String> {
        let document = Document::parse(Path::new("/p/.cargo/config.toml"), text).unwrap();
        Configuration::of_documents(vec![document]).cfg_flags("wasm32-wasip1", &wasi()).unwrap()
    }

    #[test]
    fn only_flags_that_decide_cfg_values_are_passed_on() {
        let text = "[build]\nrustflags = ['-Zcodegen-backend=/evil.so', '-Z', 'llvm-plugins=/evil.so', \
                    '--cfg', 'a=\"b\"', '-Clinker=/evil', '-C', 'link-arg=x', '-Ctarget-feature=+atomics', \
                    '-C', 'target_cpu=mvp', '--cfg=c', '@/evil', '--sysroot', '/evil', '-L', '--cfg']\n";
        assert_eq!(
            flags(text),
            ["--cfg", "a=\"b\"", "-Ctarget-feature=+atomics", "-C", "target_cpu=mvp", "--cfg=c"]
        );
    }

    #[test]
    fn a_target_s_flags_take_the_place_of_the_build_s() {
        let build = "[build]\nrustflags = '--cfg a'\n";
        assert_eq!(flags(build), ["--cfg", "a"]);
        let target = format!("{build}[target.wasm32-wasip1]\nrustflags = ['--cfg', 'b']\n");
        assert_eq!(flags(&target), ["--cfg", "b"]);
        let cfg = format!("{build}[target.'cfg(target_os = \"wasi\")']\nrustflags = '--cfg c'\n");
        assert_eq!(flags(&cfg), ["--cfg", "c"]);
        let other = format!("{build}[target.'cfg(unix)']\nrustflags = '--cfg c'\n");
        assert_eq!(flags(&other), ["--cfg", "a"]);
    }

    #[test]
    fn predicates() {
        let cfg = wasi();
        for (text, expected) in [
            ("cfg(target_os = \"wasi\")", true),
            ("cfg(not(target_os = \"wasi\"))", false),
            ("cfg(all(target_os = \"wasi\", any(unix, target_env = \"p1\")))", true),
            ("cfg(all())", true),
            ("cfg(any())", false),
            ("cfg(all(target_os = \"wasi\",))", true),
            ("cfg(odd(unix))", false),
            ("cfg(", false),
            ("target_os", false),
        ] {
            assert_eq!(cfg_holds(text, &cfg), expected, "{text}");
        }
        for (depth, holds) in
            [(MAX_CFG_DEPTH - 1, true), (MAX_CFG_DEPTH, true), (MAX_CFG_DEPTH + 1, false)]
        {
            let nested =
                format!("cfg({}target_os = \"wasi\"{})", "all(".repeat(depth), ")".repeat(depth));
            assert_eq!(cfg_holds(&nested, &cfg), holds, "{depth}");
        }
        let deep = format!("cfg({}unix{})", "not(".repeat(100_000), ")".repeat(100_000));
        assert!(!cfg_holds(&deep, &cfg));
    }
}
