#!/usr/bin/env bash
# Puts the command of wasm-import-guard on the runner, and writes its path as the output `binary` of
# the step. Runs with bash 3.2 (macOS) and with Git's bash on Windows.
#
#   INPUT_INSTALL      path      build the Action's own sources (also when it is empty)
#                      prebuilt  download a binary of a release; its SHA-256 is in checksums.tsv here
#                      cargo     cargo install, from crates.io
#   INPUT_VERSION      the version for the latter two; by default that of the Action
#   ACTION_REPOSITORY  owner/name of the Action, whose releases have the binaries
#
#   WASM_IMPORT_GUARD_TARGET_DIR  where cargo builds, to keep it from one run to the next
#   WASM_IMPORT_GUARD_RELEASES    where the binaries of releases are: an https address
#   WASM_IMPORT_GUARD_CHECKSUMS   a table in place of checksums.tsv
#
# Everything comes through the environment, and nothing of it is run. Whatever goes wrong is an error
# annotation and an exit code other than 0: a step that checks nothing must not look like one that
# found nothing.
#
# shellcheck disable=SC2016  # What is between backquotes in a message is not to be run.
set -euo pipefail
# An error reaches the runner from inside a command substitution too.
exec 3>&1

crate=cargo-wasm-import-guard

# fail WHAT HELP: an annotation. A value with a line break must not begin a command of its own.
fail() {
  local message="$1"$'\n'"help: $2" carriage_return=$'\r' line_feed=$'\n'
  message=${message//'%'/%25}
  message=${message//$carriage_return/%0D}
  message=${message//$line_feed/%0A}
  printf '::error title=wasm-import-guard cannot be installed::%s\n' "$message" >&3
  exit 2
}

# Before it is a part of any address, argument or path.
is_version() {
  # A range such as [a-z] is ASCII in this locale.
  local LC_ALL=C
  [[ $1 =~ ^[0-9]+\.[0-9]+\.[0-9]+([-+][0-9A-Za-z.-]+)?$ ]]
}

# The version of the Action: the one that the packages of its workspace have.
own_version() {
  local line inside='' pattern='^version = "(.*)"$'
  while IFS= read -r line; do
    case $line in
      '[workspace.package]') inside=yes ;;
      '['*) inside='' ;;
    esac
    if [[ -n $inside && $line =~ $pattern ]]; then
      printf '%s\n' "${BASH_REMATCH[1]}"
      return
    fi
  done <"$action/Cargo.toml"
  fail "$action/Cargo.toml has no version in [workspace.package]" 'check out the Action as a whole'
}

# The Rust target of the binary that runs here.
target() {
  case ${RUNNER_OS:-}-${RUNNER_ARCH:-} in
    # Static, so that the age of the system's C library does not matter.
    Linux-X64) echo x86_64-unknown-linux-musl ;;
    Linux-ARM64) echo aarch64-unknown-linux-musl ;;
    macOS-X64) echo x86_64-apple-darwin ;;
    macOS-ARM64) echo aarch64-apple-darwin ;;
    Windows-X64) echo x86_64-pc-windows-msvc ;;
    *) return 1 ;;
  esac
}

# expected VERSION TARGET: the SHA-256 that the table has; nothing when it has no such line.
expected() {
  local version target sha256
  while IFS=$'\t' read -r version target sha256; do
    if [[ $version == "$1" && $target == "$2" ]]; then
      printf '%s\n' "${sha256%$'\r'}"
      return
    fi
  done <"$checksums"
}

# What Linux and Git for Windows call sha256sum is shasum on macOS. Read from standard input: both
# write a file's name in a way of their own when it has a backslash.
sha256() {
  local line
  if command -v sha256sum >/dev/null; then
    line=$(sha256sum)
  elif command -v shasum >/dev/null; then
    line=$(shasum -a 256)
  else
    return 1
  fi
  printf '%s\n' "${line%% *}"
}

# scheme ADDRESS: the protocols that curl may use for it. Without TLS only on this machine.
scheme() {
  case $1 in
    https://*) echo '=https' ;;
    http://127.0.0.1:* | http://localhost:*) echo '=http' ;;
    *) return 1 ;;
  esac
}

# What the workflow sets for the project's builds is not for this one, nor is a toolchain file or a
# cargo configuration of the project. Both are looked for from the current directory upwards, and the
# Action may be checked out inside the project: cargo runs in the runner's temporary directory.
prepare_cargo() {
  command -v cargo >/dev/null ||
    fail "\`cargo\` is not there, and \`install: $install\` builds with it" \
      'install Rust in a step before, or use `install: prebuilt`'
  # shellcheck source=action/own-build.sh
  source "$action/action/own-build.sh"
  cd "$temporary"
}

build_path() {
  local own
  own=$(own_version)
  [[ $version == "$own" ]] ||
    fail "\`version: $version\` cannot be built from the sources of the Action, which are $own" \
      "use the Action at the tag v$version, or \`install: cargo\`, or leave \`version\` out"
  prepare_cargo
  cargo build --locked --release --manifest-path "$action/Cargo.toml" -p "$crate" \
    --target-dir "$target_directory" ||
    fail "cargo could not build the sources of the Action in $action" \
      'its own messages are above; the Action needs the current stable Rust, or `install: prebuilt`'
  binary=$target_directory/release/$crate$suffix
}

