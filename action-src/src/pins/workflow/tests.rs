use super::super::workflows::in_text;

/// Every place that is named, as the line from 1 and the text there must be: each line that ends in
/// `# -> A, B` names `A` and `B`, and nothing else is named.
#[track_caller]
fn check(workflow: &str) {
    let mut expected: Vec<(usize, String)> = Vec::new();
    let mut source = String::new();
    for (at, line) in workflow.lines().enumerate() {
        let (written, named) = line.split_once(" # -> ").unwrap_or((line, ""));
        let named = named.split(", ").filter(|name| !name.is_empty());
        expected.extend(named.map(|name| (at + 1, name.to_owned())));
        source += written;
        source.push('\n');
    }
    let found = in_text(&source).unwrap();
    for (range, text) in &found {
        let written = &source[range.clone()];
        // An expression's place is the value that it stands for.
        assert!(text.contains(written), "{written:?} is not of {text:?}");
    }
    let mut lines: Vec<(usize, String)> = found
        .into_iter()
        .map(|(range, text)| (source[..range.start].matches('\n').count() + 1, text))
        .collect();
    lines.sort();
    expected.sort();
    assert_eq!(lines, expected, "{source}");
}

/// A workflow of one job with these steps.
#[track_caller]
fn check_steps(steps: &str) {
    check(&format!("on: push\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n{steps}"));
}

#[test]
fn inputs_of_the_usual_set_up_actions() {
    check_steps(
        r#"
      - uses: dtolnay/rust-toolchain@1.91.0 # -> 1.91.0
      - uses: dtolnay/rust-toolchain@stable # -> stable
      - uses: dtolnay/rust-toolchain@master
        with:
          toolchain: 1.91.0 # -> 1.91.0
          targets: wasm32-wasip1
      - uses: dtolnay/rust-toolchain@1.90.0
        with: { toolchain: "1.91.0", targets: wasm32-wasip1 } # -> 1.91.0
      - uses: actions-rs/toolchain@v1
        with:
          profile: minimal
          toolchain: 1.90 # -> 1.90
      - uses: actions-rust-lang/setup-rust-toolchain@v1
        with:
          toolchain: stable, 1.91.0,nightly-2025-10-01 # -> stable, 1.91.0, nightly-2025-10-01
      - uses: moonrepo/setup-rust@v1
        with:
          channel: '1.91.0' # -> 1.91.0
      - uses: hecrj/setup-rust-action@v2
        with:
          rust-version: 1.91.0 # -> 1.91.0
      - uses: example/our-rust-setup@0123456789 # 1.91.0
        with:
          Toolchain: 1.91.0 # -> 1.91.0
      - uses: ./.github/actions/setup-rust
        with:
          toolchain: 1.91.0 # -> 1.91.0
      - uses: docker://rust:1.91.0-alpine # -> 1.91.0
"#,
    );
}

#[test]
fn what_is_no_pin() {
    check_steps(
        r#"
      - uses: example/wasm-import-guard@v1
        with:
          rustc-versions: 1.91.0
      - uses: actions/setup-node@v4
        with:
          toolchain: 1.91.0
          node-version: 1.91.0
      - uses: dtolnay/rust-toolchain@master
        with:
          toolchain: ${{ inputs.rust }}
      - uses: dtolnay/rust-toolchain@master
        with:
          toolchain: ${{ matrix.rust || '1.91.0' }}
      - uses: dtolnay/rust-toolchain@master
        with:
          toolchain: ${{ matrix.rust }}
      - uses: Swatinem/rust-cache@v2
        with:
          key: 1.91.0
      - name: cargo +1.91.0
        run: |
          # cargo +1.91.0 build
          echo rustup default 1.91.0
          echo "use cargo +1.91.0"
          rustup toolchain uninstall 1.91.0
          rustup target add wasm32-wasip1
          cargo build --features x+1.91.0
          cargo install tool@1.91.0
          rustup default "$RUST"
          NAME=1.91.0; rustup default $NAME
        env:
          NAME: 1.90.0
"#,
    );
}

