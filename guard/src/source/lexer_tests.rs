//! rustc's own lexer is the judge: the same tokens at the same places, and errors where it has one.

use std::path::PathBuf;

use ra_ap_rustc_lexer::{FrontmatterAllowed, LiteralKind, TokenKind, tokenize};

use super::*;

/// How much published source is read, in bytes.
const MAX_BYTES: usize = 12 << 20;

/// The tokens that rustc's lexer sees; `None` where it has an error, or delimiters do not match.
fn judged(text: &str) -> Option<Vec<(Kind, usize, usize)>> {
    let mut tokens = Vec::new();
    let mut open = Vec::new();
    let mut at = 0;
    let mut rest = tokenize(text, FrontmatterAllowed::No).collect::<Vec<_>>().into_iter();
    while let Some(token) = rest.next() {
        let start = at;
        at += token.len as usize;
        if token.kind == TokenKind::GuardedStrPrefix {
            // Before the 2024 edition, its `#` stands for itself, and the rest is lexed anew.
            tokens.push((Kind::Punct('#'), start, start + 1));
            at = start + 1;
            rest = tokenize(&text[at..], FrontmatterAllowed::No).collect::<Vec<_>>().into_iter();
            continue;
        }
        let kind = match token.kind {
            TokenKind::Whitespace
            | TokenKind::LineComment { .. }
            | TokenKind::BlockComment { terminated: true, .. } => continue,
            TokenKind::Ident | TokenKind::RawIdent | TokenKind::UnknownPrefix => Kind::Ident,
            TokenKind::BlockComment { .. }
            | TokenKind::InvalidIdent
            | TokenKind::Unknown
            | TokenKind::Frontmatter { .. }
            | TokenKind::Lifetime { starts_with_number: true } => return None,
            TokenKind::Lifetime { .. }
            | TokenKind::RawLifetime
            | TokenKind::UnknownPrefixLifetime => {
                // The lexer goes on behind an emoji, to say more of it.
                let name = text[start + 1..at].trim_start_matches("r#");
                name.chars().all(unicode_ident::is_xid_continue).then_some(())?;
                Kind::Lifetime
            }
            TokenKind::Literal { kind, .. } => {
                is_whole(kind).then_some(())?;
                // Which characters a literal holds is seen to only after rustc's lexer.
                if matches!(kind, LiteralKind::Char { .. } | LiteralKind::Byte { .. }) {
                    let (_, body) = text[start..at].split_once('\'')?;
                    let (body, _) = body.rsplit_once('\'')?;
                    (body.starts_with('\\') || body.chars().count() == 1).then_some(())?;
                }
                Kind::Literal
            }
            TokenKind::OpenParen => Kind::Open(Delimiter::Parenthesis),
            TokenKind::CloseParen => Kind::Close(Delimiter::Parenthesis),
            TokenKind::OpenBrace => Kind::Open(Delimiter::Brace),
            TokenKind::CloseBrace => Kind::Close(Delimiter::Brace),
            TokenKind::OpenBracket => Kind::Open(Delimiter::Bracket),
            TokenKind::CloseBracket => Kind::Close(Delimiter::Bracket),
            _ => Kind::Punct(text[start..].chars().next()?),
        };
        match kind {
            Kind::Open(delimiter) => open.push(delimiter),
            Kind::Close(delimiter) => (open.pop() == Some(delimiter)).then_some(())?,
            _ => {}
        }
        tokens.push((kind, start, at));
    }
    open.is_empty().then_some(tokens)
}

fn is_whole(kind: LiteralKind) -> bool {
    match kind {
        LiteralKind::Int { .. } | LiteralKind::Float { .. } => true,
        LiteralKind::Char { terminated }
        | LiteralKind::Byte { terminated }
        | LiteralKind::Str { terminated }
        | LiteralKind::ByteStr { terminated }
        | LiteralKind::CStr { terminated } => terminated,
        LiteralKind::RawStr { n_hashes }
        | LiteralKind::RawByteStr { n_hashes }
        | LiteralKind::RawCStr { n_hashes } => n_hashes.is_some(),
    }
}

