//! No command runs anything of the project, or of what git finds in it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;
use wasm_import_guard_tests::{Output, Scratch, cargo_for_host, guard};

use super::{CLASH, TARGET, run};

/// A repository that names programs wherever cargo or git would run them. Each leaves its name in one file.
struct Aviary {
    project: Scratch,
    /// What a `[patch]` names, outside the project.
    outside: TempDir,
    song: PathBuf,
}

impl Aviary {
    fn new() -> Self {
        let outside = TempDir::new().expect("a directory can be made");
        let song = outside.path().join("song");
        let project = Scratch::library("app", &[("patched", "\"0.1\"")], CLASH);
        let this = Self { project, outside, song };
        this.patch();
        this.build_scripts();
        this.lock();
        this.repository();
        this
    }

    /// A dependency whose source a `[patch]` takes from outside, with an import of its own.
    fn patch(&self) {
        let directory = self.outside.path().join("patched");
        fs::create_dir_all(directory.join("src")).expect("writable");
        let manifest = "[package]\nname = \"patched\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
        fs::write(directory.join("Cargo.toml"), manifest).expect("writable");
        let source = "#[link(wasm_import_module = \"outside\")]\nunsafe extern \"C\" {\n    pub fn patched();\n}\n";
        fs::write(directory.join("src/lib.rs"), source).expect("writable");
        self.script(&directory.join("build.rs"), "build script of the patch");
        let mut manifest = fs::read_to_string(self.project.path("Cargo.toml")).expect("written");
        let patched = format!("patched = {{ path = '{}' }}\n", directory.display());
        manifest.extend(["\n[patch.crates-io]\n", &patched]);
        self.project.write("Cargo.toml", &manifest);
    }

    fn build_scripts(&self) {
        self.script(&self.project.path("build.rs"), "build script");
        let configuration = self.configuration() + &self.credentials();
        self.project.write(".cargo/config.toml", &configuration);
    }

    /// What cargo's configuration can run, but for what it would run on the way to a registry.
    fn configuration(&self) -> String {
        let bird = self.bird("bird");
        format!(
            "[alias]\ntree = \"run\"\nmetadata = \"run\"\n\n[target.{TARGET}]\nrunner = \
             '{bird}'\nlinker = '{bird}'\n"
        )
    }

    fn credentials(&self) -> String {
        let bird = self.bird("bird");
        format!(
            "\n[registry]\nglobal-credential-providers = ['{bird}']\n\n[credential-alias]\nall = \
             ['{bird}']\n"
        )
    }

    fn lock(&self) {
        let made =
            cargo_for_host(self.project.root()).args(["generate-lockfile", "--offline"]).output();
        assert!(made.expect("cargo can be started").status.success());
    }

    /// Two commits; the first has attributes that name programs, which the repository's own configuration
    /// defines, and hooks for all that git does.
    fn repository(&self) {
        let bird = self.bird("git-bird");
        self.project.write(".gitattributes", "* filter=bird diff=bird merge=bird\n");
        self.git(&["init", "--quiet", "--initial-branch=main"]);
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", "base"]);
        for (key, value) in [
            ("filter.bird.smudge", &*bird),
            ("filter.bird.clean", &bird),
            ("filter.bird.process", &bird),
            ("diff.bird.command", &bird),
            ("diff.bird.textconv", &bird),
            ("merge.bird.driver", &bird),
            ("core.fsmonitor", &bird),
            ("core.pager", &bird),
            ("core.editor", &bird),
            ("core.sshCommand", &bird),
            ("uploadpack.packObjectsHook", &bird),
        ] {
            self.git(&["config", key, value]);
        }
        for hook in ["post-checkout", "post-index-change", "reference-transaction", "post-commit"] {
            self.bird(&format!(".git/hooks/{hook}"));
        }
    }

    fn git(&self, arguments: &[&str]) {
        let mut git = Command::new("git");
        git.current_dir(self.project.root()).args(["-c", "user.name=a", "-c", "user.email=a@b"]);
        let output = Output::of(git.args(arguments));
        assert_eq!(output.status, Some(0), "git {arguments:?}: {}", output.stderr);
    }

    /// A program of the project; gives its path.
    fn bird(&self, name: &str) -> String {
        let path = self.project.path(name);
        fs::create_dir_all(path.parent().expect("a file is in a directory")).expect("writable");
        let text = format!("#!/bin/sh\necho {name} >>'{}'\ncat\n", self.song.display());
        fs::write(&path, text).expect("writable");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("it is ours");
        path.display().to_string()
    }

    /// A build script that would write a file.
    fn script(&self, path: &std::path::Path, name: &str) {
        let text = format!(
            "fn main() {{\n    std::fs::write(r#\"{}\"#, \"{name}\").unwrap();\n}}\n",
            self.song.display()
        );
        fs::write(path, text).expect("writable");
    }

    fn assert_silent(&self, occasion: &str) {
        if let Ok(song) = fs::read_to_string(&self.song) {
            panic!("{occasion}: the project's programs ran: {song}");
        }
    }
}

#[test]
fn no_command_runs_a_program_of_the_project() {
    let aviary = Aviary::new();
    let commands: [(&[&str], &str); 5] = [
        (&["check", "--rustc-version", "1.91.0"], "close"),
        (&["imports"], "patched"),
        (&["why", "outside", "patched"], "patched"),
        (&["diff", "--base", "main"], ""),
        (&["link", "target"], ""),
    ];
    fs::create_dir_all(aviary.project.path("target")).expect("writable");
    for (arguments, shown) in commands {
        let mut command = guard(aviary.project.root());
        command.args(arguments);
        if arguments[0] != "link" {
            command.args(["--offline", "--target", TARGET]);
        }
        let output = run(&mut command);
        aviary.assert_silent(arguments[0]);
        // `link` has nothing to read; the others must have come to their end.
        let is_done = output.status == Some(0) || output.status == Some(1);
        assert!(is_done || arguments[0] == "link", "{arguments:?}: {output:?}");
        assert!(output.stdout.contains(shown), "{arguments:?}: {output:?}");
    }
}

#[test]
fn the_action_runs_no_program_of_the_project_either() {
    let aviary = Aviary::new();
    let mut command = guard(aviary.project.root());
    command.args(["action", "--target", TARGET]);
    // It may go to a registry, which is where a credential provider would be asked.
    let refused = run(&mut command);
    aviary.assert_silent("action");
    assert_eq!(refused.status, Some(2), "{refused:?}");
    assert!(refused.stdout.contains("global-credential-providers"), "{refused:?}");

    aviary.project.write(".cargo/config.toml", &aviary.configuration());
    let done = run(&mut command);
    aviary.assert_silent("action");
    assert_eq!(done.status, Some(0), "{done:?}");
}

#[test]
fn a_canary_that_cannot_sing_would_prove_nothing() {
    let aviary = Aviary::new();
    let _ = cargo_for_host(aviary.project.root()).args(["check", "--offline"]).output();
    assert!(aviary.song.exists(), "a build runs the build scripts");
    fs::remove_file(&aviary.song).expect("it is there");
    let mut git = Command::new("git");
    let _ =
        git.current_dir(aviary.project.root()).args(["checkout", "--quiet", "--", "."]).output();
    assert!(aviary.song.exists(), "a checkout runs filters and hooks");
}
