//! The list of graphs: `tests/graphs/list`.

use std::fs;

use super::graphs;

/// A project below `tests/graphs`, and what is known of its graph. The numbers are lower bounds, so that
/// nothing found cannot mean nothing looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its directory, and its package.
    pub name: String,
    /// The target triple that it is built for.
    pub target: String,
    /// Packages that are built for the target.
    pub packages: usize,
    /// Different imports in their objects.
    pub imports: usize,
    /// Those of them that the command lists, and does not merely cover by an opaque entry.
    pub listed: usize,
}

/// Reads a list: name, target and the three numbers, a line each; `#` begins a comment.
///
/// # Errors
/// The line that is not understood.
pub fn read_list(text: &str) -> Result<Vec<Entry>, String> {
    let mut entries = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let words: Vec<&str> =
            line.split('#').next().unwrap_or_default().split_whitespace().collect();
        if words.is_empty() {
            continue;
        }
        let understood = (|| {
            let [name, target, counts @ ..] = words.as_slice() else { return None };
            let counts: Vec<usize> =
                counts.iter().map(|it| it.parse().ok()).collect::<Option<_>>()?;
            let [packages, imports, listed] = counts[..] else { return None };
            let (name, target) = ((*name).to_owned(), (*target).to_owned());
            Some(Entry { name, target, packages, imports, listed })
        })();
        entries.push(understood.ok_or_else(|| {
            format!("line {}: not `name target packages imports listed`", number + 1)
        })?);
    }
    Ok(entries)
}

/// The list in `tests/graphs`.
pub fn listed_graphs() -> Vec<Entry> {
    let file = graphs().join("list");
    let text = fs::read_to_string(&file).expect("tests/graphs has a list");
    read_list(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_and_others_named() {
        let text = "# name\n\napp wasm32-wasip1 3 20 19 # why\n";
        let entry = Entry {
            name: "app".to_owned(),
            target: "wasm32-wasip1".to_owned(),
            packages: 3,
            imports: 20,
            listed: 19,
        };
        assert_eq!(read_list(text), Ok(vec![entry]));
        for wrong in ["app wasm32-wasip1 3 20", "app wasm32-wasip1 3 20 x", "app", "a b 1 2 3 4"] {
            let error = read_list(&format!("#\n{wrong}")).expect_err(wrong);
            assert!(error.starts_with("line 2: "), "{error}");
        }
    }

    #[test]
    fn every_project_is_listed_once_and_every_line_has_a_project() {
        let mut listed: Vec<String> = listed_graphs().into_iter().map(|it| it.name).collect();
        listed.sort();
        let entries = fs::read_dir(graphs()).expect("it is there").map(|it| it.expect("listed"));
        let mut there: Vec<String> = entries
            .filter(|it| it.path().join("Cargo.lock").is_file())
            .map(|it| it.file_name().into_string().expect("UTF-8"))
            .collect();
        there.sort();
        assert_eq!(listed, there);
    }
}
