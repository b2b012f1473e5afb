#!/usr/bin/env bash
# The hook of .pre-commit-hooks.yaml: builds the command from this checkout, which is the one that
# pre-commit keeps for the hook, and runs it in the repository that commits. Another run only checks
# that it is built.
#
#   action/pre-commit.sh check …      as cargo wasm-import-guard takes it
#
# WASM_IMPORT_GUARD_TARGET_DIR: where to build, in place of target/ here.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
directory=${WASM_IMPORT_GUARD_TARGET_DIR:-$here/target}

# In a directory of its own, so that no toolchain file or cargo configuration of the project is in
# force. Silent unless it fails: a hook's output is shown when its check fails.
(
  # shellcheck source=action/own-build.sh
  source "$here/action/own-build.sh"
  cd "$here"
  cargo build --quiet --locked --release -p cargo-wasm-import-guard --target-dir "$directory"
) || {
  printf 'wasm-import-guard: error: cargo could not build the hook in %s\n' "$here" >&2
  printf '  help: it needs the current stable Rust; the hook wasm-import-guard-system uses an installed command\n' >&2
  exit 2
}
exec "$directory/release/cargo-wasm-import-guard" "$@"
