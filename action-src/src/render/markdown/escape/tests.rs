use comrak::nodes::{AstNode, NodeValue};
use comrak::{Arena, parse_document};
use proptest::prelude::*;
use wasm_import_guard::text::printable;

use super::super::fuzzing::github_markdown;
use super::{code, prose};

/// The cells of the only row of the table that `markdown` is, each as its plain text and code, after
/// making sure that there is nothing else.
fn cells(markdown: &str) -> Result<Vec<Vec<Piece>>, String> {
    let arena = Arena::new();
    let root = parse_document(&arena, markdown, &github_markdown());
    let mut blocks = root.children();
    let table = blocks.next().ok_or("nothing")?;
    if blocks.next().is_some() {
        return Err(format!("more than a table: {markdown:?}"));
    }
    let rows: Vec<_> = table.children().collect();
    match rows.as_slice() {
        [_, row] => row.children().map(pieces).collect(),
        _ => Err(format!("{} rows: {markdown:?}", rows.len())),
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Code(String),
}

fn pieces<'a>(cell: &'a AstNode<'a>) -> Result<Vec<Piece>, String> {
    let mut pieces: Vec<Piece> = Vec::new();
    for node in cell.children() {
        match (&node.data.borrow().value, pieces.last_mut()) {
            (NodeValue::Text(text), Some(Piece::Text(before))) => *before += text,
            (NodeValue::Text(text), _) => pieces.push(Piece::Text(text.to_string())),
            (NodeValue::Code(code), _) => pieces.push(Piece::Code(code.literal.clone())),
            (other, _) => return Err(format!("{other:?}")),
        }
    }
    Ok(pieces)
}

fn row(cells: &[&str]) -> String {
    let delimiters = "---|".repeat(cells.len());
    format!(
        "| {} |\n|{delimiters}\n| {} |\n",
        vec!["h"; cells.len()].join(" | "),
        cells.join(" | ")
    )
}

/// Text made of what has a meaning in GitHub's markdown, and of anything else.
fn hostile() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "`",
        "``",
        "|",
        "\\",
        "\\|",
        "\n",
        "\r\n",
        "<b>",
        "<!--",
        "-->",
        "</td>",
        "[a](http://x.y)",
        "![a](http://x.y)",
        "http://example.com",
        "www.example.com",
        "a@b.example",
        "@name",
        "#1",
        "*a*",
        "_a_",
        "~~a~~",
        "$a$",
        "$`a`$",
        "&lt;",
        "&",
        ":+1:",
        "[^1]",
        "[x]",
        "\u{202e}",
        " ",
        "a",
        "- ",
        "1. ",
        "> ",
        "# ",
        "| a |",
        "\t",
        "{{",
        "xmpp:a@b.example",
    ]);
    let piece = prop_oneof![4 => pieces.prop_map(str::to_owned), 1 => any::<String>()];
    prop::collection::vec(piece, 0..10).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn a_name_is_code_and_nothing_else(name in hostile(), other in hostile()) {
        let read = cells(&row(&[&code(&name, 10_000), "x", &code(&other, 10_000)]))
            .map_err(TestCaseError::fail)?;
        let visible = |text: &str| {
            let text = printable(text).replace('`', "\\u{60}").replace('|', "\\u{7c}");
            // CommonMark takes one blank from both ends of code.
            if text.trim().is_empty() { " ".to_owned() } else { text }
        };
        let shown = |cell: &[Piece]| match cell {
            [Piece::Code(code)] => Some(code.trim().to_owned()),
            _ => None,
        };
        prop_assert_eq!(read.len(), 3);
        prop_assert_eq!(shown(&read[0]), Some(visible(&name).trim().to_owned()));
        prop_assert_eq!(shown(&read[2]), Some(visible(&other).trim().to_owned()));
    }

    #[test]
    fn a_sentence_is_text_and_code_and_nothing_else(sentence in hostile()) {
        let read = cells(&row(&["x", &prose(&sentence, 10_000), "x"])).map_err(TestCaseError::fail)?;
        prop_assert_eq!(read.len(), 3);
        let mut text = String::new();
        for piece in &read[1] {
            match piece {
                Piece::Text(piece) | Piece::Code(piece) => text.push_str(piece),
            }
        }
        // All but the marks of code, and blanks, is there.
        let bare = |text: &str| -> String {
            let text = text.replace("\\u{60}", "").replace("\\u{7c}", "|").replace('\u{200b}', "");
            text.chars().filter(|c| !c.is_whitespace() && *c != '`').collect()
        };
        prop_assert_eq!(bare(&text), bare(&printable(&sentence)));
    }
}

#[test]
fn sentences_keep_their_code() {
    assert_eq!(
        prose("import `close` of `a|b` is 100% @octocat's, see x#1 (a*b)", 100),
        "import `close` of `a\\u{7c}b` is 100% @&#8203;octocat's, see x#&#8203;1 (a\\*b)"
    );
    assert_eq!(prose("one ` only, www.x", 100), "one \\` only, www\\.&#8203;x");
    assert_eq!(prose("`` @a", 100), "\\`\\` @&#8203;a");
}

#[test]
fn what_is_long_is_cut_before_it_is_escaped() {
    assert_eq!(code("abcdef", 4), "`abc…`");
    assert_eq!(prose("a `bcdef` g", 6), "a \\`bc…");
    assert_eq!(code("", 4), "` `");
}
