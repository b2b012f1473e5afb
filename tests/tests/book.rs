//! `docs/book/build` makes a book of all documentation, and objects to links that lead nowhere.
#![allow(clippy::unwrap_used, reason = "a test stops where it stands")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use wasm_import_guard::rules::RULES;
use wasm_import_guard_tests::github::markdown_to_html;
use wasm_import_guard_tests::{Output, Scratch, repository};

/// Makes the book of the repository at `root` below `target`.
fn build(root: &Path, target: &Path) -> Output {
    let mut command = Command::new(repository().join("docs/book/build"));
    Output::of(command.arg(root).current_dir(root).env("CARGO_TARGET_DIR", target))
}

/// The book of this repository. It is made before any other, so that only one sets up mkdocs.
fn book() -> &'static Path {
    static BOOK: OnceLock<PathBuf> = OnceLock::new();
    BOOK.get_or_init(|| {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("documentation");
        let output = build(&repository(), &target);
        assert_eq!(output.status, Some(0), "{}", output.stderr);
        target.join("book")
    })
}

fn git(root: &Path, arguments: &[&str]) -> String {
    let output = Output::of(Command::new("git").args(arguments).current_dir(root));
    assert_eq!(output.status, Some(0), "git {arguments:?}: {}", output.stderr);
    output.stdout
}

/// The files of this repository that git knows, but for those that were just deleted.
fn tracked() -> Vec<String> {
    let listed = git(&repository(), &["ls-files", "-z"]);
    let files = listed.split_terminator('\0').filter(|file| repository().join(file).is_file());
    files.map(str::to_owned).collect()
}

/// The pages among them, each with its place in the book.
fn pages() -> Vec<(String, String)> {
    let pages = tracked().into_iter().filter_map(|page| {
        let place = match page.strip_suffix(".md")? {
            "README" => "index.html".to_owned(),
            stem => match stem.strip_suffix("/README") {
                Some(directory) => format!("{directory}/index.html"),
                None => format!("{stem}.html"),
            },
        };
        Some((page, place))
    });
    pages.collect()
}

