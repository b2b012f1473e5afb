//! A commit's files, written into a temporary directory: the repository, its index and its working tree
//! stay as they are.

mod tree;

use std::io::Write as _;
use std::path::{Component, Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;
use wasm_import_guard::error::Error;
use wasm_import_guard::toolchain::Toolchain;

/// A git checkout, and the git to ask about it.
#[derive(Debug)]
pub(crate) struct Git {
    program: PathBuf,
    /// The checkout's top directory, without links.
    top: PathBuf,
}

/// A commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Revision {
    /// What the user called it.
    pub(crate) name: String,
    /// Its hash.
    pub(crate) commit: String,
}

/// A commit's files; they are deleted with it.
#[derive(Debug)]
pub(crate) struct Checkout {
    directory: TempDir,
}

impl Git {
    /// The checkout that holds `directory`.
    ///
    /// # Errors
    /// When there is no git, or `directory` is in no checkout.
    pub(crate) fn around(directory: &Path, toolchain: &Toolchain) -> Result<Self, Error> {
        let program = toolchain.user_program("git").ok_or_else(|| {
            Error::new("there is no git: `PATH` does not lead to one outside the project")
        })?;
        let mut git = Self { program, top: directory.to_owned() };
        let top = git.line(&["rev-parse", "--show-toplevel"]).map_err(|words| {
            Error::new(format!("{} is in no git checkout: {words}", directory.display()))
        })?;
        git.top = Path::new(&top).canonicalize().unwrap_or_else(|_| PathBuf::from(&top));
        Ok(git)
    }

    /// The commit that `name` stands for.
    ///
    /// # Errors
    /// When there is none in this clone.
    pub(crate) fn revision(&self, name: &str) -> Result<Revision, Error> {
        let wanted = format!("{name}^{{commit}}");
        let arguments = ["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted];
        let commit = self.line(&arguments).map_err(|_| {
            Error::new(format!("`{name}` is no revision of this clone"))
                .help("fetch it: `git fetch origin <branch>`; in GitHub Actions, check out with `fetch-depth: 0`")
        })?;
        Ok(Revision { name: name.to_owned(), commit })
    }

    /// The last commit that `revision` and the present one have in common.
    ///
    /// # Errors
    /// When they have none, or it is not in this clone.
    pub(crate) fn common_ancestor(&self, revision: &Revision) -> Result<Revision, Error> {
        let commit = self.line(&["merge-base", &revision.commit, "HEAD"]).map_err(|_| {
            let name = &revision.name;
            Error::new(format!("`{name}` and the present commit have no ancestor in this clone"))
                .help(
                    "a shallow clone lacks it: in GitHub Actions, check out with `fetch-depth: 0`",
                )
        })?;
        Ok(Revision { name: revision.name.clone(), commit })
    }

    /// Whether the present commit is `head`, or has it behind it; `trusted` itself does not count.
    ///
    /// # Errors
    /// When there is no present commit.
    pub(crate) fn holds(&self, head: &str, trusted: Option<&str>) -> Result<bool, Error> {
        let no_commit = |words: String| Error::new(format!("the checkout has no commit: {words}"));
        let present = self.line(&["rev-parse", "--verify", "HEAD"]).map_err(no_commit)?;
        if Some(present.as_str()) == trusted {
            return Ok(false);
        }
        // A shallow clone knows the names of the parents, and no more.
        let parents = self.text(&["cat-file", "commit", "HEAD"]).map_err(no_commit)?;
        let mut parents = parents.lines().take_while(|line| !line.is_empty());
        Ok(present == head
            || parents.any(|line| line.strip_prefix("parent ") == Some(head))
            || self.text(&["merge-base", "--is-ancestor", head, "HEAD"]).is_ok())
    }

    /// Writes the files of `revision` into a new directory.
    ///
    /// # Errors
    /// When git cannot give them, they are too many or too large, or they cannot be written.
    pub(crate) fn check_out(&self, revision: &Revision) -> Result<Checkout, Error> {
        let directory = tempfile::Builder::new()
            .prefix("wasm-import-guard-")
            .tempdir()
            .map_err(|error| Error::new(format!("no temporary directory can be made: {error}")))?;
        tree::write(self, revision, directory.path())
            .map_err(|error| Error::new(format!("at `{}`: {}", revision.name, error.message())))?;
        Ok(Checkout { directory })
    }

    /// Where `path` lies in the checkout; `None` outside of it.
    pub(crate) fn relative(&self, path: &Path) -> Option<PathBuf> {
        let path = path.canonicalize().ok()?;
        path.strip_prefix(&self.top).ok().map(Path::to_owned)
    }

    /// The place in the working tree that is `relative` to its top.
    pub(crate) fn path(&self, relative: &Path) -> PathBuf {
        self.top.join(relative)
    }

    /// git, with nothing that a repository could make it run.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .arg("-C")
            .arg(&self.top)
            // A directory of the project that looks like a bare repository is none of the user's.
            .args(["-c", "safe.bareRepository=explicit", "-c", "core.fsmonitor=false"])
            .args(arguments)
            // No network that was not asked for: a partial clone would fetch what is missing.
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("LC_ALL", "C")
            .stdin(Stdio::null());
        command
    }

