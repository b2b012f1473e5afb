//! What the linker makes of an import, situation by situation: the model says it, rust-lld does it, and so
//! does every wasm-ld of Debian that is installed.
#![allow(clippy::expect_used, reason = "a test stops where it stands")]

use wasm_import_guard::import::{ValueType, WasmType};
use wasm_import_guard::outcome::link::{
    Input, Item, Link, Object, Options, Place, ProblemKind, Reference, Scope, Symbol, Target,
    UndefinedPolicy, link,
};
use wasm_import_guard_tests::linking::{Graph, Index, Linker, Said, differences, show};

/// The type of all functions, but of those that [`other_type`] changes.
fn ty() -> WasmType {
    WasmType { params: vec![ValueType::I32], results: vec![ValueType::I32] }
}

fn symbol(name: &str, item: Item) -> Symbol {
    Symbol { name: name.to_owned(), weak: false, item }
}

/// `close` of an import module, by its plain name.
fn import(module: &str) -> Symbol {
    named_import("close", module, Some("close"))
}

fn named_import(symbol_name: &str, module: &str, import_name: Option<&str>) -> Symbol {
    let (module, import_name) = (module.to_owned(), import_name.map(str::to_owned));
    symbol(symbol_name, Item::UndefinedFunction { ty: ty(), module, import_name })
}

/// `close` as C and the standard library ask for it.
fn undefined() -> Symbol {
    named_import("close", "env", None)
}

fn function() -> Symbol {
    symbol("close", Item::Function { ty: ty(), scope: Scope::Global, references: Vec::new() })
}

fn data() -> Symbol {
    symbol("close", Item::Data { scope: Scope::Global })
}

fn weak(mut symbol: Symbol) -> Symbol {
    symbol.weak = true;
    symbol
}

fn other_type(mut symbol: Symbol) -> Symbol {
    if let Item::Function { ty, .. } | Item::UndefinedFunction { ty, .. } = &mut symbol.item {
        ty.params = vec![ValueType::I64];
    }
    symbol
}

/// An object with `symbol`, and an exported function that refers to it.
fn user(name: &str, symbol: Symbol, called: bool) -> Object {
    let references = vec![Reference { symbol: 0, called }];
    let ty = WasmType { params: Vec::new(), results: Vec::new() };
    let item = Item::Function { ty, scope: Scope::Exported, references };
    Object { symbols: vec![symbol, Symbol { name: name.to_owned(), weak: false, item }] }
}

fn calls(name: &str, symbol: Symbol) -> Input {
    let called = matches!(symbol.item, Item::UndefinedFunction { .. });
    Input::Object(user(name, symbol, called))
}

fn object(symbol: Symbol) -> Input {
    Input::Object(Object { symbols: vec![symbol] })
}

fn archive(symbol: Symbol) -> Input {
    Input::Archive(vec![Object { symbols: vec![symbol] }])
}

/// The call in the first object that has one.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Expect {
    Import(&'static str, &'static str),
    /// The definition in that input.
    Definition(usize),
    SignatureMismatchStub,
    UndefinedWeakStub,
    UndefinedStub,
    Invalid,
    Error(ProblemKind),
    /// The linker crashes.
    Confused,
    /// It is not in the module.
    Gone,
}

fn check_with(what: &str, inputs: Vec<Input>, options: Options, expected: &Expect) {
    let graph = Graph::new(inputs, options);
    let model = link(&graph.inputs, options);
    let caller = |input: &Input| input.objects()[0].symbols.get(1).is_some_and(|it| it.name == "a");
    let input = graph.inputs.iter().position(caller).expect("one input calls");
    let reference = (Place { input, member: 0, symbol: 1 }, Place { input, member: 0, symbol: 0 });
    let found = match &model {
        Link::Failed(problems) => {
            assert_eq!(problems.len(), 1, "{what}: {problems:?}");
            Expect::Error(problems.first().expect("one").kind)
        }
        Link::Confused { .. } => Expect::Confused,
        Link::Linked(module) if module.invalid.contains(&reference) => Expect::Invalid,
        Link::Linked(module) => match module.reaches(reference.0, reference.1) {
            None => Expect::Gone,
            Some(Target::Import(import)) => match (import.module.as_str(), import.name.as_str()) {
                ("test", "close") => Expect::Import("test", "close"),
                ("env", "close") => Expect::Import("env", "close"),
                other => panic!("{what}: {other:?}"),
            },
            Some(Target::Definition(place)) => Expect::Definition(place.input),
            Some(Target::SignatureMismatchStub) => Expect::SignatureMismatchStub,
            Some(Target::UndefinedWeakStub) => Expect::UndefinedWeakStub,
            Some(Target::UndefinedStub) => Expect::UndefinedStub,
            Some(Target::Null) => panic!("{what}: null"),
        },
    };
    assert_eq!(found, *expected, "{what}: the model says {model:?}");
    let mut linkers = vec![Linker::rust_lld()];
    linkers.extend(Linker::others());
    for linker in linkers {
        let said = linker.link(&graph);
        if let Some(difference) = differences(&graph, &model, &said) {
            panic!("{what}, {}:\n{}{difference}", linker.program().display(), show(&graph));
        }
    }
}

