//! Lists of crates to compare.

/// A crate, and how it is compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// Its exact version.
    pub version: String,
    /// The target triple.
    pub target: String,
    /// `default`; `a,b`: these besides the default ones; `none:a,b`: these alone.
    pub features: String,
    /// Flags of rustc that the crate or what it depends on cannot do without.
    pub flags: Vec<String>,
    /// Whether the command sees what building the crate has left.
    pub built: bool,
}

impl Entry {
    /// An entry without flags.
    pub fn new(name: &str, version: &str, target: &str, features: &str) -> Self {
        Self {
            name: name.to_owned(),
            version: version.to_owned(),
            target: target.to_owned(),
            features: features.to_owned(),
            flags: Vec::new(),
            built: false,
        }
    }

    /// The same, with what a build has left.
    #[must_use]
    pub fn after_a_build(self) -> Self {
        Self { built: true, ..self }
    }

    /// The dependency as a manifest writes it. Cargo ignores what stands behind `+` in a version.
    pub fn requirement(&self) -> String {
        let version = self.version.split('+').next().unwrap_or_default();
        let (default, features) = match self.features.strip_prefix("none:") {
            Some(features) => (false, features),
            None if self.features == "default" => (true, ""),
            None => (true, self.features.as_str()),
        };
        let features: Vec<String> =
            features.split(',').filter(|it| !it.is_empty()).map(|it| format!("{it:?}")).collect();
        format!(
            "{{ version = \"={version}\", default-features = {default}, features = [{}] }}",
            features.join(", ")
        )
    }
}

impl std::fmt::Display for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let built = if self.built { " built" } else { "" };
        write!(f, "{} {} {} {}{built}", self.name, self.version, self.target, self.features)
    }
}

/// Reads a list: name, version, target, features and flags, a line each; `#` begins a comment.
/// `built` among the flags is none of rustc's: see [`Entry::built`].
///
/// # Errors
/// The line that is not understood.
pub fn read_list(text: &str) -> Result<Vec<Entry>, String> {
    let mut entries = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.split('#').next().unwrap_or_default();
        let mut words = line.split_whitespace();
        let Some(name) = words.next() else { continue };
        let (Some(version), Some(target), Some(features)) =
            (words.next(), words.next(), words.next())
        else {
            return Err(format!("line {}: not `name version target features`", number + 1));
        };
        let mut entry = Entry::new(name, version, target, features);
        let (built, flags) = words.map(str::to_owned).partition::<Vec<_>, _>(|it| it == "built");
        (entry.built, entry.flags) = (!built.is_empty(), flags);
        entries.push(entry);
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_become_a_dependency() {
        let list =
            "# comment\na 1.0.0+x t default\n\nb 2.0.0 t x,y # why\nc 3.0.0 t none:z built -Ca\n";
        let entries = read_list(list).expect("a list");
        let written: Vec<String> = entries.iter().map(Entry::requirement).collect();
        assert_eq!(
            written,
            [
                "{ version = \"=1.0.0\", default-features = true, features = [] }",
                "{ version = \"=2.0.0\", default-features = true, features = [\"x\", \"y\"] }",
                "{ version = \"=3.0.0\", default-features = false, features = [\"z\"] }",
            ]
        );
        assert_eq!(entries[2].flags, ["-Ca"]);
        assert_eq!(entries.iter().filter(|entry| entry.built).count(), 1);
        assert!(read_list("a 1.0.0\n").is_err());
    }
}
