//! Random nestings of everything that can stand around an extern block, rendered to source, expanded by
//! rustc, and compared with what the command lists.
//!
//! All cases are modules of one crate, so that rustc runs once. The seed is fixed;
//! `WASM_IMPORT_GUARD_SEED` gives another.
#![allow(clippy::expect_used, reason = "a test stops where it stands")]

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;
use wasm_import_guard_tests::{Scratch, declared_imports, run};

const TARGET: &str = "wasm32-wasip1";
const CASES: usize = 400;

/// Macros that the cases use, and the prelude of the crate.
const PRELUDE: &str = r#"#![allow(warnings)]

macro_rules! as_is { ($($item:item)*) => { $($item)* }; }
macro_rules! as_tokens { ($($token:tt)*) => { $($token)* }; }
macro_rules! only_wasm { ($($item:item)*) => { $( #[cfg(target_arch = "wasm32")] $item )* }; }
macro_rules! never { ($($item:item)*) => { $( #[cfg(not(target_arch = "wasm32"))] $item )* }; }
macro_rules! hooks {
    ($module:literal; $( $(#[$meta:meta])* $vis:vis fn $name:ident ( $($arg:ident : $ty:ty),* ) $(-> $ret:ty)? );* $(;)?) => {
        #[link(wasm_import_module = $module)]
        unsafe extern "C" { $( $(#[$meta])* $vis fn $name($($arg: $ty),*) $(-> $ret)?; )* }
    };
}
macro_rules! munch {
    ($module:literal) => {};
    ($module:literal $name:ident $($rest:tt)*) => {
        const _: () = {
            #[link(wasm_import_module = $module)]
            unsafe extern "C" { #[link_name = concat!("munched_", stringify!($name))] fn $name(); }
        };
        munch!($module $($rest)*);
    };
}
macro_rules! in_block { ($($item:tt)*) => { $($item)* }; }
macro_rules! handed_on { ($to:ident; $($name:ident)*) => { $to! { $(#[cfg(unix)] fn $name(); #[cfg(not(unix))] fn $name();)* } }; }
macro_rules! grouped {
    ($( $module:literal => [ $($name:ident),* $(,)? ] ),+ $(,)?) => {
        $( const _: () = {
            #[link(wasm_import_module = $module)]
            unsafe extern "C" { $( fn $name(); )* }
        }; )+
    };
}
"#;

/// A small generator of pseudo-random numbers (xorshift64*): no case depends on anything but the seed.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % bound
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        let index = self.below(of.len() as u64);
        of[usize::try_from(index).expect("small")]
    }
}

/// Renders one case; `next` makes names unique.
struct Case<'a> {
    random: &'a mut Random,
    next: &'a mut usize,
    text: String,
}

impl Case<'_> {
    fn name(&mut self) -> String {
        *self.next += 1;
        format!("f{}", self.next)
    }

    fn put(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// Items of a module.
    fn items(&mut self, depth: usize) {
        for _ in 0..=self.random.below(2) {
            self.condition();
            let choice = if depth == 0 { self.random.below(4) } else { self.random.below(13) };
            match choice {
                0 | 1 => self.block(),
                2 => self.hooks(),
                3 => self.lists(),
                4 => self.inside("pub mod NAME {", "}", depth, Self::items),
                5 => self.inside("pub fn NAME<T>(_: T) {", "}", depth, Self::statements),
                6 => self.inside("const _: () = {", "};", depth, Self::items),
                7 => self.inside(
                    "const _: () = { struct NAME; impl NAME { fn method(&self) {",
                    "} } };",
                    depth,
                    Self::statements,
                ),
                8 => self.inside("trait NAME { fn method() {", "} }", depth, Self::statements),
                9 => {
                    let wrapper =
                        self.random.pick(&["as_is!", "as_tokens!", "only_wasm!", "never!"]);
                    self.inside(&format!("{wrapper} {{"), "}", depth, Self::items);
                }
                10 => self.inside("pub const fn NAME() {", "}", depth, Self::items),
                11 => self.branches(depth),
                _ => self.inside("static NAME: fn() = || {", "};", depth, Self::statements),
            }
        }
    }

    /// Statements of a body; a block may stand anywhere among them.
    fn statements(&mut self, depth: usize) {
        for _ in 0..=self.random.below(2) {
            let choice = if depth == 0 { self.random.below(2) } else { self.random.below(8) };
            match choice {
                0 => {
                    self.condition();
                    self.block();
                }
                1 => self.put("let x = match 1 { 1 | 2 => 3, _ => { 4 } };"),
                2 => {
                    self.condition();
                    self.inside("{", "}", depth, Self::statements);
                }
                3 => self.inside("let y = || {", "};", depth, Self::statements),
                4 => self.inside("if crate::x_is(1) {", "} else { }", depth, Self::statements),
                5 => self.inside("match 1 { 1 => {", "} _ => {} }", depth, Self::statements),
                6 => self.inside("loop { unsafe {", "} break; }", depth, Self::statements),
                _ => self.inside("let z = [(0, {", "})];", depth, Self::statements),
            }
        }
    }

    fn inside(&mut self, open: &str, close: &str, depth: usize, content: fn(&mut Self, usize)) {
        let name = self.name();
        self.put(&open.replace("NAME", &format!("N{name}")));
        content(self, depth.saturating_sub(1));
        self.put(close);
    }

    /// `cfg_if!`, whose branches rustc chooses.
    fn branches(&mut self, depth: usize) {
        self.put("cfg_if::cfg_if! { if #[cfg(windows)] {");
        self.items(depth - 1);
        self.put("} else if #[cfg(any(target_os = \"wasi\", feature = \"never\"))] {");
        self.items(depth - 1);
        self.put("} else {");
        self.items(depth - 1);
        self.put("} }");
    }

    fn condition(&mut self) {
        let condition = self.random.pick(&[
            "",
            "",
            "",
            "#[cfg(target_arch = \"wasm32\")]",
            "#[cfg(all(target_os = \"wasi\", not(windows)))]",
            "#[cfg(not(target_family = \"wasm\"))]",
            "#[cfg_attr(target_os = \"wasi\", cfg(unix))]",
            "#[cfg(feature = \"on\")]",
            "#[cfg(feature = \"off\")]",
            "#[cfg(unheard_of)]",
            "/// Documentation: `#[link(wasm_import_module = \"no\")] extern \"C\" { fn no(); }`",
        ]);
        self.put(condition);
    }

    fn block(&mut self) {
        let module = self.name();
        let link = match self.random.below(4) {
            0 => format!("#[cfg_attr(not(windows), link(wasm_import_module = \"{module}\"))]"),
            1 => format!("#[link(\n    wasm_import_module = \"{module}/a:b@1\",\n)]"),
            2 => format!("#[link(wasm_import_module = r#\"{module}\"#)]"),
            _ => format!("#[link(wasm_import_module = \"{module}\")]"),
        };
        self.put(&link);
        let head = self.random.pick(&[
            "unsafe extern \"C\" {",
            "unsafe extern {",
            "unsafe extern \"C-unwind\" {",
            "unsafe extern \"system\" { // comment }",
        ]);
        self.put(head);
        for _ in 0..=self.random.below(3) {
            self.condition();
            let name = self.name();
            let is_item = self.random.below(3) > 0;
            let rename = match self.random.below(3) {
                _ if !is_item => String::new(),
                0 => format!("#[link_name = \"[method]{name}.x\"]"),
                1 => format!(
                    "#[cfg_attr(windows, link_name = \"w\")] #[cfg_attr(unix, link_name = \"u\")] #[cfg_attr(target_os = \"wasi\", link_name = \"p_{name}\")]"
                ),
                _ => String::new(),
            };
            let item = match if is_item { self.random.below(4) } else { 4 + self.random.below(2) } {
                4 => format!("in_block! {{ fn {name}(); }}"),
                5 => format!("handed_on!(in_block; {name});"),
                0 => format!("pub static mut {name}: u32;"),
                1 => format!("pub(crate) safe fn r#{name}(a: u32, b: *const u8) -> i64;"),
                2 => format!("pub unsafe fn {name}(f: extern \"C\" fn(i32) -> u8);"),
                _ => format!("fn {name}();"),
            };
            self.put(&format!("{rename} {item}"));
        }
        self.put("}");
    }

    fn hooks(&mut self) {
        let module = self.name();
        self.put(&format!("hooks! {{ \"{module}\";"));
        for _ in 0..=self.random.below(2) {
            let name = self.name();
            let rename = self.random.pick(&["", "#[link_name = \"renamed by the call\"]"]);
            let signature = self.random.pick(&[
                "()",
                "(a: u32) -> u64",
                "(a: *const u8, b: &'static [u8; 4]) -> ()",
            ]);
            self.put(&format!("{rename} pub fn {name} {signature};"));
        }
        self.put("}");
    }

    fn lists(&mut self) {
        let (one, two, three) = (self.name(), self.name(), self.name());
        let text = match self.random.below(2) {
            0 => format!("munch!(\"munch\" {one} {two} {three});"),
            _ => format!("grouped! {{ \"{one}\" => [{one}, {two},], \"{two}\" => [{three}] }}"),
        };
        self.put(&text);
    }
}

type Key = (Option<String>, String, String);

fn counted(all: impl Iterator<Item = Key>) -> BTreeMap<Key, usize> {
    let mut counted = BTreeMap::new();
    for key in all {
        *counted.entry(key).or_default() += 1;
    }
    counted
}

#[test]
fn random_nestings_are_read_as_rustc_reads_them() {
    let seed = std::env::var("WASM_IMPORT_GUARD_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed: u64 = seed.unwrap_or(0x5eed_cafe);
    let mut random = Random(seed);
    let mut next = 0;
    let mut source = PRELUDE.to_owned();
    source.push_str("fn x_is(_: u32) -> bool { true }\n");
    let mut cases = Vec::new();
    for number in 0..CASES {
        let mut case = Case { random: &mut random, next: &mut next, text: String::new() };
        case.items(4);
        write!(source, "mod case_{number} {{\n{}}}\n", case.text).expect("text");
        cases.push(case.text);
    }
    let project = Scratch::library("nestings", &[("cfg-if", "\"=1.0.4\"")], &source);
    let manifest = std::fs::read_to_string(project.path("Cargo.toml")).expect("it is there");
    let features = "\n[features]\ndefault = [\"on\"]\non = []\noff = []\nnever = []\n";
    project.write("Cargo.toml", &format!("{manifest}{features}"));
    project.fetch();

    let expanded = project.expand("nestings", TARGET);
    let compiled = counted(
        declared_imports(&expanded)
            .expect("syn parses what rustc prints")
            .into_iter()
            .map(|item| (item.module, item.name, item.ident)),
    );
    let output = run(project.root(), &["imports", "--format", "json", "--target", TARGET]);
    assert_eq!(output.status, Some(0), "{}", output.stderr);
    let report: Value = serde_json::from_str(&output.stdout).expect("JSON");
    let imports = report["imports"].as_array().expect("an array");
    let found = counted(imports.iter().map(|import| {
        assert_eq!(import["certainty"], "certain", "{import}");
        let text = |key: &str| import[key].as_str().expect("a string").to_owned();
        (import["module"].as_str().map(str::to_owned), text("name"), text("ident"))
    }));
    assert_eq!(report["opaque"], Value::Array(Vec::new()));
    assert!(compiled.len() > CASES / 2, "the cases declare too little: {}", compiled.len());
    let wrong: Vec<String> = compiled
        .iter()
        .filter(|(key, count)| found.get(*key) != Some(count))
        .map(|(key, _)| ("not found", key))
        .chain(
            found
                .iter()
                .filter(|(key, count)| compiled.get(*key) != Some(count))
                .map(|(key, _)| ("not compiled", key)),
        )
        .map(|(what, key)| {
            let case = cases.iter().find(|case| case.contains(&key.2)).map_or("", String::as_str);
            format!("{what}: {key:?} in\n{case}")
        })
        .collect();
    assert!(
        wrong.is_empty(),
        "seed {seed}: {} differ\n{}",
        wrong.len(),
        wrong[..wrong.len().min(3)].join("\n")
    );
}
