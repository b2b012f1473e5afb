use std::path::PathBuf;

use serde_json::Value;
use wasm_import_guard::analysis::Analysis;
use wasm_import_guard::finding::Level;
use wasm_import_guard::graph::{Activation, Graph, PackageIndex, Paths, Request};
use wasm_import_guard::why::{OptionalDependency, Question, WayIn};

use super::{Answer, MAX_SNIPPETS, human, json};
use crate::render::View;
use crate::render::samples::{HOSTILE, analysis, finding, import, opaque, package_on};
use crate::render::tests::view;
use crate::repository::Repository;

/// `app`, on `middle`, on `host-sys`, which declares `close` of `host_body`.
fn chain() -> Analysis {
    let mut analysis = analysis();
    let packages =
        vec![package_on("app", &[1]), package_on("middle", &[2]), package_on("host-sys", &[])];
    analysis.graph = Graph { packages, roots: vec![PackageIndex(0)] };
    let mut declared = import("close");
    declared.package = PackageIndex(2);
    analysis.imports.push(declared);
    analysis.findings.push(finding(Level::Deny));
    analysis
}

fn question(module: &str, name: Option<&str>) -> Question {
    Question { module: module.to_owned(), name: name.map(str::to_owned) }
}

fn answer<'a>(analysis: &'a Analysis, question: &Question) -> Answer<'a> {
    let packages = question.answer(analysis, 5);
    Answer { analysis, packages, similar: Vec::new() }
}

fn shown(answer: Answer<'_>, question: &Question, view: &View) -> String {
    let repository = Repository::around(&PathBuf::from("/nowhere"), None);
    let text = human(question, &[answer], &repository, view);
    anstream::adapter::strip_str(&text).to_string()
}

#[test]
fn a_declaration_its_path_and_its_end() {
    let (analysis, question) = (chain(), question("host_body", Some("close")));
    assert_eq!(
        shown(answer(&analysis, &question), &question, &view()),
        "import: host-sys 1.0.0 asks the host for `close` of module `host_body`\n \
         --> /nowhere/host-sys-0.13.2/src/lib.rs:5:16\n  \
         = note: exposed: app 0.1.0 mentions it\n  \
         = note: brought in by app 1.0.0 → middle 1.0.0 → host-sys 1.0.0\n  \
         = note: deny[libc-clash]: the import `close` of `host_body` has the name of a C function\n  \
         = note: with rustc 1.91.0: either the link fails or the call reaches another function \
         without any message\n  \
         = help: it would be gone without the dependency `middle 1.0.0` of app 1.0.0\n\n\
         wasm32-wasip1: 1 declaration in 1 package\n"
    );
}

#[test]
fn features_and_paths_beyond_the_limit_are_told() {
    let (analysis, question) = (chain(), question("host_body", None));
    let mut answer = answer(&analysis, &question);
    let [app, middle, host] = [0, 1, 2].map(PackageIndex);
    let requests = vec![Request { by: app, feature: "default".to_owned() }];
    let features = vec!["clock".to_owned(), "wasm".to_owned()];
    let activation = Activation { features, requests };
    let optional = OptionalDependency { from: middle, to: host, activation };
    answer.packages[0].optional.push(optional.clone());
    answer.packages[0].paths = Paths { paths: vec![vec![app, middle, host]], more: 7 };
    let way = |dependency| WayIn { root: app, dependency, feature: Some(optional.clone()) };
    answer.packages[0].ways_in = vec![way(middle), way(host)];
    let text = shown(answer, &question, &view());
    for said in [
        "note: and 7 more dependency paths (-v shows more)\n",
        "note: middle 1.0.0 has the optional dependency host-sys 1.0.0 because of the features \
         `clock` and `wasm`, turned on by app 1.0.0 (`default`)\n",
        "help: it would be gone without all of the dependencies `middle 1.0.0` of app 1.0.0 and \
         `host-sys 1.0.0` of app 1.0.0\n",
        "help: or keep the dependency, and turn off the features `clock` and `wasm` of middle \
         1.0.0, which brings in host-sys 1.0.0\n",
    ] {
        assert_eq!(text.matches(said).count(), 1, "{said}\n{text}");
    }
}

#[test]
fn module_and_name_decide_what_is_asked_about() {
    let mut bare = import("now");
    bare.module = None;
    let mut env = import("now");
    env.module = Some("env".to_owned());
    let about = |module: &str, name: Option<&str>| {
        let question = question(module, name);
        (question.is_about(&bare), question.is_about(&env), question.is_about(&import("now")))
    };
    assert_eq!(about("env", Some("now")), (true, true, false));
    assert_eq!(about("-", Some("now")), (true, false, false));
    assert_eq!(about("host_body", Some("now")), (false, false, true));
    assert_eq!(about("env", None), (true, true, false));
    assert_eq!(about("env", Some("no")), (false, false, false));
    assert_eq!(about("en", None), (false, false, false));
}