fn ours(text: &str) -> Option<Vec<(Kind, usize, usize)>> {
    let tokens = lex_flat(text)?;
    Some(tokens.iter().map(|it| (it.kind, it.start as usize, it.end as usize)).collect())
}

fn assert_same(text: &str, what: &str) {
    let (ours, judged) = (ours(text), judged(text));
    if ours == judged {
        return;
    }
    let (Some(ours), Some(judged)) = (&ours, &judged) else {
        panic!("{what}: ours {}, rustc's {}: {text}", ours.is_some(), judged.is_some());
    };
    let at =
        ours.iter().zip(judged).position(|(a, b)| a != b).unwrap_or(ours.len().min(judged.len()));
    panic!(
        "{what}: token {at} is {:?}, and rustc's is {:?}: {}",
        ours.get(at),
        judged.get(at),
        text.chars().take(200).collect::<String>()
    );
}

/// The `.rs` files of the registry that this crate's own dependencies come from, some of each package.
fn published() -> Vec<PathBuf> {
    let home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo")));
    let mut pending = vec![home.expect("cargo has a home").join("registry/src")];
    let mut files = Vec::new();
    while let Some(directory) = pending.pop() {
        for entry in std::fs::read_dir(&directory).into_iter().flatten().flatten() {
            let path = entry.path();
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => pending.push(path),
                Ok(_) if path.extension().is_some_and(|it| it == "rs") => files.push(path),
                _ => {}
            }
        }
    }
    files.sort();
    files
}

#[test]
fn published_crates_have_the_tokens_that_rustc_sees() {
    let files = published();
    let step = (files.len() / 1500).max(1);
    let (mut bytes, mut read) = (0, 0);
    for file in files.iter().step_by(step) {
        let Ok(text) = std::fs::read_to_string(file) else { continue };
        if bytes + text.len() > MAX_BYTES {
            continue;
        }
        // A byte order mark and a `#!` line are not the lexer's.
        if text.starts_with(['\u{feff}', '#']) && !text.starts_with("#![") {
            continue;
        }
        bytes += text.len();
        read += 1;
        assert_same(&text, &file.display().to_string());
    }
    assert!(read > 300 && bytes > 1 << 20, "{read} files with {bytes} bytes are too few");
}

#[test]
fn mutilated_text_has_the_tokens_that_rustc_sees() {
    const PIECES: &[&str] = &[
        "'",
        "\"",
        "r\"",
        "r#\"",
        "\"#",
        "r##\"a\"##",
        "b'",
        "b\"",
        "br#\"",
        "c\"",
        "cr\"",
        "\\",
        "\\\"",
        "/*",
        "*/",
        "//",
        "\n",
        "'a",
        "'a'",
        "'\\''",
        "'r#x",
        "r#x",
        "r#",
        "0x1f_u8",
        "0b",
        "1.",
        "1..2",
        "1.e3",
        "1e+5",
        "1e",
        "0.1.2",
        "1.f()",
        "1_000.5f32",
        "ä",
        "'ä'",
        "\u{200e}",
        "#",
        "!",
        "(",
        ")",
        "{",
        "}",
        "[",
        "]",
        "a",
        "_",
        "::",
        "->",
        " ",
        "\t",
        "k\"x\"",
        "'1",
        "k'a'",
        "\0",
        "`",
        "\u{2028}",
        "b'\\x00'",
        "\u{1f600}",
        "/**/",
        "/***",
        "'\n'",
        "///d\n",
        "r",
        "b",
        "c",
        "br",
        "cr",
    ];
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut random = |bound: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).expect("31 bits") % bound
    };
    let mut whole = 0;
    for _ in 0..200_000 {
        let text: String = (0..=random(7)).map(|_| PIECES[random(PIECES.len())]).collect();
        whole += usize::from(ours(&text).is_some());
        assert_same(&text, "mutilated");
    }
    assert!((20_000..180_000).contains(&whole), "{whole} texts without an error say little");
}
