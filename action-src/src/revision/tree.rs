//! Writes a commit's files as git stores them: without filters, line-end conversion or hooks, none of
//! which a revision that is only read should run.

use std::fs::{self, OpenOptions};
use std::io::{BufRead, BufReader, Read, Write as _};
use std::path::{Path, PathBuf};

use wasm_import_guard::error::Error;

use super::{Git, Revision, is_plain};

/// The most files a revision may have. The largest public repositories have about half a million.
const MAX_FILES: usize = 1_000_000;
/// Larger files are left out: no source, manifest or lock file has that size.
const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;
/// The most bytes that are written.
const MAX_TOTAL_BYTES: u64 = 4 * 1024 * 1024 * 1024;
/// The longest path that a link may name, in bytes.
const MAX_LINK_BYTES: u64 = 4096;

/// A file, or a link, of the revision.
struct Entry {
    path: PathBuf,
    object: String,
    is_link: bool,
}

/// Writes all files of `revision` below `directory`. Submodules are left out.
pub(super) fn write(git: &Git, revision: &Revision, directory: &Path) -> Result<(), Error> {
    let entries = entries(git, revision)?;
    // Directories before any link: a link can then take the place of none that something is written to.
    for entry in &entries {
        if let Some(parent) = directory.join(&entry.path).parent() {
            fs::create_dir_all(parent).map_err(|error| failed(&entry.path, &error))?;
        }
    }
    let requests: Vec<&str> = entries.iter().flat_map(|entry| [&*entry.object, "\n"]).collect();
    let mut child = git.objects(requests.concat())?;
    let Some(stdout) = child.stdout.take() else {
        return Err(Error::new("git's answers cannot be read"));
    };
    let written = write_all(&entries, BufReader::new(stdout), directory);
    if written.is_err() {
        let _ = child.kill();
    }
    let _ = child.wait();
    for (path, target) in written? {
        link(&target, &directory.join(&path)).map_err(|error| failed(&path, &error))?;
    }
    Ok(())
}

fn entries(git: &Git, revision: &Revision) -> Result<Vec<Entry>, Error> {
    let output = git
        .command(&["ls-tree", "-r", "-z", "--full-tree", &revision.commit])
        .output()
        .map_err(|error| Error::new(format!("git cannot be run: {error}")))?;
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr);
        let words = words.lines().next().unwrap_or("git failed without a word");
        return Err(Error::new(format!("its files cannot be listed: {words}")));
    }
    let mut entries = Vec::new();
    for record in output.stdout.split(|byte| *byte == 0).filter(|record| !record.is_empty()) {
        entries.extend(entry(record)?);
        if entries.len() > MAX_FILES {
            return Err(Error::new(format!("it has more than {MAX_FILES} files")));
        }
    }
    Ok(entries)
}

