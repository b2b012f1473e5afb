//! Promises about the expansion of macros.
#![allow(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a promise that is broken is a panic"
)]

use std::cell::Cell;

use super::matcher::{self, Binding};
use super::transcriber;
use crate::fuzzing::two_texts;
use crate::source::tokens::{Piece, Tokens};

/// How many tokens an expansion may have here.
const LIMIT: usize = 20_000;

/// Any rules, called with anything: variables stand for tokens of the call, an expansion is made of tokens
/// of the two texts and keeps its limit, and is laid out as it was made.
pub fn macro_expander(data: &[u8]) {
    let Some((rules, call)) = two_texts(data) else { return };
    let Ok(rules) = Tokens::lex(rules.to_owned()) else { return };
    let Ok(call) = Tokens::lex(call.to_owned()) else { return };
    let steps = Cell::new(0);
    let matched = matcher::first_match(&rules, 0..rules.len(), &call, 0..call.len(), &steps);
    let Some((body, bindings)) = matched else { return };
    assert!(body.end <= rules.len(), "the body is not in the rules");
    for binding in bindings.values() {
        is_in_call(binding, call.len());
    }
    let places = transcriber::Places { rules: (0, &rules), input: (1, &call) };
    let made = transcriber::transcribe(&places, body, &bindings, LIMIT, &steps);
    let Some(pieces) = made else { return };
    let largest = LIMIT + rules.len() + call.len();
    assert!(pieces.len() <= largest, "{} tokens are more than the limit", pieces.len());
    let text = |file: usize| [&rules, &call][file];
    for piece in &pieces {
        let Piece::Token { file, index } = piece else { panic!("macros make no new tokens") };
        assert!(*index < text(*file).len(), "a token beyond its text");
    }
    if let Some(made) = Tokens::assemble(&pieces, text) {
        assert_eq!(made.len(), pieces.len());
        for (at, piece) in pieces.iter().enumerate() {
            let Piece::Token { file, index } = piece else { continue };
            assert_eq!(made.text(at), text(*file).text(*index), "a token is another one");
        }
    }
}

fn is_in_call(binding: &Binding, length: usize) {
    match binding {
        Binding::Tokens(range) => {
            assert!(range.start <= range.end && range.end <= length, "{range:?} of {length}");
        }
        Binding::Repeated(each) => each.iter().for_each(|one| is_in_call(one, length)),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::super::{MAX_EXPANDED_TOKENS, MAX_STEPS, matcher, transcriber};
    use crate::source::tokens::Tokens;

    /// How many tokens `rules` make of `call`, where that is known.
    fn expanded(rules: &str, call: &str) -> Option<usize> {
        expanded_within(rules, call, MAX_EXPANDED_TOKENS, MAX_STEPS)
    }

    /// The same with so many tokens and steps left.
    fn expanded_within(rules: &str, call: &str, limit: usize, left: usize) -> Option<usize> {
        let [rules, call] = [rules, call].map(|text| Tokens::lex(text.to_owned()).unwrap());
        let steps = Cell::new(MAX_STEPS - left);
        let (body, bindings) =
            matcher::first_match(&rules, 0..rules.len(), &call, 0..call.len(), &steps)?;
        let places = transcriber::Places { rules: (0, &rules), input: (1, &call) };
        Some(transcriber::transcribe(&places, body, &bindings, limit, &steps)?.len())
    }

    #[test]
    fn a_round_costs_what_it_names_and_not_all_that_is_bound() {
        let call = "a ".repeat(200_000);
        assert_eq!(expanded("($($a:tt)*) => { $(f($a))* }", &call), Some(800_000));
    }

    #[test]
    fn what_is_left_of_the_limits_is_made_use_of() {
        let (rules, call) = ("($($a:tt)*) => { f { $($a)* } g }", "a ".repeat(50));
        let made = 54;
        for limit in [made - 1, made, made + 1] {
            let tokens = expanded_within(rules, &call, limit, MAX_STEPS);
            assert_eq!(tokens, (made <= limit).then_some(made), "{limit} tokens");
        }
        let enough = |steps: &usize| expanded_within(rules, &call, made, *steps).is_some();
        let taken = (0..10_000).find(enough).unwrap();
        assert!(taken > made, "each token takes a step: {taken}");
        assert!(!enough(&(taken - 1)) && enough(&(taken + 1)));
    }

    /// Each looks at the rest of the call at every token, or at every rule.
    #[test]
    fn what_would_take_a_day_is_not_expanded() {
        let many = |text: &str| text.repeat(300_000);
        for (rules, call) in [
            ("($($($p:path)? $t:tt)*) => {}", many("<")),
            ("($($($p:ty)? $t:tt)*) => {}", many("&")),
            ("($($($e:expr;)? $t:tt)*) => {}", many("a ")),
            ("($($($i:item)? $t:tt)*) => {}", many("a ")),
        ] {
            assert_eq!(expanded(rules, &call), None, "{rules}");
            assert!(expanded(rules, &call[..200]).is_some(), "{rules}");
        }
        let rules = "($($a:tt)* b b) => {};".repeat(1_000);
        assert_eq!(expanded(&rules, &many("a ")), None);
        let nothing = format!("($($v:vis a)*) => {{ $({})* }}", "$v ".repeat(2_000));
        assert_eq!(expanded(&nothing, &many("a ")), None);
        assert_eq!(expanded(&nothing, "a"), Some(0));
    }
}
