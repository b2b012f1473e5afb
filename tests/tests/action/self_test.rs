//! `.github/workflows/action-self-test.yml`, run here on the system that this is.

use crate::act::{Checkout, target_directory};

const WORKFLOW: &str = ".github/workflows/action-self-test.yml";

#[test]
fn the_self_test_of_the_action_passes() {
    let kept = target_directory().display().to_string();
    let kept = (WORKFLOW, "${{ github.workspace }}/target/action", kept.as_str());
    let run = Checkout::of_this_repository(&[kept]).run(&self_test());
    assert!(run.passed, "{}", run.log());
    let printed = run.printed();
    for said in ["as 1.91.0: failure failure 18", "as 1.91.1: success success 0"] {
        assert!(printed.contains(said), "{printed}");
    }
    assert_eq!(run.step("affected").code, 1);
    assert_eq!(run.step("safe").code, 0);
}

/// It would notice an Action that finds nothing.
#[test]
fn the_self_test_fails_when_the_example_is_clean() {
    let kept = target_directory().display().to_string();
    let kept = (WORKFLOW, "${{ github.workspace }}/target/action", kept.as_str());
    let clean = (WORKFLOW, "rustc-versions: 1.91.0", "rustc-versions: 1.90.0");
    let run = Checkout::of_this_repository(&[kept, clean]).run(&self_test());
    assert!(!run.passed, "{}", run.log());
    assert!(run.printed().contains("as 1.91.0: success success 0"), "{}", run.log());
}

fn self_test() -> [&'static str; 6] {
    let runner = "ubuntu-24.04=-self-hosted";
    ["--workflows", WORKFLOW, "--matrix", "system:ubuntu-24.04", "-P", runner]
}