/// An entry from `<mode> <type> <object>\t<path>`; none for a submodule.
fn entry(record: &[u8]) -> Result<Option<Entry>, Error> {
    let tab = record.iter().position(|byte| *byte == b'\t');
    let (head, path) = record.split_at(tab.unwrap_or(record.len()));
    let path = path_of(path.get(1..).unwrap_or_default());
    let head = String::from_utf8_lossy(head);
    let mut words = head.split(' ');
    let (mode, kind, object) = (words.next(), words.next(), words.next());
    let (Some(mode), Some("blob"), Some(object)) = (mode, kind, object) else {
        return Ok(None);
    };
    if !is_plain(&path) {
        let path = path.display();
        return Err(Error::new(format!("it has a file that no checkout may have: `{path}`")));
    }
    Ok(Some(Entry { path, object: object.to_owned(), is_link: mode == "120000" }))
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt as _;
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

/// Writes the files; gives the links, each with what it names.
fn write_all(
    entries: &[Entry],
    mut objects: impl BufRead,
    directory: &Path,
) -> Result<Vec<(PathBuf, PathBuf)>, Error> {
    let mut links = Vec::new();
    let mut total = 0;
    for entry in entries {
        let size = size(&mut objects).ok_or_else(|| {
            Error::new(format!("`{}` is not in this clone", entry.path.display()))
                .help("a partial clone lacks it: `git fetch --refetch` brings everything")
        })?;
        let mut content = (&mut objects).take(size);
        if entry.is_link && size <= MAX_LINK_BYTES {
            let mut target = Vec::new();
            content.read_to_end(&mut target).map_err(|error| failed(&entry.path, &error))?;
            links.push((entry.path.clone(), path_of(&target)));
        } else if !entry.is_link && size <= MAX_FILE_BYTES {
            total += size;
            if total > MAX_TOTAL_BYTES {
                return Err(Error::new(format!("it has more than {MAX_TOTAL_BYTES} bytes")));
            }
            let path = directory.join(&entry.path);
            let mut file = OpenOptions::new()
                .write(true)
                .create_new(true)
                .open(path)
                .map_err(|error| failed(&entry.path, &error))?;
            std::io::copy(&mut content, &mut file).map_err(|error| failed(&entry.path, &error))?;
            file.flush().map_err(|error| failed(&entry.path, &error))?;
        }
        // What is left of it, and the line end behind it.
        let rest = content.limit() + 1;
        std::io::copy(&mut (&mut objects).take(rest), &mut std::io::sink())
            .map_err(|error| failed(&entry.path, &error))?;
    }
    Ok(links)
}

/// The size that `<object> blob <size>` announces; `None` when the object is missing.
fn size(objects: &mut impl BufRead) -> Option<u64> {
    let mut line = String::new();
    objects.take(256).read_line(&mut line).ok()?;
    let mut words = line.trim_end().split(' ');
    match (words.next(), words.next(), words.next()) {
        (Some(_), Some("blob"), Some(size)) => size.parse().ok(),
        _ => None,
    }
}

#[cfg(unix)]
fn link(target: &Path, path: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(target, path)
}

/// Links of a repository are text files where git cannot make them, which is the default here.
#[cfg(not(unix))]
fn link(target: &Path, path: &Path) -> std::io::Result<()> {
    fs::write(path, target.to_string_lossy().as_bytes())
}

fn failed(path: &Path, error: &std::io::Error) -> Error {
    Error::new(format!("`{}` cannot be written: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_lead_out_are_refused() {
        for path in
            ["../a", "a/../../b", "/etc/passwd", ".git/config", "a/.GIT/hooks/post-checkout", ""]
        {
            let record = format!("100644 blob 0123\t{path}");
            assert!(entry(record.as_bytes()).is_err(), "{path}");
        }
        let plain = entry(b"100755 blob 0123\ta b/c\nd").expect("sound").expect("a file");
        assert_eq!(
            (plain.path, plain.object, plain.is_link),
            ("a b/c\nd".into(), "0123".into(), false)
        );
        assert!(entry(b"120000 blob 0123\tlink").expect("sound").expect("a link").is_link);
        assert!(entry(b"160000 commit 0123\tsubmodule").expect("sound").is_none());
    }

    /// What git says of one object of this size.
    fn object(size: u64) -> Vec<u8> {
        let mut answer = format!("0123 blob {size}\n").into_bytes();
        answer.resize(answer.len() + usize::try_from(size).expect("it fits"), b'x');
        answer.push(b'\n');
        answer
    }

    #[test]
    fn files_and_links_beyond_their_limits_are_left_out_and_hide_no_other() {
        for (is_link, limit) in [(false, MAX_FILE_BYTES), (true, MAX_LINK_BYTES)] {
            for size in [limit - 1, limit, limit + 1] {
                let directory = tempfile::tempdir().expect("a directory");
                let entries = [("a", is_link), ("b", false)].map(|(path, is_link)| Entry {
                    path: path.into(),
                    object: "0123".into(),
                    is_link,
                });
                let objects = [object(size), object(3)].concat();
                let links = write_all(&entries, &objects[..], directory.path()).expect("sound");
                let is_there = !links.is_empty() || directory.path().join("a").exists();
                assert_eq!(is_there, size <= limit, "{size}");
                assert_eq!(fs::read(directory.path().join("b")).expect("written"), b"xxx");
            }
        }
    }

    #[test]
    fn an_object_that_is_missing_is_named() {
        let entries = [Entry { path: "a".into(), object: "0123".into(), is_link: false }];
        let directory = tempfile::tempdir().expect("a directory");
        let error =
            write_all(&entries, &b"0123 missing\n"[..], directory.path()).expect_err("missing");
        assert!(error.message().contains("`a` is not in this clone"), "{error:?}");
    }
}
