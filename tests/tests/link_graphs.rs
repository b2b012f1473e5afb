//! A thousand random links, the model against rust-lld, and against wasmtime where they succeed. `tests/link-graphs` runs more.

use wasm_import_guard_tests::linking::campaign;

/// Fixed: the same graphs in every run.
const SEED: u64 = 0x5eed;
const COUNT: u64 = 1_000;

#[test]
fn the_model_foretells_what_the_linker_does_to_random_graphs() {
    let campaign = campaign(SEED, COUNT);
    assert!(campaign.disagreements.is_empty(), "{campaign}");
    assert_eq!(campaign.count, COUNT);
    // Most link, and what they call when they run was compared too.
    assert_eq!(campaign.ran, campaign.foretold["linked"]);
    assert!(campaign.ran > COUNT / 2 && campaign.calls > COUNT / 2, "{campaign}");
    // Everything that the model can say is among the cases, or they would prove little.
    for kind in [
        "error: duplicate symbol",
        "error: function signature mismatch",
        "error: import module mismatch for symbol",
        "error: import name mismatch for symbol",
        "error: symbol type mismatch",
        "error: undefined symbol",
        "linked, invalid",
        "reached: another input",
        "reached: import",
        "reached: null",
        "reached: own input",
        "reached: signature_mismatch stub",
        "reached: undefined_stub",
        "reached: undefined_weak stub",
    ] {
        let count = campaign.foretold.get(kind).copied().unwrap_or(0);
        assert!(count >= 5, "only {count} of {kind}:\n{campaign}");
    }
}
