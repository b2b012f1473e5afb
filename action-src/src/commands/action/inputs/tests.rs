use std::path::PathBuf;

use clap::Parser as _;
use wasm_import_guard::error::Error;
use wasm_import_guard::finding::Level;

use super::{Comment, Inputs, variable_of};
use crate::cli::{Cli, Command, Common};

fn read(given: &[(&str, &str)]) -> Result<Inputs, Error> {
    Inputs::read(|variable| {
        Some(given.iter().find(|(name, _)| variable_of(name) == variable)?.1.into())
    })
}

/// The options of `action` without any.
fn common() -> Common {
    let cli = Cli::parse_from(["cargo-wasm-import-guard", "action"]);
    let Command::Action(args) = cli.command else { panic!("another command") };
    args.common
}

/// Names of the inputs that action.yml has.
fn names() -> Vec<String> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../action.yml");
    let definition: serde_yaml::Value =
        serde_yaml::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let inputs = definition["inputs"].as_mapping().unwrap();
    inputs.keys().map(|name| name.as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_is_empty_is_as_if_it_were_not_there() {
    let names = names();
    let empty: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), " \n")).collect();
    for given in [&[][..], &empty] {
        let inputs = read(given).unwrap();
        assert_eq!(inputs.fail_on, Some(Level::Deny));
        assert_eq!((inputs.annotations, inputs.summary, inputs.max_annotations), (true, true, 10));
        assert_eq!((inputs.build, inputs.new_only, inputs.check_run), (false, false, false));
        assert_eq!((inputs.comment, inputs.comment_key.as_str()), (Comment::Never, ""));
        assert_eq!((inputs.sarif_file.as_ref(), inputs.html_file.as_ref()), (None, None));
        assert_eq!(inputs.base_ref, None);
        assert_eq!(inputs.working_directory, None);
        assert!(inputs.token.0.is_empty());
        let options = inputs.options(&common());
        assert_eq!(format!("{options:?}"), format!("{:?}", [common()]));
    }
}

/// The defaults that action.yml writes down are those that an empty value has.
#[test]
fn the_defaults_of_the_definition_are_the_same() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../action.yml");
    let definition: serde_yaml::Value =
        serde_yaml::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let mut written: Vec<(String, String)> = Vec::new();
    for (name, input) in definition["inputs"].as_mapping().unwrap() {
        let name = name.as_str().unwrap().to_owned();
        if name != "token" {
            written.push((name, input["default"].as_str().unwrap().to_owned()));
        }
    }
    let written: Vec<(&str, &str)> =
        written.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let shown = |given: &[(&str, &str)]| format!("{:?}", read(given).unwrap());
    assert_eq!(shown(&written), shown(&[]));
}

#[test]
fn lists_take_blanks_commas_and_line_breaks() {
    let inputs = read(&[
        ("targets", "wasm32-wasip1, wasm32-unknown-unknown\r\nwasm32-wasip2"),
        ("rustc-versions", ",1.91.0,,1.90.0\n"),
        ("package", "app other"),
        ("features", "a,b/c"),
    ]);
    let [options] = &inputs.unwrap().options(&common())[..] else { panic!("one manifest") };
    let compilation = &options.compilation;
    assert_eq!(compilation.targets, ["wasm32-wasip1", "wasm32-unknown-unknown", "wasm32-wasip2"]);
    assert_eq!(compilation.rustc_versions, ["1.91.0", "1.90.0"]);
    assert_eq!(options.packages.packages, ["app", "other"]);
    assert_eq!(options.features.features, ["a", "b/c"]);
}

#[test]
fn each_line_of_manifest_path_is_one() {
    let inputs = read(&[("manifest-path", "a b/Cargo.toml\n\n  c,d/Cargo.toml \r\n")]).unwrap();
    let paths: Vec<Option<PathBuf>> = inputs
        .options(&common())
        .into_iter()
        .map(|options| options.packages.manifest_path)
        .collect();
    assert_eq!(paths, [Some("a b/Cargo.toml".into()), Some("c,d/Cargo.toml".into())]);
}

#[test]
fn each_other_input_is_what_it_says() {
    let inputs = read(&[
        ("fail-on", "never"),
        ("base-ref", " origin/main\n"),
        ("new-only", "true"),
        ("build", "true"),
        ("annotations", "false"),
        ("max-annotations", "3"),
        ("summary", "false"),
        ("comment", "on-findings"),
        ("comment-key", "wasip1 debug"),
        ("check-run", "true"),
        ("sarif-file", "out dir/x.sarif"),
        ("html-file", "out dir/x.html"),
        ("working-directory", "sub dir"),
        ("token", "ghs_x"),
    ]);
    let inputs = inputs.unwrap();
    assert_eq!(inputs.fail_on, None);
    assert_eq!(inputs.base_ref.as_deref(), Some("origin/main"));
    assert!(inputs.new_only && inputs.build && inputs.check_run);
    assert!(!inputs.annotations && !inputs.summary);
    assert_eq!((inputs.max_annotations, inputs.comment), (3, Comment::OnFindings));
    assert_eq!(inputs.comment_key, "wasip1 debug");
    assert_eq!(inputs.sarif_file, Some(PathBuf::from("out dir/x.sarif")));
    assert_eq!(inputs.html_file, Some(PathBuf::from("out dir/x.html")));
    assert_eq!(inputs.working_directory, Some(PathBuf::from("sub dir")));
    assert_eq!(inputs.token.0, "ghs_x");
    assert!(!format!("{inputs:?}").contains("ghs_x"), "a token is never shown");
    assert_eq!(read(&[("comment", "always")]).unwrap().comment, Comment::Always);
    assert_eq!(read(&[("fail-on", "warn")]).unwrap().fail_on, Some(Level::Warn));
}

#[test]
fn a_value_that_is_none_is_named_with_those_that_are() {
    for (name, value, help) in [
        ("fail-on", "Deny", "give one of `deny`, `warn`, `never`"),
        ("new-only", "yes", "give one of `true`, `false`"),
        ("comment", "true", "give one of `never`, `on-findings`, `always`"),
        (
            "max-annotations",
            "0",
            "give a number from 1 on; `annotations: false` leaves all of them out",
        ),
        (
            "max-annotations",
            "ten",
            "give a number from 1 on; `annotations: false` leaves all of them out",
        ),
    ] {
        let error = read(&[(name, value)]).unwrap_err();
        assert_eq!(error.message(), format!("the input `{name}` is `{value}`"));
        assert_eq!(error.helps(), [help]);
    }
}