install_with_cargo() {
  local root=$temporary/wasm-import-guard-$version
  prepare_cargo
  cargo install "$crate" --version "=$version" --locked --root "$root" \
    --target-dir "$target_directory" ||
    fail "cargo could not install $crate $version from crates.io" \
      "its own messages are above; https://crates.io/crates/$crate/versions lists what there is"
  binary=$root/bin/$crate$suffix
}

download() {
  local releases target sha256 actual file address protocol
  target=$(target) ||
    fail "no binary is made for RUNNER_OS=${RUNNER_OS:-} with RUNNER_ARCH=${RUNNER_ARCH:-}" \
      'use `install: cargo`, or `install: path`, which build one'
  [[ -r $checksums ]] ||
    fail "the table of checksums $checksums cannot be read" 'check out the Action as a whole'
  sha256=$(expected "$version" "$target")
  [[ -n $sha256 ]] ||
    fail "$checksums has no checksum of version $version for $target" \
      'use a version that this release of the Action knows, or `install: cargo`, or `install: path`'
  [[ $sha256 =~ ^[0-9a-f]{64}$ ]] ||
    fail "$checksums has no SHA-256 for version $version and $target but \`$sha256\`" \
      'take the file as the Action has it'

  releases=${WASM_IMPORT_GUARD_RELEASES:-}
  if [[ -z $releases ]]; then
    local repository=${ACTION_REPOSITORY:-${GITHUB_ACTION_REPOSITORY:-}}
    [[ $repository =~ ^[A-Za-z0-9._-]+/[A-Za-z0-9._-]+$ ]] ||
      fail "the repository of the Action is not known (\`$repository\`)" \
        'an Action that is used by its path has no releases: use `install: path`, or set WASM_IMPORT_GUARD_RELEASES'
    releases=${GITHUB_SERVER_URL:-https://github.com}/$repository/releases/download
  fi
  file=$crate-v$version-$target.tar.gz
  address=${releases%/}/v$version/$file
  protocol=$(scheme "$address") ||
    fail "$address is no https address" 'correct WASM_IMPORT_GUARD_RELEASES, or the server of the runner'

  # Gone again unless all of it succeeds.
  staging=$(mktemp -d "$temporary/wasm-import-guard.XXXXXX")
  trap 'rm -rf "$staging"' EXIT
  curl --proto "$protocol" --proto-redir "$protocol" --fail --location --silent --show-error \
    --retry 3 --connect-timeout 20 --max-time 300 --max-filesize 104857600 \
    --output "$staging/archive" --url "$address" ||
    fail "$address cannot be downloaded" \
      'curl says above why; behind a proxy set https_proxy, on an enterprise server WASM_IMPORT_GUARD_RELEASES'

  actual=$(sha256 <"$staging/archive") ||
    fail 'neither `sha256sum` nor `shasum` is there' 'install one of them, or use `install: path`'
  [[ $actual == "$sha256" ]] ||
    fail "$address is not the file that was released: its SHA-256 is $actual, and $checksums has $sha256" \
      'do not use it; report it to the developers of the Action, and use `install: path` meanwhile'

  # The one file that is needed. From standard input, since tar takes `D:` for a remote machine.
  (cd "$staging" && tar -xzf - "$crate$suffix") <"$staging/archive" ||
    fail "$address has no $crate$suffix" 'report it to the developers of the Action'
  rm -f "$staging/archive"
  chmod +x "$staging/$crate$suffix"
  "$staging/$crate$suffix" --version ||
    fail "the binary of $address does not run here" 'use `install: cargo`, or `install: path`'
  trap - EXIT
  binary=$staging/$crate$suffix
}

action=${GITHUB_ACTION_PATH:?the runner sets it}
temporary=${RUNNER_TEMP:?the runner sets it}
: "${GITHUB_OUTPUT:?the runner sets it}"
suffix=
if [[ ${RUNNER_OS:-} == Windows ]]; then
  suffix=.exe
  # D:\a\_temp is /d/a/_temp to the programs of Git for Windows, which pass it on as Windows has it.
  if command -v cygpath >/dev/null; then
    action=$(cygpath -u "$action")
    temporary=$(cygpath -u "$temporary")
  fi
fi
target_directory=${WASM_IMPORT_GUARD_TARGET_DIR:-$temporary/wasm-import-guard}
checksums=${WASM_IMPORT_GUARD_CHECKSUMS:-$action/action/checksums.tsv}

install=${INPUT_INSTALL:-path}
version=${INPUT_VERSION:-}
[[ -n $version ]] || version=$(own_version)
is_version "$version" ||
  fail "\`version: $version\` is no version" 'give three numbers such as 1.2.3, without a v'

case $install in
  path) build_path ;;
  prebuilt) download ;;
  cargo) install_with_cargo ;;
  *) fail "\`install: $install\` is unknown" 'give `path`, `prebuilt` or `cargo`' ;;
esac

case $binary in
  *$'\n'*) fail "the path $binary has a line break" 'set WASM_IMPORT_GUARD_TARGET_DIR to another' ;;
esac
printf 'binary=%s\n' "$binary" >>"$GITHUB_OUTPUT"