/// The files below `directory` whose names end like that.
fn files(directory: &Path, end: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut pending = vec![directory.to_owned()];
    while let Some(path) = pending.pop() {
        if path.is_dir() {
            pending.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.to_str().unwrap().ends_with(end) {
            found.insert(path.strip_prefix(directory).unwrap().to_str().unwrap().to_owned());
        }
    }
    found
}

/// The tags of `html`, without those that end an element.
fn tags(html: &str) -> impl Iterator<Item = &str> {
    let tags = html.split('<').skip(1).filter_map(|rest| Some(rest.split_once('>')?.0));
    tags.filter(|tag| tag.starts_with(|first: char| first.is_ascii_alphabetic()))
}

fn name(tag: &str) -> &str {
    tag.split([' ', '\n', '/']).next().unwrap()
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.split_once(&format!(" {name}=\""))?.1.split('"').next()
}

/// What is read of `html`: its text, with each blank as one.
fn text(html: &str) -> String {
    let mut text = String::new();
    for part in html.split('<') {
        text += part.split_once('>').map_or(part, |(_, after)| after);
    }
    for (reference, character) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")] {
        text = text.replace(reference, character);
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_page_is_in_the_book_and_can_be_chosen() {
    let pages = pages();
    let mut expected: BTreeSet<String> = pages.iter().map(|(_, place)| place.clone()).collect();
    assert_eq!(expected.len(), pages.len(), "two pages have one place");
    // mkdocs' own, for servers.
    expected.insert("404.html".to_owned());
    assert_eq!(files(book(), ".html"), expected);

    for rule in RULES {
        assert!(expected.contains(&format!("guard/docs/rules/{}.html", rule.id)), "{}", rule.id);
    }

    let start = fs::read_to_string(book().join("index.html")).unwrap();
    let menu: BTreeSet<_> = tags(&start)
        // Those to the page before and the page after look the same, but for `rel`.
        .filter(|tag| attribute(tag, "rel").is_none())
        .filter(|tag| {
            attribute(tag, "class")
                .is_some_and(|it| it == "nav-link" || it.contains("dropdown-item"))
        })
        .filter_map(|tag| attribute(tag, "href"))
        .collect();
    for (page, place) in pages.iter().filter(|(page, _)| page != "README.md") {
        assert!(menu.contains(place.as_str()), "{page} is in no menu: {menu:?}");
    }
}

#[test]
fn no_page_fetches_anything_from_elsewhere() {
    let mut looked_at = 0;
    for place in files(book(), ".html") {
        let page = fs::read_to_string(book().join(&place)).unwrap();
        for tag in tags(&page).filter(|tag| name(tag) != "a") {
            let targets = ["src", "srcset", "href", "data", "poster", "action"];
            for target in targets.iter().filter_map(|name| attribute(tag, name)) {
                assert!(!target.contains("//"), "{place}: <{tag}>");
                looked_at += 1;
            }
        }
        // highlight.js is what mkdocs fetches unless it is told not to.
        assert!(!page.contains("highlight.js") && !page.contains("hljs"), "{place}");
    }
    assert!(looked_at > 100, "{looked_at}");
    for place in files(book(), ".css") {
        let style = fs::read_to_string(book().join(&place)).unwrap();
        for from in style.split("url(").skip(1) {
            let target = from.trim_start_matches(['"', '\'']);
            assert!(!target.starts_with("http") && !target.starts_with("//"), "{place}: {target}");
        }
        assert!(!style.contains("@import"), "{place}");
    }
}

#[test]
fn pages_say_in_the_book_what_they_say_on_github() {
    for (page, place) in pages() {
        let source = fs::read_to_string(repository().join(&page)).unwrap();
        let expected = markdown_to_html(&source);
        let built = fs::read_to_string(book().join(&place)).unwrap();
        let (_, built) = built.split_once("role=\"main\">").unwrap();
        let (built, _) = built.split_once("<footer").unwrap();
        assert_eq!(text(built), text(&expected), "{page}");
        let elements = |html| tags(html).map(name).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(elements(built), elements(&expected), "{page}");
    }
}

/// A repository with the pages of this one, and with what they link to.
fn copy() -> Scratch {
    let copy = Scratch::new();
    for file in tracked() {
        if file.strip_suffix(".md").is_some() || book().join(&file).is_file() {
            let to = copy.path(&file);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(repository().join(&file), to).unwrap();
        }
    }
    git(copy.root(), &["init", "--quiet"]);
    git(copy.root(), &["add", "--force", "."]);
    copy
}

#[test]
fn what_leads_nowhere_and_what_is_in_no_section_is_named() {
    let copy = copy();
    let target = Scratch::new();
    let is_there = || target.path("book/index.html").is_file();
    let output = build(copy.root(), target.root());
    assert_eq!(output.status, Some(0), "{}", output.stderr);
    assert!(is_there());

    let guide = "action-src/docs/formats.md";
    let planted = [
        ("README.md", "[a](guard/docs/rules/no-such.md)", "'guard/docs/rules/no-such.md'"),
        (guide, "[a](diff.md#no-such)", "'#no-such'"),
        (guide, "[a](#no-such-either)", "'#no-such-either'"),
        (guide, "[a][b]\n\n[b]: ../no-such.toml", "'../no-such.toml'"),
        // GitHub has a page for a directory, and the book has none.
        ("README.md", "[a](guard/docs)", "'guard/docs'"),
        ("CONTRIBUTING.md", "* ![a](docs/images/no-such.png)", "'docs/images/no-such.png'"),
        ("README.md", "<img alt=\"a\" src=\"docs/no-such.png\">", "'docs/no-such.png'"),
        (
            "README.md",
            "<picture><source srcset=\"docs/no-such-2.png\"></picture>",
            "`docs/no-such-2.png`",
        ),
        (guide, "[a](/README.md)", "'/README.md'"),
        (guide, "![a](https://example.org/a.png)", "`https://example.org/a.png`"),
        (guide, "[a](http://example.org/b)", "`http://example.org/b`"),
        (guide, "[a/b#1](https://github.com/a/b/pull/2)", "`https://github.com/a/b/pull/2`"),
        // What lies there, and is not committed, would be missing elsewhere.
        ("SECURITY.md", "[a](not-tracked.txt)", "'not-tracked.txt'"),
    ];
    copy.write("not-tracked.txt", "");
    for (page, text, named) in planted {
        let whole = fs::read_to_string(copy.path(page)).unwrap();
        copy.write(page, &format!("{whole}\n\n{text}\n"));
        let output = build(copy.root(), target.root());
        assert_eq!(output.status, Some(1), "{text}: {}", output.stderr);
        let error = output.stderr.lines().find(|line| line.contains(named));
        let error = error.unwrap_or_else(|| panic!("{text}: {}", output.stderr));
        assert!(error.starts_with("book: error: ") && error.contains(page), "{text}: {error}");
        let errors = output.stderr.lines().filter(|line| line.contains("error"));
        assert_eq!(errors.count(), 1, "{text}: {}", output.stderr);
        assert!(output.stderr.contains("\n  help: "), "{}", output.stderr);
        assert!(!is_there(), "{text}: a book is left");
        copy.write(page, &whole);
    }

    copy.write("docs/lost.md", "# Lost\n");
    git(copy.root(), &["add", "docs/lost.md"]);
    let output = build(copy.root(), target.root());
    assert_eq!(output.status, Some(1), "{}", output.stderr);
    assert!(output.stderr.contains("docs/lost.md"), "{}", output.stderr);
    fs::remove_file(copy.path("docs/lost.md")).unwrap();

    fs::remove_file(copy.path("SECURITY.md")).unwrap();
    let output = build(copy.root(), target.root());
    assert_eq!(output.status, Some(1), "{}", output.stderr);
    assert!(output.stderr.contains("SECURITY.md"), "{}", output.stderr);
}

#[test]
fn hidden_files_and_anchors_are_as_on_github() {
    let copy = copy();
    let target = Scratch::new();
    copy.write(".github/workflows/ci.yml", "on: push\n");
    let page = "# Of `a_b` – & more, `&amp;`\n\n## Twice\n\n## Twice\n\n\
                [a](#of-a_b---more-amp)\n[b](#twice-1)\n[c](../../.github/workflows/ci.yml)\n";
    copy.write("tests/fixtures/README.md", page);
    git(copy.root(), &["add", "--force", "."]);
    let output = build(copy.root(), target.root());
    assert_eq!(output.status, Some(0), "{}", output.stderr);
    let built = fs::read_to_string(target.path("book/tests/fixtures/index.html")).unwrap();
    assert!(built.contains("<code>&amp;amp;</code>"), "{built}");
    assert!(target.path("book/.github/workflows/ci.yml").is_file());
}