fn check(what: &str, inputs: Vec<Input>, expected: &Expect) {
    check_with(what, inputs, Options::default(), expected);
}

#[test]
fn alone_it_stays_the_import() {
    check("alone", vec![calls("a", import("test"))], &Expect::Import("test", "close"));
    // Without a name of its own the symbol is no import to the linker unless it may be undefined.
    let by_name_alone = || vec![calls("a", named_import("close", "test", None))];
    let error = Expect::Error(ProblemKind::UndefinedSymbol);
    check("import module without an import name", by_name_alone(), &error);
    let allow = Options { undefined: UndefinedPolicy::Import, ..Options::default() };
    let kept = Expect::Import("test", "close");
    check_with("the same with --allow-undefined", by_name_alone(), allow, &kept);
}

#[test]
fn beside_an_undefined_symbol_of_another_module() {
    let error = Expect::Error(ProblemKind::ImportModuleMismatch);
    for other in [undefined(), other_type(undefined()), import("third")] {
        let inputs = [calls("a", import("test")), calls("b", other)];
        // Where the types differ too, both are errors, but only this one is reached.
        check("import first", inputs.to_vec(), &error);
        let [import, other] = inputs;
        check("import last", vec![other, import], &error);
    }
}

#[test]
fn beside_the_same_module() {
    let error = Expect::Error(ProblemKind::ImportNameMismatch);
    let renamed = calls("b", named_import("close", "test", Some("shut")));
    check("another import name", vec![calls("a", import("test")), renamed], &error);
    let kept = Expect::Import("test", "close");
    let by_name_alone = || calls("b", named_import("close", "test", None));
    check("no import name", vec![calls("a", import("test")), by_name_alone()], &kept);
    check("no import name, first", vec![by_name_alone(), calls("a", import("test"))], &kept);
    let error = Expect::Error(ProblemKind::FunctionSignatureMismatch);
    let other = calls("b", other_type(import("test")));
    check("another type", vec![calls("a", import("test")), other], &error);
}

#[test]
fn beside_an_archive_that_defines_the_name() {
    let import = || calls("a", import("test"));
    let libc = || archive(function());
    let other = || archive(other_type(function()));
    check("archive behind", vec![import(), libc()], &Expect::Definition(1));
    check("archive in front", vec![libc(), import()], &Expect::Definition(0));
    check("other type behind", vec![import(), other()], &Expect::SignatureMismatchStub);
    check("other type in front", vec![other(), import()], &Expect::Invalid);
    let error = Expect::Error(ProblemKind::ImportModuleMismatch);
    let env = || calls("b", undefined());
    check("an undefined twin between", vec![import(), env(), libc()], &error);
    check("an undefined twin in front", vec![env(), import(), libc()], &error);
    check(
        "a twin that is satisfied already",
        vec![env(), libc(), import()],
        &Expect::Definition(1),
    );
    let address = Input::Object(user("a", self::import("test"), false));
    check("address only", vec![address.clone(), libc()], &Expect::Definition(1));
    check("address only, other type", vec![address, other()], &Expect::Definition(1));
}

#[test]
fn beside_an_object_that_defines_the_name() {
    let import = || calls("a", import("test"));
    for definition in [function(), weak(function())] {
        let inputs = vec![import(), object(definition.clone())];
        check("same type", inputs, &Expect::Definition(1));
        let inputs = vec![object(definition.clone()), import()];
        check("same type, in front", inputs, &Expect::Definition(0));
        let inputs = vec![import(), object(other_type(definition.clone()))];
        check("other type", inputs, &Expect::SignatureMismatchStub);
        let inputs = vec![object(other_type(definition)), import()];
        check("other type, in front", inputs, &Expect::SignatureMismatchStub);
    }
    let mut local = function();
    if let Item::Function { scope, .. } = &mut local.item {
        *scope = Scope::Local;
    }
    let kept = Expect::Import("test", "close");
    check("local", vec![import(), object(local)], &kept);
}

#[test]
fn hidden_definitions_count_like_others() {
    for definition in [function(), weak(function()), other_type(function())] {
        for archived in [false, true] {
            let definition =
                if archived { archive(definition.clone()) } else { object(definition.clone()) };
            let inputs = vec![calls("a", import("test")), definition];
            let linker = Linker::rust_lld();
            let model = link(&inputs, Options::default());
            // Of these numbers some hide the definition and some do not.
            for hidden in 0..8 {
                let graph = Graph { hidden, ..Graph::new(inputs.clone(), Options::default()) };
                assert_eq!(differences(&graph, &model, &linker.link(&graph)), None);
            }
        }
    }
}

#[test]
fn beside_data_of_that_name() {
    let error = Expect::Error(ProblemKind::SymbolTypeMismatch);
    let import = || calls("a", import("test"));
    check("data", vec![import(), object(data())], &error);
    check("data in front", vec![object(data()), import()], &error);
    check("data of an archive", vec![import(), archive(data())], &error);
    check("data of an archive in front", vec![archive(data()), import()], &Expect::Confused);
    let wanted = || calls("b", symbol("close", Item::UndefinedData));
    check("undefined data", vec![import(), wanted()], &Expect::Confused);
    check("undefined data in front", vec![wanted(), import()], &error);
}

