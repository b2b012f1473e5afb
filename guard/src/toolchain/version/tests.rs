use super::*;
use ImportSymbols::{Mangled, Plain, PlainOutsideDeclaringCrate, Unknown};

fn named(text: &str) -> Rustc {
    Rustc::from_release(text).unwrap()
}

#[test]
fn stable_releases() {
    for (release, expected) in [
        ("1.36.0", Plain),
        ("1.41.1", Plain),
        ("1.42.0", Unknown),
        ("1.63.0", Mangled),
        ("1.90.0", Mangled),
        ("1.91.0", PlainOutsideDeclaringCrate),
        ("1.91", PlainOutsideDeclaringCrate),
        ("1.91.1", Mangled),
        ("1.92.0", Mangled),
        ("1.96.0", Mangled),
    ] {
        assert_eq!(named(release).import_symbols(), expected, "{release}");
    }
    assert_eq!(named("1.91").release, "1.91.0");
}

#[test]
fn nightlies_go_by_the_date_of_their_commit() {
    for (release, expected) in [
        ("nightly-2019-06-01", Plain),
        ("nightly-2025-08-12", Mangled),
        ("nightly-2025-08-13", PlainOutsideDeclaringCrate),
        ("nightly-2025-10-01", PlainOutsideDeclaringCrate),
        ("nightly-2025-11-01", PlainOutsideDeclaringCrate),
        ("nightly-2025-11-05", Unknown),
        ("nightly-2025-11-12", Mangled),
        ("1.91.0-nightly (8e62bfd31 2025-08-12)", PlainOutsideDeclaringCrate),
        ("1.91.0-nightly (000000000 2025-08-12)", Unknown),
        ("1.91.0-nightly (f34ba774c 2025-08-03)", Mangled),
        ("1.91.0-nightly", Unknown),
        ("1.91.0-dev", Unknown),
        ("1.93.0-nightly (000000000 2025-10-29)", PlainOutsideDeclaringCrate),
        ("1.93.0-nightly (000000000 2025-12-01)", Mangled),
        ("1.94.0-nightly", Mangled),
        ("1.90.0-nightly", Mangled),
    ] {
        assert_eq!(named(release).import_symbols(), expected, "{release}");
    }
    assert!(named("nightly-2025-11-05").import_symbols_reason().contains("2025-11-04"));
    assert!(named("1.91.0-dev").import_symbols_reason().contains("which commit"));
}

#[test]
fn only_the_doubt_about_the_defect_is_one_about_the_defect() {
    for (release, expected) in [
        ("1.91.0", true),
        ("1.92.0-beta.3", true),
        ("1.91.0-nightly", true),
        ("nightly-2025-11-05", true),
        ("beta-2025-09-15", true),
        ("1.42.0", false),
        ("1.30.0", false),
        ("nightly-2020-01-05", false),
        ("beta-2020-01-05", false),
        ("1.91.1", false),
    ] {
        assert_eq!(named(release).may_have_defect(), expected, "{release}");
    }
}

#[test]
fn betas() {
    for (release, expected) in [
        ("1.90.0-beta.5", Mangled),
        ("1.91.0-beta.3", PlainOutsideDeclaringCrate),
        ("1.92.0-beta.3", Unknown),
        ("1.92.0-beta.2 (000000000 2025-10-30)", PlainOutsideDeclaringCrate),
        ("1.92.0-beta.6 (000000000 2025-11-25)", Mangled),
        ("1.93.0-beta.1", Mangled),
    ] {
        assert_eq!(named(release).import_symbols(), expected, "{release}");
    }
}

#[test]
fn verbose_output_of_rustup_and_of_distributions() {
    let official = "rustc 1.91.0 (f8297e351 2025-10-28)\nbinary: rustc\n\
        commit-hash: f8297e351a40c1439a467bbbb6879088047f50b3\ncommit-date: 2025-10-28\n\
        host: x86_64-unknown-linux-gnu\nrelease: 1.91.0\nLLVM version: 21.1.2\n";
    let rustc = Rustc::parse_verbose(official).unwrap();
    assert_eq!(rustc.release, "1.91.0");
    assert_eq!(rustc.commit_date.as_deref(), Some("2025-10-28"));
    assert_eq!(rustc.host.as_deref(), Some("x86_64-unknown-linux-gnu"));
    assert_eq!(rustc.import_symbols(), PlainOutsideDeclaringCrate);

    let tarball = "rustc 1.91.1 (ed61e7d7e 2025-11-07) (built from a source tarball)\n\
        binary: rustc\ncommit-hash: unknown\ncommit-date: unknown\nhost: aarch64-alpine-linux-musl\n\
        release: 1.91.1\nLLVM version: 21.1.4\n";
    let rustc = Rustc::parse_verbose(tarball).unwrap();
    assert_eq!((rustc.commit_hash.as_deref(), rustc.commit_date.as_deref()), (None, None));
    assert_eq!(rustc.import_symbols(), Mangled);

    assert!(Rustc::parse_verbose("clang version 19\n").is_err());
    assert!(Rustc::parse_verbose("release: many\n").is_err());
    assert!(Rustc::parse_verbose("").is_err());
}

#[test]
fn names_that_move_are_refused() {
    for text in
        ["stable", "nightly", "beta", "", "1", "1.x", "1.91.0.1", "nightly-2025-13-01", "-1.2"]
    {
        let error = Rustc::from_release(text).unwrap_err();
        assert!(error.message().contains(&format!("`{text}`")), "{error}");
    }
}

#[test]
fn the_linker_flags_follow_the_version() {
    use UndefinedSymbols::{Imported, LinkError};
    for (release, undefined) in [
        ("1.63.0", Imported),
        ("1.95.0", Imported),
        ("1.96.0", LinkError),
        ("1.96.0-beta.2", LinkError),
        ("1.96.0-nightly", UndefinedSymbols::Unknown),
        ("nightly-2026-01-01", Imported),
        ("nightly-2026-04-01", UndefinedSymbols::Unknown),
        ("nightly-2026-05-20", LinkError),
        ("beta-2026-03-01", Imported),
        ("beta-2026-04-09", UndefinedSymbols::Unknown),
        ("beta-2026-06-10", LinkError),
        ("1.97.0-nightly", LinkError),
    ] {
        assert_eq!(named(release).undefined_symbols(), undefined, "{release}");
    }
    assert_eq!(named("1.63.0").linker_warnings_are_fatal(), Some(true));
    assert_eq!(named("1.77.0").linker_warnings_are_fatal(), None);
    assert_eq!(named("1.96.0").linker_warnings_are_fatal(), Some(false));
}

#[test]
fn the_day_before_a_month_begins() {
    assert_eq!(day_before((2025, 3, 1)), (2025, 2, 28));
    assert_eq!(day_before((2024, 3, 1)), (2024, 2, 29));
    assert_eq!(day_before((2025, 11, 1)), (2025, 10, 31));
    assert_eq!(day_before((2025, 1, 1)), (2024, 12, 31));
}
