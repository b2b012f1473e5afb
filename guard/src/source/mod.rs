//! Rust source to declarations: the module tree, the extern blocks in it, and who mentions what.

mod attributes;
mod definitions;
pub(crate) mod exposure;
mod extern_block;
mod foreign_macros;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzing;
mod generators;
mod heads;
mod ignored;
mod include;
mod items;
pub(crate) mod kept;
mod lexer;
pub(crate) mod load;
mod lookups;
mod macros;
mod mentions;
pub(crate) mod model;
pub(crate) mod modules;
pub(crate) mod names;
mod reader;
mod references;
mod scanner;
mod stored;
pub(crate) mod text_scan;
mod texts;
mod tokens;
mod types;
mod users;
mod uses;
mod walk;
pub(crate) mod wasm_type;
#[cfg(feature = "wit")]
mod wit;

#[cfg(test)]
mod tests {
    //! Whatever the text, reading it ends and panics nowhere.

    use crate::analysis::read_for_tests;

    /// Everything the walk has a case for, in little space.
    const TEXT: &str = r#"
        #![cfg(all())] use a::{self, b::{c as d, *}, e}; extern crate x as y; pub mod m { use super::*; }
        macro_rules! m { ($($(#[$a:meta])* $v:vis fn $n:ident($($p:pat => $t:ty),*);)*) => { $($(#[$a])*
            extern "C" { $v fn $n($(_: $t),*); })* }; (@ $x:expr, $($r:tt)*) => { m!($($r)*); }; () => {} }
        m! { #[link_name = concat!("a", stringify!(b))] pub(crate) fn f(_ => &'a [u8; 4], x => dyn A + B); }
        m!(@ 1 + 2, ); cfg_if! { if #[cfg(windows)] { fn a() {} } else { fn b() {} } }
        cfg_select! { unix => { extern "C" { fn g(); } } _ => {} } paste! { fn [<a_ B:lower>]() {} }
        #[link(wasm_import_module = "m")] unsafe extern "C" { #[cfg_attr(x, link_name = "y")] safe fn h(a:
        Option<fn() -> i32>, ...) -> !; static mut S: u8; type T; mac!{} } type A<'a> = B<{ C }>;
        impl<'a, const N: usize> a::T<N> for B<'a, N> where B: for<'b> C<'b> { #[inline] async fn i(&self) {
        let x = match y { 1 => { z.w() } _ => <T as U>::v::<X>(q!{}), }; if a { b } else { c }; } }
        #[repr(transparent)] struct W { pub a: core::ffi::c_int } const _: () = { extern {} };
        trait R: S<T> { const C: u8 = 1; fn d() { e::f() } } static G: fn() = || { extern "C" {} };
        #[unsafe(no_mangle)] pub extern "C" fn j<T>(t: impl A) -> impl B { include!("k"); }
    "#;

    #[test]
    fn mutilated_source_ends_without_a_panic() {
        let mut state: u64 = 0x1234_5678_9abc_def1;
        let mut random = |bound: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state >> 33).expect("31 bits") % bound
        };
        let words: Vec<&str> = TEXT.split_inclusive([' ', '\n', ';', ',', '!']).collect();
        // Delimiters and quotes stay where they are: otherwise few texts would get past the lexer.
        let free = |word: &str| !word.contains(['(', ')', '{', '}', '[', ']', '"', '\'']);
        let mut read = 0;
        for _ in 0..1500 {
            let mut text = words.clone();
            for _ in 0..=random(40) {
                let at = random(text.len());
                let from = random(text.len());
                if !free(text[at]) || !free(text[from]) {
                    continue;
                }
                match random(3) {
                    0 => {
                        text.remove(at);
                    }
                    1 => text.swap(at, from),
                    _ => text.insert(at, text[from]),
                }
            }
            let (_, problems) = read_for_tests(&text.concat());
            read += usize::from(!problems.iter().any(|it| it.message.contains("no Rust")));
        }
        assert!(read > 1000, "too few texts were Rust tokens at all: {read}");
    }
}
