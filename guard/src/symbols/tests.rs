use super::*;
use crate::import::ValueType;
use crate::scratch::Scratch;

fn from_table(target: &str) -> CSymbols {
    CSymbols::for_target(target, None).expect("a target of the table")
}

fn range(first: u16, last: u16, earliest: u16, latest: u16) -> SdkRange {
    SdkRange { first, last, earliest, latest, doubtful: false }
}

#[test]
fn libc_names_of_wasip1() {
    let symbols = from_table("wasm32-wasip1");
    let close = symbols.get("close").expect("libc has it");
    assert_eq!(close.library, Library::Libc);
    assert!(close.is_function && close.referenced_by_std && !close.weak);
    let ty = close.wasm_type.as_ref().expect("known");
    assert_eq!((&ty.params[..], &ty.results[..]), (&[ValueType::I32][..], &[ValueType::I32][..]));
    assert_eq!(close.sdk, Some(range(16, 34, 0, u16::MAX)));

    let rand = symbols.get("rand").expect("libc has it");
    assert!(!rand.referenced_by_std, "std has no use for it");
    let errno = symbols.get("errno").expect("libc has it");
    assert!(!errno.is_function && errno.wasm_type.is_none() && errno.referenced_by_std);
    // Threads that do nothing, since wasi-sdk 25 (the oldest newer archive is of 27).
    let stub = symbols.get("pthread_create").expect("libc has it");
    assert_eq!(stub.sdk, Some(range(27, 34, 17, u16::MAX)));
    assert!(symbols.get("fastly_http_body_close").is_none());
}

#[test]
fn what_is_linked_on_request_is_marked() {
    let symbols = from_table("wasm32-wasip1");
    for (name, library) in [
        ("clock", "wasi-emulated-process-clocks"),
        ("signal", "wasi-emulated-signal"),
        ("getpid", "wasi-emulated-getpid"),
    ] {
        let symbol = symbols.get(name).expect("an emulation");
        assert_eq!(symbol.library, Library::OnRequest(library.to_owned()));
        assert!(!symbol.library.is_always_linked());
    }
    assert_eq!(symbols.get("_start").map(|it| &it.library), Some(&Library::Startup));
}

#[test]
fn without_libc_only_compiler_builtins() {
    let symbols = from_table("wasm32-unknown-unknown");
    for name in ["log", "pow", "memcpy", "strlen", "fmod"] {
        let symbol = symbols.get(name).expect("compiler_builtins has it");
        assert_eq!(symbol.library, Library::CompilerBuiltins);
        assert!(symbol.weak && symbol.is_function && symbol.sdk.is_none());
    }
    for name in ["rand", "time", "close", "read", "_start", "clock", "malloc"] {
        assert!(symbols.get(name).is_none(), "{name}");
    }
    assert!(symbols.get("strlen").expect("above").referenced_by_std);
    // On WASI targets the mathematics is libc's, and so is every name that both have.
    let wasi = from_table("wasm32-wasip1");
    assert_eq!(wasi.get("log").map(|it| &it.library), Some(&Library::Libc));
    assert_eq!(wasi.get("memcpy").map(|it| &it.library), Some(&Library::Libc));
    assert_eq!(wasi.get("__divdi3").map(|it| &it.library), Some(&Library::CompilerBuiltins));
}

#[test]
fn other_targets_without_libc() {
    let none = from_table("wasm32v1-none");
    assert!(none.get("memcpy").is_some() && none.get("close").is_none());
    let memcpy = |symbols: &CSymbols| {
        symbols.get("memcpy").and_then(|it| it.wasm_type.clone()).expect("known").params
    };
    assert_eq!(memcpy(&none), [ValueType::I32; 3]);
    let wasm64 = from_table("wasm64-unknown-unknown");
    assert_eq!(memcpy(&wasm64), [ValueType::I64; 3], "pointers have 64 bits");
    assert!(wasm64.get("log").is_some());
}