#[test]
fn a_declaration_of_a_root_has_nothing_to_drop() {
    let mut analysis = chain();
    analysis.imports[0].package = PackageIndex(0);
    let question = question("host_body", None);
    let text = shown(answer(&analysis, &question), &question, &view());
    assert!(text.contains("help: the package was selected itself: to be rid of"), "{text}");
    assert!(!text.contains("brought in by"), "{text}");
}

#[test]
fn many_declarations_are_a_list() {
    let mut analysis = chain();
    for number in 0..=MAX_SNIPPETS {
        let mut more = analysis.imports[0].clone();
        more.name = format!("f{number}");
        analysis.imports.push(more);
    }
    let question = question("host_body", None);
    let text = shown(answer(&analysis, &question), &question, &view());
    for name in ["close", "f0", "f5"] {
        let row = format!("note: `{name}` at src/lib.rs:5:16, exposed: app 0.1.0 mentions it\n");
        assert_eq!(text.matches(&row).count(), 1, "{text}");
    }
    assert!(text.contains("asks the host for 7 imports of those asked about\n"), "{text}");
}

#[test]
fn not_found_names_what_is_near_and_what_is_hidden() {
    let mut analysis = chain();
    analysis.opaque = vec![opaque(); 7];
    let question = question("host", Some("close"));
    let answer =
        || Answer { analysis: &analysis, packages: Vec::new(), similar: vec![(None, "close")] };
    let text = shown(answer(), &question, &view());
    assert!(text.starts_with(
        "no crate of the graph declares `close` of module `host` for wasm32-wasip1\n"
    ));
    assert!(text.contains("help: there is `close` without an import module\n"), "{text}");
    let hidden = "note: host-sys 0.13.2 may declare it at src/lib.rs:5, which cannot be read: the \
        macro `generate!` writes them\n";
    assert_eq!(text.matches(hidden).count(), 5, "{text}");
    assert!(text.contains("note: and 2 more places (-v shows all)\n"), "{text}");
    let mut verbose = view();
    verbose.verbose = true;
    assert_eq!(shown(answer(), &question, &verbose).matches(hidden).count(), 7);
}

#[test]
fn hostile_names_stay_in_their_line() {
    let mut analysis = chain();
    let lines = |analysis: &Analysis, question: &Question| {
        let answer = answer(analysis, question);
        let similar = vec![(Some(HOSTILE), HOSTILE)];
        let text = shown(Answer { similar, ..answer }, question, &view());
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text}");
        assert!(!text.contains('\u{202e}'), "{text}");
        assert!(!text.lines().any(|line| line.starts_with("error")), "{text}");
        text.lines().count()
    };
    let plain = lines(&analysis, &question("host_body", Some("close")));
    HOSTILE.clone_into(&mut analysis.imports[0].name);
    analysis.imports[0].module = Some(HOSTILE.to_owned());
    HOSTILE.clone_into(&mut analysis.imports[0].place.file);
    HOSTILE.clone_into(&mut analysis.imports[0].exposure.reason);
    HOSTILE.clone_into(&mut analysis.graph.packages[1].name);
    // No finding is about the name now, which was two lines.
    assert_eq!(lines(&analysis, &question(HOSTILE, Some(HOSTILE))), plain - 2);
    assert_eq!(lines(&analysis, &question(HOSTILE, Some("x"))), 5);
}

#[test]
fn json_has_the_keys_of_its_schema() {
    let (analysis, question) = (chain(), question("host_body", Some("close")));
    let repository = Repository::around(&PathBuf::from("/nowhere"), None);
    let text = json::text(&question, &[answer(&analysis, &question)], &repository).unwrap();
    assert_eq!(text.lines().count(), 1);
    let start = "{\"schema\":\"wasm-import-guard/why/1\",\"target\":\"wasm32-wasip1\",\"rustc\":\
        \"1.96.0\",\"considered\":[\"1.91.0\"],\"complete\":true,\"module\":\"host_body\",\"name\":\
        \"close\",\"found\":true,\"packages\":[{\"package\":\"host-sys\",\"version\":\"1.0.0\",\
        \"declarations\":[{\"file\":\"src/lib.rs\",\"line\":5,\"column\":16,\"module\":\"host_body\",\
        \"name\":\"close\",\"ident\":\"close\",\"kind\":\"fn\",\"certainty\":\"certain\",\"exposure\":\
        \"exposed\",\"reason\":\"app 0.1.0 mentions it\",\"findings\":[{\"rule\":\"libc-clash\",";
    assert!(text.starts_with(start), "{text}");
    let value: Value = serde_json::from_str(&text).unwrap();
    let package = &value["packages"][0];
    assert_eq!(
        package["paths"],
        serde_json::json!([["app 1.0.0", "middle 1.0.0", "host-sys 1.0.0"]])
    );
    assert_eq!(package["more_paths"], 0);
    assert_eq!(
        package["removed_by"],
        serde_json::json!([{"package": "app 1.0.0", "dependency": "middle 1.0.0", "file": null,
            "line": null, "feature": null}])
    );
    assert_eq!(
        package["declarations"][0]["findings"][0]["outcomes"]["1.91.0"],
        serde_json::json!(["link-error", "misbound"])
    );
}
