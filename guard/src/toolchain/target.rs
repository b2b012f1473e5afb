//! The cfg values of a target, and which names are targets at all.

use std::path::Path;

use super::Toolchain;
use crate::cfg::TargetCfg;
use crate::error::Error;
use crate::process;
use crate::trust::Configuration;

impl Toolchain {
    /// The cfg values of `target`, as `rustc --print cfg` tells them. The target's std need not be
    /// installed. Flags of the environment and of cargo's configuration that set cfg values are
    /// among them.
    ///
    /// # Errors
    /// When the name is that of a file or of a former target, when this rustc does not know it, and
    /// when it is not a wasm target.
    pub fn target_cfg(&self, target: &str) -> Result<TargetCfg, Error> {
        self.target_cfg_in(self.configuration(), target)
    }

    /// See [`Self::target_cfg`]; with the flags of another directory's configuration.
    pub(crate) fn target_cfg_in(
        &self,
        configuration: &Configuration,
        target: &str,
    ) -> Result<TargetCfg, Error> {
        check_name(target)?;
        let cfg = self.print_cfg(target, &[])?;
        if !cfg.is_wasm() {
            return Err(Error::new(format!("the target `{target}` is not a wasm target")).help(
                "the wasm targets are those that begin with `wasm`: `rustc --print target-list`",
            ));
        }
        let flags = configuration
            .cfg_flags(target, &cfg)
            .unwrap_or_else(|| configuration.environment_flags());
        if flags.is_empty() { Ok(cfg) } else { self.print_cfg(target, &flags) }
    }

    fn print_cfg(&self, target: &str, flags: &[String]) -> Result<TargetCfg, Error> {
        let mut command = self.rustc_command();
        command.args(["--print", "cfg", "--target", target]).args(flags);
        let output = process::run(&mut command, process::LOCAL_TIME_LIMIT)?;
        if !output.success {
            return Err(self.unknown_target(target, &output.stderr));
        }
        Ok(TargetCfg::from_rustc(&String::from_utf8_lossy(&output.stdout)))
    }

    fn unknown_target(&self, target: &str, stderr: &str) -> Error {
        let rustc = self.rustc.display();
        let release = &self.version.release;
        let words = process::first_error(stderr);
        if words.contains("target specification") || words.contains("target-list") {
            return Error::new(format!(
                "rustc {release} ({rustc}) does not know the target `{target}`"
            ))
            .help("`rustc --print target-list` prints those that it knows");
        }
        Error::new(format!(
            "rustc {release} ({rustc}) could not tell the cfg values of `{target}`: {words}"
        ))
    }
}

/// Refuses what is not the name of a present target, before any program sees it.
fn check_name(target: &str) -> Result<(), Error> {
    if target == "wasm32-wasi" {
        return Err(Error::new("the target `wasm32-wasi` is now called `wasm32-wasip1`")
            .help("use `wasm32-wasip1`; Rust 1.84 removed the former name"));
    }
    let file = Path::new(target);
    if file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
        || target.contains(['/', '\\'])
    {
        return Err(Error::new(format!(
            "the target `{target}` is a file; only targets built into rustc are supported"
        ))
        .help("name the built-in target it was derived from, such as `wasm32-unknown-unknown`"));
    }
    // Nothing that rustc or cargo could take for an option, a response file or two arguments.
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if target.is_empty() || target.starts_with('-') || !target.chars().all(plain) {
        return Err(Error::new(format!("`{target}` is not the name of a target")));
    }
    Ok(())
}

impl TargetCfg {
    /// Reads the lines of `rustc --print cfg`.
    pub fn from_rustc(text: &str) -> Self {
        let mut cfg = Self::default();
        for line in text.lines() {
            match line.split_once('=') {
                None if line.is_empty() => {}
                None => {
                    cfg.names.insert(line.to_owned());
                }
                Some((key, value)) => {
                    let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
                    cfg.insert(key, value.unwrap_or_default());
                }
            }
        }
        cfg
    }