#[test]
fn sockets_are_referenced_on_wasip2_only() {
    let p2 = from_table("wasm32-wasip2");
    for name in ["connect", "bind", "shutdown", "send", "recv", "poll"] {
        assert!(p2.get(name).is_some_and(|it| it.referenced_by_std), "{name}");
    }
    let p1 = from_table("wasm32-wasip1");
    assert!(p1.get("connect").is_none());
    assert!(p1.get("send").is_some_and(|it| !it.referenced_by_std));
    let read = p2.get("__wasi_fd_read").expect("of the time of the adapter");
    assert_eq!(read.sdk, Some(range(27, 27, 0, 29)), "later components have no preview1");
}

/// Their own C libraries could not be read; those of two other targets stand for them.
#[test]
fn a_libc_that_stands_for_another_settles_only_what_all_its_releases_have() {
    for (target, of_target_alone) in
        [("wasm32-wasip1-threads", "sem_post"), ("wasm32-wasip3", "__wasi_fd_read")]
    {
        let symbols = from_table(target);
        for name in ["close", "read", "malloc", "log"] {
            let symbol = symbols.get(name).expect(name);
            assert_eq!(symbol.library, Library::Libc, "{target} {name}");
            assert!(symbol.is_surely_in(&(27..=27)), "{target} {name}");
        }
        let symbol = symbols.get(of_target_alone).expect(of_target_alone);
        for release in [20, 27, 34] {
            assert!(symbol.may_be_in(&(release..=release)), "{target} {release}");
            assert!(!symbol.is_surely_in(&(release..=release)), "{target} {release}");
        }
    }
    // wasm32-wasip2's bindings of WASI 0.2 are not wasm32-wasip3's.
    let binding = "streams_method_input_stream_read";
    assert!(from_table("wasm32-wasip2").get(binding).is_some());
    let p3 = from_table("wasm32-wasip3");
    assert!(p3.get(binding).is_none());
    assert!(p3.get("connect").expect("sockets").referenced_by_std);
    assert!(
        !from_table("wasm32-wasip1").get("pthread_create").expect("a stub").may_be_in(&(0..=16))
    );
}

#[test]
fn emscripten_links_a_set_of_archives() {
    let symbols = from_table("wasm32-unknown-emscripten");
    for (name, library) in [
        ("close", "libc"),
        ("malloc", "dlmalloc"),
        ("__cxa_demangle", "c++abi"),
        ("emscripten_compute_dom_pk_code", "html5"),
        // Rust's own is in front of emscripten's.
        ("__divti3", "compiler_builtins"),
    ] {
        let symbol = symbols.get(name).expect(name);
        assert_eq!(symbol.library.name(), library, "{name}");
        assert!(symbol.library.is_always_linked(), "{name}");
    }
    assert!(symbols.get("open").expect("libc").referenced_by_std);
    // What JavaScript defines is an import, and no C symbol.
    for name in ["emscripten_get_now", "emscripten_asm_const_int", "glClear"] {
        assert!(symbols.get(name).is_none(), "{name}");
    }
    let any = 0..=u16::MAX;
    assert!(symbols.get("close").expect("libc").is_surely_in(&any));
    let internal = symbols.get("__syscall_uname").expect("stubs");
    assert!(internal.may_be_in(&any) && !internal.is_surely_in(&any), "of this release alone");
    assert!(symbols.origin().contains("emscripten 3.1.6"), "{}", symbols.origin());
}

