//! Reads a fixture: a project in one file, with what the tool must find in it written beside the lines.
//! The format is described in `fixtures/README.md`.

use std::fs;
use std::path::{Path, PathBuf};

/// A project and what is expected of it.
#[derive(Debug)]
pub struct Fixture {
    pub name: String,
    pub target: String,
    pub rustc: String,
    pub package: Option<String>,
    pub features: Option<String>,
    /// Why it is not compared with rustc's own list.
    pub no_rustc: Option<String>,
    /// Path and text of each file.
    pub files: Vec<(String, String)>,
    pub expected: Vec<Expected>,
}

/// Something that must be found on one line, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expected {
    /// The file below the fixture's directory.
    pub file: String,
    /// From 1.
    pub line: usize,
    pub what: What,
}

/// What must be found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    Import { module: Option<String>, name: String, certainty: String, exposure: String },
    Opaque,
    Finding { level: String, rule: String },
}

impl Fixture {
    /// All fixtures of this crate.
    pub fn all() -> Vec<Self> {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
        let mut paths: Vec<PathBuf> = fs::read_dir(&directory)
            .expect("the fixtures are there")
            .map(|entry| entry.expect("a fixture can be listed").path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
            .collect();
        paths.sort();
        paths.iter().map(|path| Self::read(path)).collect()
    }

    fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).expect("a fixture can be read");
        let name = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
        Self::parse(name, &text)
    }

    /// Parses the text of a fixture; panics with its name where the text is wrong.
    pub fn parse(name: String, text: &str) -> Self {
        let mut fixture = Self {
            name,
            target: "wasm32-wasip1".to_owned(),
            rustc: "1.91.0".to_owned(),
            package: None,
            features: None,
            no_rustc: None,
            files: Vec::new(),
            expected: Vec::new(),
        };
        for line in text.lines() {
            if let Some(directive) = line.strip_prefix("//@ ") {
                let (key, value) = directive.split_once(' ').unwrap_or((directive, ""));
                let value = value.trim().to_owned();
                match key {
                    "target" => fixture.target = value,
                    "rustc" => fixture.rustc = value,
                    "package" => fixture.package = Some(value),
                    "features" => fixture.features = Some(value),
                    "no-rustc" => fixture.no_rustc = Some(value),
                    "file" => fixture.files.push((value, String::new())),
                    _ => panic!("{}: no such directive: {line}", fixture.name),
                }
                continue;
            }
            let Some((file, content)) = fixture.files.last_mut() else { continue };
            content.push_str(line);
            content.push('\n');
            let number = content.lines().count();
            for annotation in line.split(annotation_mark(file)).skip(1) {
                let what = parse_annotation(annotation.trim())
                    .unwrap_or_else(|| panic!("{}: not understood: {line}", fixture.name));
                fixture.expected.push(Expected { file: file.clone(), line: number, what });
            }
        }
        if !fixture.files.iter().any(|(path, _)| path == "Cargo.toml") {
            let manifest =
                "[package]\nname = \"fixture\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";
            fixture.files.push(("Cargo.toml".to_owned(), manifest.to_owned()));
        }
        fixture.expected.sort();
        fixture
    }

    /// Writes the project below `directory`.
    pub fn write(&self, directory: &Path) {
        for (path, content) in &self.files {
            let path = directory.join(path);
            fs::create_dir_all(path.parent().expect("a file lies in a directory"))
                .expect("a directory can be made");
            fs::write(path, content).expect("a file can be written");
        }
    }

    /// The expected imports alone, or the findings alone.
    pub fn expect(&self, wanted: impl Fn(&What) -> bool) -> Vec<Expected> {
        self.expected.iter().filter(|expected| wanted(&expected.what)).cloned().collect()
    }

    /// The options that select what the fixture is about.
    pub fn arguments(&self) -> Vec<String> {
        let mut arguments = vec!["--target".to_owned(), self.target.clone()];
        arguments.extend(["--rustc-version".to_owned(), self.rustc.clone()]);
        if let Some(package) = &self.package {
            arguments.extend(["--package".to_owned(), package.clone()]);
        }
        if let Some(features) = &self.features {
            arguments.extend(["--features".to_owned(), features.clone()]);
        }
        arguments
    }
}

/// What stands before an annotation: it has to be in a comment.
fn annotation_mark(file: &str) -> &'static str {
    let extension = Path::new(file).extension().unwrap_or_default().to_string_lossy();
    if ["toml", "yml", "yaml"].contains(&&*extension) { "#~" } else { "//~" }
}

fn parse_annotation(text: &str) -> Option<What> {
    let mut words = text.split_whitespace();
    match words.next()? {
        "import" => {
            let module = words.next()?;
            Some(What::Import {
                module: (module != "-").then(|| module.to_owned()),
                name: words.next()?.to_owned(),
                certainty: words.next()?.to_owned(),
                exposure: words.next()?.to_owned(),
            })
        }
        "opaque" => Some(What::Opaque),
        level @ ("deny" | "warn" | "note") => {
            Some(What::Finding { level: level.to_owned(), rule: words.next()?.to_owned() })
        }
        _ => None,
    }
}