    /// Reads the `CARGO_CFG_*` variables that cargo sets for a build script. They have the target's
    /// values as rustc prints them, and the `--cfg`s of `RUSTFLAGS`.
    pub fn from_build_script_env() -> Self {
        Self::from_variables(std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        }))
    }

    fn from_variables(variables: impl Iterator<Item = (String, String)>) -> Self {
        let mut cfg = Self::default();
        for (name, value) in variables {
            let Some(name) = name.strip_prefix("CARGO_CFG_") else { continue };
            // These are the package's, not the target's.
            if name == "FEATURE" {
                continue;
            }
            // cargo writes names in upper case; those that rustc and people set are in lower case.
            let key = name.to_ascii_lowercase();
            // A key without a value and an empty value look alike. rustc's own keys with values are
            // known; of what else is empty, both readings are kept.
            let has_values = key.starts_with("target_") && key != "target_thread_local"
                || key == "panic"
                || key == "relocation_model"
                || key == "sanitize";
            if value.is_empty() && !has_values {
                cfg.names.insert(key.clone());
            }
            for value in value.split(',') {
                if has_values || !value.is_empty() {
                    cfg.insert(&key, value);
                }
            }
        }
        cfg
    }

    /// Whether it is a wasm target: `target_family = "wasm"` or an architecture of that name.
    pub fn is_wasm(&self) -> bool {
        let has =
            |key: &str, value: &str| self.values.get(key).is_some_and(|set| set.contains(value));
        has("target_family", "wasm") || has("target_arch", "wasm32") || has("target_arch", "wasm64")
    }

    fn insert(&mut self, key: &str, value: &str) {
        self.values.entry(key.to_owned()).or_default().insert(value.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rustc_prints_names_and_values() {
        let cfg = TargetCfg::from_rustc(
            "debug_assertions\npanic=\"abort\"\ntarget_abi=\"\"\ntarget_arch=\"wasm32\"\n\
             target_feature=\"a\"\ntarget_feature=\"b\"\n",
        );
        assert!(cfg.names.contains("debug_assertions"));
        assert_eq!(cfg.values["target_abi"].iter().collect::<Vec<_>>(), [""]);
        assert_eq!(cfg.values["target_feature"].len(), 2);
        assert!(cfg.is_wasm());
        assert!(!TargetCfg::from_rustc("unix\ntarget_arch=\"x86_64\"\n").is_wasm());
    }

    #[test]
    fn cargo_tells_the_same_in_variables() {
        let variables = [
            ("CARGO_CFG_TARGET_ARCH", "wasm32"),
            ("CARGO_CFG_TARGET_FEATURE", "a,b"),
            ("CARGO_CFG_TARGET_ABI", ""),
            ("CARGO_CFG_UNIX", ""),
            ("CARGO_CFG_MY_BACKEND", "x"),
            ("CARGO_CFG_FEATURE", "default,std"),
            ("TARGET", "wasm32-wasip1"),
        ];
        let cfg = TargetCfg::from_variables(
            variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        assert!(cfg.names.contains("unix"));
        assert_eq!(cfg.values["target_feature"].len(), 2);
        assert_eq!(cfg.values["target_abi"].iter().collect::<Vec<_>>(), [""]);
        assert!(cfg.values.contains_key("my_backend"));
        assert!(!cfg.values.contains_key("feature"));
    }

    #[test]
    fn names_that_are_no_present_targets_are_refused() {
        let error = check_name("wasm32-wasi").unwrap_err();
        assert!(error.message().contains("`wasm32-wasip1`"));
        for target in ["./wasm.json", "x.json", "a/b", "-Zx", "", "a b", "@file", "a\nb"] {
            assert!(check_name(target).is_err(), "{target}");
        }
        assert!(check_name("wasm32-unknown-unknown").is_ok());
        assert!(check_name("thumbv8m.main-none-eabi").is_ok());
    }
}