#[test]
fn a_symbol_says_which_libc_it_is_of() {
    let origin = |target: &str, name: &str, release: &str| {
        let symbols = from_table(target);
        let rustc = Rustc::from_release(release).expect(release);
        let symbol = symbols.get(name).expect(name);
        let origin = symbols.origin_for(symbol, &rustc);
        let table =
            concat!(" (the table built into wasm-import-guard ", env!("CARGO_PKG_VERSION"), ")");
        origin.strip_suffix(table).expect("it is of the table").to_owned()
    };
    for (target, name, release, expected) in [
        (
            "wasm32-wasip1",
            "close",
            "1.91.0",
            "wasi-libc as in wasi-sdk 27, which rustc 1.91.0 ships",
        ),
        (
            "wasm32-wasip1",
            "close",
            "1.90.0",
            "wasi-libc as in wasi-sdk 25 to 27, one of which rustc 1.90.0 ships",
        ),
        (
            "wasm32-wasip1",
            "pthread_create",
            "1.85.0",
            "wasi-libc as in wasi-sdk 25, which rustc 1.85.0 ships; whether just that release has the \
             name is not known",
        ),
        ("wasm32-wasip1", "close", "nightly-2025-10-01", "wasi-libc as in wasi-sdk 16 to 34"),
        (
            "wasm32-wasip1-threads",
            "close",
            "1.91.0",
            "wasi-libc for wasm32-wasip1 as in wasi-sdk 27, which rustc 1.91.0 ships",
        ),
        ("wasm32-wasip3", "close", "1.96.0", "wasi-libc for wasm32-wasip2 as in wasi-sdk 27 to 33"),
        ("wasm32-unknown-emscripten", "close", "1.96.0", "the libraries of emscripten 3.1.6"),
        ("wasm32-unknown-unknown", "log", "1.91.0", "compiler_builtins of rustc 1.96"),
    ] {
        assert_eq!(origin(target, name, release), expected, "{target} {name} {release}");
    }
}

#[test]
fn an_unknown_target_is_an_error_that_names_it() {
    let error = CSymbols::for_target("wasm32-wasip9", None).expect_err("no such target");
    assert!(error.message().contains("`wasm32-wasip9`"), "{error}");
    assert!(error.helps()[0].contains("wasm32-wasip1"), "{error:?}");
}

#[test]
fn the_table_is_sorted_and_each_line_is_understood() {
    let mut last = "";
    for line in table::TABLE.lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split(' ').collect();
        assert!(fields.len() >= 3, "{line}");
        assert!(last <= fields[0], "{line}");
        last = fields[0];
        assert!(
            matches!(fields[1], "data" | "(?)") || table::function_type(fields[1]).is_some(),
            "{line}"
        );
        for entry in &fields[2..] {
            let entry = entry.strip_suffix("/w").unwrap_or(entry);
            let code = entry.split(':').next().unwrap_or_default();
            let known = table::TARGETS.iter().any(|target| {
                target.std == code
                    || target.libraries.contains(&code)
                    || (code.starts_with("l-") && target.libraries.contains(&"l-"))
            });
            assert!(known, "{entry} in {line}");
            if let Some((_, range)) = entry.split_once(':') {
                let range = table::sdk_range(code, range).expect(line);
                let (_, releases) =
                    table::RELEASES.iter().find(|(known, _)| *known == code).expect(line);
                assert!(
                    releases.contains(&range.first) && releases.contains(&range.last),
                    "{line}"
                );
            }
        }
    }
}

#[test]
fn linker_names() {
    assert!(LINKER_DEFINED.is_sorted());
    for name in ["__heap_base", "__data_end", "__stack_pointer", "__wasm_call_ctors"] {
        assert!(is_linker_defined(name), "{name}");
    }
    assert!(is_linker_defined("__start_my_segment"));
    for name in ["__start_", "__stop_a b", "close", "__start", "heap_base"] {
        assert!(!is_linker_defined(name), "{name}");
    }
}

/// A sysroot with these files for a target.
struct Sysroot(Scratch);

impl Sysroot {
    fn new(files: &[(&str, &[u8])]) -> Self {
        let scratch = Scratch::new(&[]);
        for (path, content) in files {
            scratch.write(&format!("lib/rustlib/{path}"), content);
        }
        Self(scratch)
    }
}

/// An archive without members but for bitcode that its index says defines `names`.
fn archive(names: &[&str]) -> Vec<u8> {
    let names_text: String = names.iter().flat_map(|name| [*name, "\0"]).collect();
    let size = 4 + 4 * names.len() + names_text.len();
    let first = 8 + 60 + size + (size & 1);
    let mut index = u32::try_from(names.len()).expect("few").to_be_bytes().to_vec();
    for _ in names {
        index.extend(u32::try_from(first).expect("small").to_be_bytes());
    }
    index.extend(names_text.as_bytes());
    let mut file = b"!<arch>\n".to_vec();
    for (name, data) in [("/", &index[..]), ("a.o/", b"BC\xC0\xDE")] {
        let header = format!("{name:<16}{:<32}{:<10}`\n", "0", data.len());
        file.extend(header.as_bytes());
        file.extend(data);
        if data.len() % 2 == 1 {
            file.push(b'\n');
        }
    }
    file
}