#[test]
fn a_weak_reference_extracts_nothing() {
    let import = || calls("a", weak(import("test")));
    check("weak, archive", vec![import(), archive(function())], &Expect::UndefinedWeakStub);
    check("weak, alone", vec![import()], &Expect::UndefinedWeakStub);
    check("weak, object", vec![import(), object(function())], &Expect::Definition(1));
}

#[test]
fn a_stub_for_weak_references_has_the_type_of_the_last() {
    let another = || Input::Object(Object { symbols: vec![other_type(weak(undefined()))] });
    let inputs = vec![archive(function()), calls("a", weak(import("test"))), another()];
    check("an archive, and a weak reference of another type", inputs, &Expect::Invalid);
    let inputs = vec![archive(function()), another(), calls("a", weak(import("test")))];
    check("the call last", inputs, &Expect::UndefinedWeakStub);
}

#[test]
fn mangled_symbols_keep_the_import() {
    let kept = Expect::Import("test", "close");
    let import = || calls("a", named_import("_RNvCs1_3sys5close", "test", Some("close")));
    let other = || named_import("_RNvCs2_3sys5close", "test", Some("close"));
    let third = || named_import("_RNvCs2_3sys5close", "third", Some("close"));
    check("same import", vec![import(), calls("b", other())], &kept);
    check("another type", vec![import(), calls("b", other_type(other()))], &kept);
    check("another module", vec![import(), calls("b", third())], &kept);
    check("libc", vec![import(), calls("b", undefined()), archive(function())], &kept);
    check("a definition", vec![import(), object(other_type(function()))], &kept);
    // The number of entries: one for the same type, two for two types.
    for (second, count) in [(other(), 1), (other_type(other()), 2), (third(), 2)] {
        let inputs = vec![import(), calls("b", second)];
        let Link::Linked(module) = link(&inputs, Options::default()) else {
            panic!("it links");
        };
        assert_eq!(module.imports.len(), count);
    }
}

#[test]
fn options_that_allow_undefined_symbols_change_nothing_for_imports() {
    for undefined in [UndefinedPolicy::Error, UndefinedPolicy::Import, UndefinedPolicy::Stub] {
        let options = Options { undefined, ..Options::default() };
        let import = || calls("a", import("test"));
        let with = |other| vec![import(), other];
        check_with("alone", vec![import()], options, &Expect::Import("test", "close"));
        check_with("archive", with(archive(function())), options, &Expect::Definition(1));
        let stub = Expect::SignatureMismatchStub;
        check_with("other type", with(object(other_type(function()))), options, &stub);
        let error = Expect::Error(ProblemKind::ImportModuleMismatch);
        check_with("twin", with(calls("b", self::undefined())), options, &error);
    }
    // They are for bare externs.
    for (undefined, expected) in [
        (UndefinedPolicy::Error, Expect::Error(ProblemKind::UndefinedSymbol)),
        (UndefinedPolicy::Import, Expect::Import("env", "close")),
        (UndefinedPolicy::Stub, Expect::UndefinedStub),
    ] {
        let options = Options { undefined, ..Options::default() };
        check_with("bare", vec![calls("a", self::undefined())], options, &expected);
    }
    let options = Options { fatal_warnings: true, ..Options::default() };
    let inputs = vec![calls("a", import("test")), archive(other_type(function()))];
    let error = Expect::Error(ProblemKind::FunctionSignatureMismatch);
    check_with("fatal warnings", inputs, options, &error);
}

#[test]
fn garbage_collection_comes_after_the_errors() {
    let unused = |symbol: Symbol| {
        let Input::Object(mut object) = calls("a", symbol) else { panic!("an object") };
        if let Item::Function { scope, .. } = &mut object.symbols[1].item {
            *scope = Scope::Global;
        }
        Input::Object(object)
    };
    let no_gc = Options { gc_sections: false, ..Options::default() };
    check("unused", vec![unused(import("test"))], &Expect::Gone);
    let kept = Expect::Import("test", "close");
    check_with("unused, without", vec![unused(import("test"))], no_gc, &kept);
    let error = Expect::Error(ProblemKind::ImportModuleMismatch);
    check("unused twin", vec![unused(import("test")), object(undefined())], &error);
    let inputs = vec![unused(import("test")), object(other_type(function()))];
    let Link::Linked(module) = link(&inputs, Options::default()) else { panic!("it links") };
    assert!(module.warned == ["close"], "the warning is given all the same");
    check("unused, other type", inputs, &Expect::Gone);
}

#[test]
fn an_archive_needs_no_index() {
    let inputs = vec![calls("a", import("test")), archive(function())];
    let graph = Graph::new(inputs, Options::default());
    let linker = Linker::rust_lld();
    let said = linker.link_indexed(&graph, Index::Missing);
    assert!(matches!(said, Said::Wrote { .. }), "{said:?}");
    assert_eq!(said, linker.link_indexed(&graph, Index::Gnu));
}
