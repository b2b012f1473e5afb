"""Writes seeds of the fuzz targets, made from published crates, a C library and this repository:

    fuzz/seeds.py DIRECTORY TOOLCHAIN

One subdirectory for each target. The crates are those that the lock files of GRAPHS pin; TOOLCHAIN is what
tests/toolchain/setup makes. `tests/fuzz --seeds` calls it, and keeps what adds coverage.
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
GRAPHS = ["proxy-filter", "lunatic-app", "extism-plugin"]
# Larger ones make the fuzzer slow, and find nothing that small ones do not.
MAX_BYTES = 4096
MAX_OF_A_KIND = 400

HOSTILE = [
    "::error file=x,line=1::a%0Ab%25\0src/a,b:c.rs\0close\r\n::error::x\n##[error]",
    "a `b` c `` d\0import `close` of `a|b` is @octocat's, see x#1 (a*b) [x](http://y.z) <b> $a$ :+1: www.x.y",
    "| a | b |\0- [ ] ~~a~~ &lt; xmpp:a@b.example [^1] ![a](b) <!-- --> \\` \\| _a_ **b** ```c```",
]


def main(directory, toolchain):
    made = {}

    def add(target, data):
        kind = made.setdefault(target, set())
        data = data if isinstance(data, bytes) else data.encode()
        if 0 < len(data) <= MAX_BYTES and len(kind) < MAX_OF_A_KIND:
            kind.add(data)

    for manifest in packages():
        sources(pathlib.Path(manifest).parent, add)
    for fixture in sorted((ROOT / "tests/fixtures").glob("*.rs")):
        source(fixture.read_text(), add)
    for workflow in sorted((ROOT / ".github/workflows").glob("*.yml")):
        add("workflow_reader", workflow.read_text())
    for page in [ROOT / "README.md", *sorted(ROOT.glob("*/docs/**/*.md"))]:
        for kind, block in re.findall(r"```(\w+)\n(.*?)```", page.read_text(), re.S):
            if kind == "yaml":
                add("workflow_reader", block)
            if kind == "toml":
                add("policy_parser", block)
                add("policy_parser", block.replace("package.metadata", "workspace.metadata"))
    for preset in sorted((ROOT / "guard/data/presets").glob("*.toml")):
        add("policy_parser", preset.read_text()[:MAX_BYTES].rsplit("\n]", 1)[0] + "\n]\n")
    for graph in GRAPHS:
        add("tree_reader", tree(graph))
    for text in HOSTILE:
        add("workflow_command", text)
        add("markdown", text)
    objects(toolchain, add)
    for target, seeds in made.items():
        place = directory / target
        place.mkdir(parents=True, exist_ok=True)
        for number, data in enumerate(sorted(seeds)):
            (place / f"{number:03}").write_bytes(data)


def cargo(graph, *arguments):
    # Elsewhere: where they lie, they would belong to this repository's workspace.
    with tempfile.TemporaryDirectory() as elsewhere:
        shutil.copytree(ROOT / "tests/graphs" / graph, elsewhere, dirs_exist_ok=True)
        command = ["cargo", *arguments, "--locked"]
        made = subprocess.run(command, cwd=elsewhere, check=True, capture_output=True, text=True)
        return made.stdout.replace(elsewhere, "/w")


def packages():
    """The manifests of the packages that the graphs pin."""
    manifests = set()
    for graph in GRAPHS:
        metadata = json.loads(cargo(graph, "metadata", "--format-version", "1"))
        manifests.update(package["manifest_path"] for package in metadata["packages"])
    return sorted(manifests)


def tree(graph):
    """What the guard asks cargo for, with short marks, as far as it is short enough."""
    options = ["--edges", "normal", "--prefix", "depth", "--target", "wasm32-wasip1"]
    text = cargo(graph, "tree", *options, "--format", "|{p}|{f}|{lib}|")
    return text[:MAX_BYTES].rsplit("\n", 1)[0]


def sources(package, add):
    for file in sorted(package.glob("src/**/*.rs")):
        source(file.read_text(), add)
    for workflow in sorted(package.glob(".github/workflows/*.yml")):
        add("workflow_reader", workflow.read_text())


def source(text, add):
    if re.search(r"\bextern\b|macro_rules!|no_mangle", text):
        add("source_scanner", text)
    for predicate in re.findall(r"cfg(?:_attr)?\((.*?)\)\]", text, re.S):
        add("cfg_parser", predicate)
    for name, rules in bodies(text, r"macro_rules!\s*(\w+)\s*"):
        calls = [call for _, call in bodies(text, rf"\b({name})!\s*")]
        for call in [*calls[:3], ""]:
            add("macro_expander", f"{rules}\0{call}")


def bodies(text, head):
    """What stands in the delimiters behind each match of `head`; delimiters in literals count too."""
    for match in re.finditer(head, text):
        depth = 0
        for at in range(match.end(), len(text)):
            depth += text[at] in "([{"
            depth -= text[at] in ")]}"
            if depth == 0:
                if text[match.end()] in "([{":
                    yield match[1], text[match.end() + 1 : at]
                break


def objects(toolchain, add):
    """Members of the C library, small archives of them in every form, and modules linked of them."""
    library = next(toolchain.glob("rustc-1.96/usr/lib/rustlib/wasm32-wasip1/lib/self-contained/libc.a"))
    work = directory / "work"
    work.mkdir(parents=True, exist_ok=True)
    small = []
    names = subprocess.run(["ar", "t", library], check=True, capture_output=True, text=True)
    for name in sorted(set(names.stdout.split())):
        data = subprocess.run(["ar", "p", library, name], check=True, capture_output=True).stdout
        if len(data) <= 1200 and len(small) < 40:
            (work / name).write_bytes(data)
            small.append(name)
            add("object_reader", data)
    host = subprocess.run(["rustc", "--print", "sysroot"], check=True, capture_output=True, text=True)
    linker = next(pathlib.Path(host.stdout.strip()).glob("lib/rustlib/*/bin/rust-lld"))
    for first, second in zip(small, small[1:]):
        for form in ["rcs", "rcsT"]:
            (work / "x.a").unlink(missing_ok=True)
            subprocess.run(["ar", form, "x.a", first, second], cwd=work, check=True)
            add("object_reader", (work / "x.a").read_bytes())
        link = [linker, "-flavor", "wasm", "--no-entry", "--export-all", "--allow-undefined"]
        subprocess.run([*link, first, second, "-o", "x.wasm"], cwd=work, check=True)
        add("module_reader", (work / "x.wasm").read_bytes())
        # A component has the same beginning but for the layer.
        add("module_reader", b"\0asm\x0d\0\x01\0")
        add("module_reader", (work / first).read_bytes())


if __name__ == "__main__":
    directory = pathlib.Path(sys.argv[1])
    main(directory, pathlib.Path(sys.argv[2]).resolve())