#[test]
fn the_toolchains_own_libc_comes_first() {
    let root = Sysroot::new(&[(
        "wasm32-wasip1/lib/self-contained/libc.a",
        &archive(&["open", "brand_new"]),
    )]);
    let symbols =
        CSymbols::for_target("wasm32-wasip1", Some(root.0.root())).expect("a sound archive");
    assert!(symbols.get("brand_new").is_some());
    assert!(symbols.get("rand").is_none(), "this libc does not have it");
    assert!(symbols.may_define("rand"), "another one does");
    assert!(!symbols.may_define("fastly_http_body_close"));
    assert!(symbols.get("open").expect("it has it").referenced_by_std, "the table knows std");
    assert_eq!(
        symbols.get("__divdi3").map(|it| &it.library),
        Some(&Library::CompilerBuiltins),
        "no rlib there: the table's"
    );
    assert_eq!(
        symbols.origin(),
        "the toolchain's own `lib/rustlib/wasm32-wasip1/lib/self-contained/libc.a`"
    );
    // Nothing for this target there.
    let symbols = CSymbols::for_target("wasm32-wasip2", Some(root.0.root())).expect("the table");
    assert!(symbols.origin().starts_with("the table built into"), "{}", symbols.origin());
    assert!(symbols.origin().contains("wasi-sdk 27 to 33"), "{}", symbols.origin());
}

#[test]
fn compiler_builtins_of_the_toolchain() {
    let rlib = archive(&["log", "_ZN4core3fmt", "_RNv4core", "newfangled"]);
    let root =
        Sysroot::new(&[("wasm32-unknown-unknown/lib/libcompiler_builtins-0123.rlib", &rlib)]);
    let symbols =
        CSymbols::for_target("wasm32-unknown-unknown", Some(root.0.root())).expect("a sound rlib");
    let names: Vec<&str> = symbols.iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["log", "newfangled"]);
    assert!(symbols.origin().contains("libcompiler_builtins-0123.rlib"));
}

#[test]
fn a_broken_libc_is_named() {
    let root = Sysroot::new(&[("wasm32-wasip1/lib/self-contained/libc.a", b"!<arch>\nx")]);
    let error = CSymbols::for_target("wasm32-wasip1", Some(root.0.root())).expect_err("broken");
    assert!(error.message().contains("libc.a"), "{error}");
    assert!(error.message().contains("offset 0x8"), "{error}");
}

#[test]
fn a_name_is_in_a_release_only_where_the_archives_do_not_exclude_it() {
    let symbols = from_table("wasm32-wasip1");
    // In wasi-sdk 34 and not in 33.
    let dup = symbols.get("dup").expect("the newest libc has it");
    assert!(!dup.may_be_in(&(25..=29)) && dup.may_be_in(&(29..=u16::MAX)));
    // In 27 and not in 16: it came somewhere between.
    let stub = symbols.get("pthread_create").expect("libc has it");
    assert!(stub.may_be_in(&(25..=25)) && !stub.may_be_in(&(0..=16)));
    // In both, and all between.
    assert!(symbols.get("close").expect("libc has it").is_surely_in(&(25..=25)));
    assert!(dup.is_surely_in(&(34..=u16::MAX)) && !dup.is_surely_in(&(29..=34)));
    assert!(stub.is_surely_in(&(27..=30)) && !stub.is_surely_in(&(25..=25)));
    // compiler_builtins have no release of wasi-sdk.
    let log = from_table("wasm32-unknown-unknown").get("log").expect("there").clone();
    assert!(log.may_be_in(&(25..=25)));
}