    /// What git prints, without the end of the line; or its first words of complaint.
    fn line(&self, arguments: &[&str]) -> Result<String, String> {
        let text = self.text(arguments)?;
        Ok(text.trim_end_matches(['\r', '\n']).to_owned())
    }

    /// What git prints; or its first words of complaint.
    fn text(&self, arguments: &[&str]) -> Result<String, String> {
        let output = self.command(arguments).output().map_err(|error| error.to_string())?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let words = String::from_utf8_lossy(&output.stderr);
        Err(words.lines().next().unwrap_or("git failed without a word").to_owned())
    }

    /// `git cat-file --batch`, which is given `requests`.
    fn objects(&self, requests: String) -> Result<Child, Error> {
        let mut child = self
            .command(&["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| Error::new(format!("git cannot be run: {error}")))?;
        if let Some(mut stdin) = child.stdin.take() {
            // git answers while it reads. When it ends early, its answers show that.
            std::thread::spawn(move || stdin.write_all(requests.as_bytes()));
        }
        Ok(child)
    }
}

impl Revision {
    /// The name, and the beginning of the hash where that says more.
    pub(crate) fn label(&self) -> String {
        let short = self.commit.get(..12).unwrap_or(&self.commit);
        if self.commit.starts_with(&self.name) {
            short.to_owned()
        } else {
            format!("{} ({short})", self.name)
        }
    }
}

impl Checkout {
    /// The directory that is `relative` in the repository.
    pub(crate) fn path(&self, relative: &Path) -> PathBuf {
        self.directory.path().join(relative)
    }

    /// Whether a Cargo.toml governs `directory`, which is below the top.
    pub(crate) fn has_manifest(&self, directory: &Path) -> bool {
        let inside = directory.ancestors().take_while(|it| it.starts_with(self.directory.path()));
        inside.map(|it| it.join("Cargo.toml")).any(|manifest| manifest.is_file())
    }

    /// Gives the directory of `relative` the present lock file where it has a manifest and no lock file of
    /// its own, and tells whether it did: else cargo would choose newer versions of dependencies than the
    /// present ones, and these would count as a change.
    pub(crate) fn lend_lock_file(&self, relative: &Path, present: &Path) -> std::io::Result<bool> {
        let own = self.path(relative);
        let has_manifest = own.with_file_name("Cargo.toml").is_file();
        if !has_manifest || own.symlink_metadata().is_ok() || !present.is_file() {
            return Ok(false);
        }
        std::fs::copy(present, own).map(|_| true)
    }
}

/// Whether every part of `path` is a plain name.
fn is_plain(path: &Path) -> bool {
    let is_name = |it: Component<'_>| match it {
        Component::Normal(name) => !name.eq_ignore_ascii_case(".git"),
        _ => false,
    };
    path.components().next().is_some() && path.components().all(is_name)
}