#[test]
fn matrices() {
    check(
        r#"
jobs:
  a:
    strategy:
      matrix:
        rust: [stable, 1.91.0, "1.90.0"] # -> stable, 1.91.0, 1.90.0
        os: [1.91.0]
        include:
          - os: windows
            rust: nightly-2025-10-01 # -> nightly-2025-10-01
          - os: 1.91.0
    steps:
      - uses: dtolnay/rust-toolchain@master
        with:
          toolchain: ${{ matrix.rust }}
      - run: cargo +${{matrix.rust}} test && rustup default ${{ matrix.rust }}
  b:
    strategy:
      matrix:
        toolchain:
          - 1.91.0
          - version: 1.91.0 # -> 1.91.0-x86_64-unknown-linux-gnu
            os: linux
          -   1.92.0
    steps:
      - run: rustup default ${{ matrix.toolchain.version }}-x86_64-unknown-linux-gnu
  c:
    strategy:
      matrix: ${{ fromJSON('["1.91.0"]') }}
    steps:
      - run: rustup default ${{ matrix.rust }}
  d:
    strategy:
      matrix:
        rust:
          - 1.91.0
          - 1.91.1 # -> 1.91.1
        os: [linux, mac]
        exclude:
          - rust: 1.91.0
          - { rust: 1.91.1, os: mac }
    steps:
      - run: rustup default ${{ matrix.rust }}
  e:
    container: rust:${{ matrix.rust }}-slim
    strategy:
      matrix:
        rust:
        - 1.91.0 # -> 1.91.0
"#,
    );
}

#[test]
fn the_environment() {
    check(
        r#"
env:
  RUST: 1.91.0 # -> 1.91.0
  OTHER: 1.90.0
  RUSTUP_TOOLCHAIN: nightly-2025-10-01 # -> nightly-2025-10-01
jobs:
  a:
    env:
      OTHER: ${{ env.THIRD }}
      THIRD: ${{ env.OTHER }}
    steps:
      - uses: dtolnay/rust-toolchain@master
        with:
          toolchain: ${{ env.RUST }}
      - run: rustup default $RUST && rustup install "${OTHER}"
      - run: rustup default $RUST
        env:
          RUST: '1.91.1' # -> 1.91.1
      - run: cargo build
        env:
          RUSTUP_TOOLCHAIN: 1.92.0 # -> 1.92.0
  b:
    strategy: { matrix: { rust: [1.89.0] } } # -> 1.89.0
    env: { RUSTUP_TOOLCHAIN: "${{ matrix.rust }}" }
"#,
    );
}

#[test]
fn containers() {
    check(
        r"
jobs:
  a:
    container: rust:1.91.0 # -> 1.91.0
  b:
    container:
      image: docker.io/library/rust:1.91.0-slim-bookworm@sha256:00 # -> 1.91.0
  c:
    container: node:1.91.0
  d:
    container: rust
  e:
    container: example.com:5000/rust
  f:
    services: { x: { image: rust:1.91.0 } }
",
    );
}

#[test]
fn scripts() {
    check_steps(
        r#"
      - run: rustup toolchain install 1.91.0 --profile minimal # -> 1.91.0
      - run: |
          set -e
          rustup default 1.91.0 # -> 1.91.0

          sudo -E rustup --quiet override set 1.91.1 --path 1.2.3 # -> 1.91.1
          cargo +1.91.0 build; cargo test # -> 1.91.0
          if rustc +nightly-2025-10-01 -V; then true; fi # -> nightly-2025-10-01
          rustup toolchain install --profile minimal -c rust-src \
            1.91.0 'beta-2025-10-01' # -> 1.91.0, beta-2025-10-01
          RUSTUP_TOOLCHAIN=1.91.0 cargo build # -> 1.91.0
          export RUSTUP_TOOLCHAIN="1.90.0" # -> 1.90.0
          echo "RUSTUP_TOOLCHAIN=1.89.0" >> "$GITHUB_ENV" # -> 1.89.0
          rustup run 1.91.0 rustup --toolchain 1.2.3 # -> 1.91.0
          rustup target add --toolchain 1.91.0 wasm32-wasip1 # -> 1.91.0
          rustup +1.91.0 component add clippy # -> 1.91.0
          V=$(~/.cargo/bin/cargo +1.91.0 -V) # -> 1.91.0
          curl https://sh.example | sh -s -- -y --default-toolchain=1.91.0 # -> 1.91.0
          curl https://sh.example | sh -s -- -y --default-toolchain 1.91.0 # -> 1.91.0
          echo don't; rustup default 1.88.0 # -> 1.88.0
"#,
    );
}

#[test]
fn quotes_folds_and_equal_values_are_told_apart() {
    check_steps(
        r#"
      - run: echo 1.91.0; cargo +1.91.0 x; echo 1.91.0 # -> 1.91.0
      - run: "echo 1.91.0\n\
          cargo +1.91.0 x" # -> 1.91.0
      - run: 'echo ''1.91.0''

          cargo +1.91.0 x' # -> 1.91.0
      - run: > # 1.91.0
          echo 1.91.0
          1.91.0;
          rustup default # the shell sees a comment here
          1.91.0

          cargo +1.91.0 x # -> 1.91.0
      - run: >-

          echo 1.91.0 &&
          cargo
          +1.91.0 x # -> 1.91.0
      - run: echo 1.91.0 &&
          cargo +1.91.0 x # -> 1.91.0
"#,
    );
}

