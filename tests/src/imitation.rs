//! What rustc 1.91.0 would have given the linker, made from what a newer rustc gives it.
//!
//! [`Imitation`] stands between rustc and rust-lld: the objects and rlibs on the command line are replaced
//! with copies in which the imports of other crates have their plain names ([`crate::objects`]), and the
//! rest is passed through. `tests/README.md` says what is not imitated.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::objects::{CrateId, Foreign, archive, is_object, with_plain_names};

/// A command line with other objects.
#[derive(Debug)]
pub struct Imitation {
    /// The arguments for the linker.
    pub arguments: Vec<OsString>,
    /// The imports that go to the linker under their plain names, each with the crate that uses it.
    pub plain: Vec<(CrateId, Foreign)>,
    /// Those that rustc 1.91.0 would have made one with another function of the object, and that keep
    /// their own names here.
    pub merged: Vec<(CrateId, Foreign)>,
    copies: TempDir,
}

impl Imitation {
    /// The arguments of rustc's call of the linker, with copies in the place of what is changed. The
    /// copies go with the value.
    ///
    /// # Errors
    /// A file that cannot be read, and what is wrong with it.
    pub fn new(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, String> {
        let copies = tempfile::Builder::new().prefix("imitation-of-1.91.0-").tempdir();
        let copies = copies.map_err(|error| format!("no temporary directory: {error}"))?;
        let (plain, merged) = (Vec::new(), Vec::new());
        let mut imitation = Self { arguments: Vec::new(), plain, merged, copies };
        for (number, argument) in arguments.into_iter().enumerate() {
            let argument = match argument.to_str().and_then(|it| it.strip_prefix('@')) {
                Some(file) => imitation.response_file(number, Path::new(file))?,
                None => imitation.argument(&number.to_string(), argument)?,
            };
            imitation.arguments.push(argument);
        }
        Ok(imitation)
    }

    /// A file of arguments, one a line, as rustc writes when they are too many.
    fn response_file(&mut self, number: usize, file: &Path) -> Result<OsString, String> {
        let say = |error: std::io::Error| format!("{}: {error}", file.display());
        let mut changed = String::new();
        for (line, written) in fs::read_to_string(file).map_err(say)?.lines().enumerate() {
            let argument = self.argument(&format!("{number}-{line}"), unescape(written).into())?;
            let argument = argument.to_str().ok_or("an argument is not UTF-8")?;
            changed.push_str(&escape(argument));
            changed.push('\n');
        }
        let copy = self.copies.path().join(format!("{number}.arguments"));
        fs::write(&copy, changed).map_err(say)?;
        let mut argument = OsString::from("@");
        argument.push(copy);
        Ok(argument)
    }

    /// One argument: a copy, when it is an object or rlib in which something is to be changed.
    fn argument(&mut self, place: &str, argument: OsString) -> Result<OsString, String> {
        let path = PathBuf::from(&argument);
        let kind = path.extension().and_then(OsStr::to_str);
        if argument.as_encoded_bytes().starts_with(b"-") || !matches!(kind, Some("o" | "rlib")) {
            return Ok(argument);
        }
        let say = |error: String| format!("{}: {error}", path.display());
        let bytes = fs::read(&path).map_err(|error| say(error.to_string()))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (plain, merged) = (&mut self.plain, &mut self.merged);
        let mut change = |name: &str, content: &[u8]| {
            if !is_object(name, content) {
                return Ok(None);
            }
            let own = CrateId::of_object(name);
            let Some(rewritten) = with_plain_names(content, own.as_ref())? else { return Ok(None) };
            let own = own.ok_or("a crate that is not known uses imports")?;
            plain.extend(rewritten.plain.into_iter().map(|it| (own.clone(), it)));
            merged.extend(rewritten.merged.into_iter().map(|it| (own.clone(), it)));
            Ok(Some(rewritten.object))
        };
        let changed = if archive::is_archive(&bytes) {
            archive::with_contents(&bytes, |member| change(&member.name, member.content))
        } else {
            change(&name, &bytes)
        };
        let Some(changed) = changed.map_err(say)? else { return Ok(argument) };
        // The linker's messages name the file: it keeps its name.
        let directory = self.copies.path().join(place);
        let copy = directory.join(name);
        let written = fs::create_dir(&directory).and_then(|()| fs::write(&copy, changed));
        written.map_err(|error| format!("{}: {error}", copy.display()))?;
        Ok(copy.into_os_string())
    }
}

/// rustc's way to write an argument with blanks into a response file.
fn escape(argument: &str) -> String {
    argument.replace('\\', "\\\\").replace(' ', "\\ ")
}

fn unescape(line: &str) -> String {
    let mut out = String::new();
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        out.push(if c == '\\' { chars.next().unwrap_or(c) } else { c });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_of_a_response_file_come_back() {
        for argument in ["-o", "/a b/c\\d.o", "--export=f"] {
            assert_eq!(unescape(&escape(argument)), argument);
        }
        assert_eq!(escape("/a b"), "/a\\ b");
    }

    #[test]
    fn what_is_no_object_passes_through() {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("foreign.o");
        fs::write(&file, "\x7fELF").expect("written");
        let response = directory.path().join("arguments");
        fs::write(&response, format!("{}\n-lc\n", file.display())).expect("written");
        let arguments = ["-flavor", "wasm", "-lc", "--export=x.o"]
            .map(OsString::from)
            .into_iter()
            .chain([file.clone().into_os_string(), format!("@{}", response.display()).into()]);
        let arguments: Vec<_> = arguments.collect();
        let imitation = Imitation::new(arguments.clone()).expect("nothing is wrong");
        assert_eq!(imitation.arguments[..5], arguments[..5]);
        let copy = imitation.arguments[5].to_str().and_then(|it| it.strip_prefix('@'));
        let copy = fs::read_to_string(copy.expect("a response file")).expect("it is there");
        assert_eq!(copy, format!("{}\n-lc\n", file.display()));
        assert!(imitation.plain.is_empty() && imitation.merged.is_empty());
    }

    #[test]
    fn a_missing_object_is_named() {
        let error = Imitation::new([OsString::from("missing.o")]).expect_err("it is not there");
        assert!(error.starts_with("missing.o: "), "{error}");
    }
}
