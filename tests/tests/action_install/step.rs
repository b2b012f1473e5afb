//! A step that runs action/install.sh.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;

use wasm_import_guard_tests::{Scratch, repository};

use crate::server::Server;
use crate::{CRATE, PLATFORMS, VERSION, workflow_command};

/// A step: its variables, and where it may write.
pub(crate) struct Step {
    pub(crate) around: Scratch,
    pub(crate) variables: BTreeMap<&'static str, String>,
}

/// What came of one.
pub(crate) struct Installed {
    pub(crate) code: Option<i32>,
    pub(crate) printed: String,
    pub(crate) binary: Option<PathBuf>,
}

impl Step {
    pub(crate) fn new(install: &str, version: &str) -> Self {
        let around = Scratch::new();
        around.write("output", "").write("temp/not ours", "").write("work/kept", "");
        let path = |name: &str| around.path(name).display().to_string();
        let variables = BTreeMap::from([
            ("PATH", std::env::var("PATH").unwrap()),
            ("HOME", path("work")),
            ("GITHUB_ACTION_PATH", repository().display().to_string()),
            ("GITHUB_OUTPUT", path("output")),
            ("RUNNER_TEMP", path("temp")),
            ("RUNNER_OS", "Linux".to_owned()),
            ("RUNNER_ARCH", "X64".to_owned()),
            ("INPUT_INSTALL", install.to_owned()),
            ("INPUT_VERSION", version.to_owned()),
        ]);
        Self { around, variables }
    }

    pub(crate) fn set(&mut self, name: &'static str, value: impl Into<String>) -> &mut Self {
        self.variables.insert(name, value.into());
        self
    }

    /// With a release of [`VERSION`] on a server: every platform has a binary of its own.
    pub(crate) fn with_release(&mut self) -> Server {
        let mut files = BTreeMap::new();
        let mut table = "version\ttarget\tsha256\n".to_owned();
        for (system, _, target) in PLATFORMS {
            let suffix = if system == "Windows" { ".exe" } else { "" };
            let archive = self.archive(&format!("{CRATE}{suffix}"), target);
            let sha256 = self.sha256(&archive);
            let lines = [("1.0.0", "0".repeat(64)), (VERSION, sha256)];
            let lines = lines.map(|(version, sha256)| format!("{version}\t{target}\t{sha256}\n"));
            table.extend(lines);
            files.insert(format!("/v{VERSION}/{CRATE}-v{VERSION}-{target}.tar.gz"), archive);
        }
        self.around.write("checksums.tsv", &table);
        let server = Server::new(files);
        let table = self.around.path("checksums.tsv").display().to_string();
        self.set("WASM_IMPORT_GUARD_CHECKSUMS", table);
        self.set("WASM_IMPORT_GUARD_RELEASES", &server.address);
        server
    }

    /// An archive as a release has it, with a program that says its version and what it is for.
    pub(crate) fn archive(&self, name: &str, target: &str) -> Vec<u8> {
        let program = format!("#!/bin/sh\necho {CRATE} {VERSION} $1 for {target}\n");
        self.around.write(&format!("release/{name}"), &program).write("release/README.md", "");
        let mut tar = Command::new("tar");
        tar.args(["-czf", "-", "README.md", name]).current_dir(self.around.path("release"));
        let output = tar.output().unwrap();
        assert!(output.status.success(), "{output:?}");
        output.stdout
    }

    pub(crate) fn sha256(&self, bytes: &[u8]) -> String {
        fs::write(self.around.path("release/archive"), bytes).unwrap();
        let mut sum = Command::new("sha256sum");
        let output = sum.arg("archive").current_dir(self.around.path("release")).output().unwrap();
        String::from_utf8(output.stdout).unwrap().split(' ').next().unwrap().to_owned()
    }

    /// Puts programs before all others that only note what they were called with.
    pub(crate) fn with_witness(&mut self, programs: &[&str]) -> &mut Self {
        for name in programs {
            // A real build leaves a binary, too.
            self.program(
                name,
                "{ printf '%s' \"${0##*/}\"; printf ' <%s>' \"$@\"; echo; env; } >>\"$HOME/called\"",
            );
        }
        let path = format!("{}:{}", self.around.path("bin").display(), self.variables["PATH"]);
        self.set("PATH", path)
    }

    pub(crate) fn program(&self, name: &str, script: &str) {
        let path = format!("bin/{name}");
        self.around.write(&path, &format!("#!/bin/sh\n{script}\n"));
        let path = self.around.path(&path);
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    pub(crate) fn called(&self) -> String {
        fs::read_to_string(self.around.path("work/called")).unwrap_or_default()
    }

    pub(crate) fn run(&self) -> Installed {
        let mut bash = Command::new("bash");
        bash.arg(repository().join("action/install.sh")).current_dir(self.around.path("work"));
        let output = bash.env_clear().envs(&self.variables).output().unwrap();
        let output_file = fs::read_to_string(self.around.path("output")).unwrap();
        let binary = output_file.strip_prefix("binary=").map(|path| path.trim_end().into());
        let printed =
            String::from_utf8(output.stdout).unwrap() + &String::from_utf8_lossy(&output.stderr);
        Installed { code: output.status.code(), printed, binary }
    }

    /// What there is in the runner's temporary directory, beside the file of somebody else.
    pub(crate) fn left(&self) -> Vec<String> {
        let names = fs::read_dir(self.around.path("temp")).unwrap();
        let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name != "not ours").collect()
    }

    /// Runs it, which must end with one error that has all of this; and nothing may be left.
    pub(crate) fn refused(&self, said: &[&str]) -> Installed {
        let installed = self.run();
        assert_eq!(installed.code, Some(2), "{}", installed.printed);
        assert_eq!(installed.binary, None);
        let commands: Vec<_> =
            installed.printed.lines().filter_map(workflow_command::Command::read).collect();
        let [error] = commands.as_slice() else { panic!("{}", installed.printed) };
        assert_eq!(error.name, "error");
        assert_eq!(error.properties["title"], "wasm-import-guard cannot be installed");
        for said in said.iter().chain(&["\nhelp: "]) {
            assert!(error.data.contains(said), "{said} is not in {:?}", error.data);
        }
        assert_eq!(self.left(), [""; 0]);
        let kept = fs::read_dir(self.around.path("work")).unwrap();
        let kept: Vec<_> = kept.map(|entry| entry.unwrap().file_name()).collect();
        assert!(kept.iter().all(|name| name == "kept" || name == "called"), "{kept:?}");
        installed
    }
}