#[test]
fn where_the_text_is_hidden_the_scalar_is_pointed_at() {
    for workflow in [
        "jobs: {a: {steps: [\n {run: \"cargo +1.\\x391.0\"}]}}",
        "jobs:\n  a:\n    steps:\n      - run: |2\n           cargo +1.91.0 x\n",
    ] {
        let found = in_text(workflow).unwrap();
        let [(range, text)] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(text, "1.91.0");
        assert!(["\"", "|"].contains(&&workflow[range.clone()]), "{range:?}");
    }
}

#[test]
fn anchors_point_at_what_they_name() {
    check(
        r#"
x-rust: &rust
  toolchain: &version "1.91.0" # -> 1.91.0
jobs:
  a:
    steps:
      - uses: dtolnay/rust-toolchain@master
        with: *rust
      - uses: actions-rs/toolchain@v1
        with:
          toolchain: *version
      - uses: actions-rs/toolchain@v1
        with:
          toolchain: &other   1.91.1 # -> 1.91.1
      - run: rustup default 1.91.0 # -> 1.91.0
"#,
    );
}

#[test]
fn columns_count_bytes_behind_any_character() {
    let workflow = "jobs: {a: {steps: [{name: \"é→\", uses: 'dtolnay/rust-toolchain@1.91.0'}]}}";
    let found = in_text(workflow).unwrap();
    assert_eq!(&workflow[found[0].0.clone()], "1.91.0");
    let breaks = "x: \"a\u{2028}b\"\r\njobs: {a: {container: 'rust:1.91.0'}}";
    let found = in_text(breaks).unwrap();
    assert_eq!(&breaks[found[0].0.clone()], "1.91.0");
}

#[test]
fn odd_shapes_name_nothing() {
    for workflow in [
        "",
        "1.91.0",
        "- 1.91.0",
        "jobs: 1.91.0",
        "jobs: [1.91.0]",
        "jobs: {a: 1.91.0, b: [1], c: {steps: 1, container: [1], env: 1, strategy: 1}}",
        "jobs: {a: {steps: [1, [2], {uses: [1]}, {run: {}}, {uses: 'x', with: 3}]}}",
        "env: {RUSTUP_TOOLCHAIN: }",
        "env: {RUSTUP_TOOLCHAIN: [1.91.0]}",
        "env: {RUSTUP_TOOLCHAIN: '${{ env.RUSTUP_TOOLCHAIN }}'}",
        "env: {RUSTUP_TOOLCHAIN: '${{'}",
        "jobs: {a: {steps: [{run: 'rustup'}, {run: 'rustup default'}, {run: 'cargo +'}, {run: '+'}]}}",
    ] {
        assert_eq!(in_text(workflow), Ok(Vec::new()), "{workflow}");
    }
}

#[test]
fn what_stands_for_too_much_is_an_error_and_what_people_write_is_not() {
    let step =
        "      - uses: x/rust@${{ env.b }}\n        with:\n          toolchain: ${{ env.b }}\n";
    let looked_up = |variables: usize, steps: usize| {
        let (variables, steps) = ("  a: 1\n".repeat(variables), step.repeat(steps));
        format!("env:\n{variables}  b: 1.91.0\njobs:\n  a:\n    steps:\n{steps}")
    };
    let values = "          - 1\n".repeat(12_000);
    let excluded = "          - rust: 2\n".repeat(12_000);
    let matrix = format!("        rust:\n{values}        exclude:\n{excluded}");
    let steps = "    steps:\n      - run: cargo +${{ matrix.rust }} x\n";
    let excluded = format!("jobs:\n  a:\n    strategy:\n      matrix:\n{matrix}{steps}");
    let names = " $a".repeat(200_000);
    let script = format!("jobs: {{a: {{steps: [{{run: 'rustup install{names}'}}]}}}}");
    for workflow in [looked_up(20_000, 2_000), excluded, script] {
        let error = in_text(&workflow).unwrap_err();
        assert!(error.contains("too long"), "{error}");
    }
    assert_eq!(in_text(&looked_up(100, 400)).map(|found| found.len()), Ok(1));
    let long = format!("jobs: {{a: {{container: 'rust:1.91.0-{}'}}}}", "x".repeat(5_000));
    assert_eq!(in_text(&long), Ok(Vec::new()));
}
