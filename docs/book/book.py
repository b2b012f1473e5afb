"""Makes the book; docs/book/build runs it with a Python that has mkdocs.

    book.py ROOT BOOK

The pages that git tracks in ROOT, and the tracked files that they link to, are copied as they lie there.
mkdocs builds them as `mkdocs build --strict` does. What it does not look at, such as pictures for a dark
screen, is checked in the pages that it has built. BOOK is there afterwards only if all was right.
"""

import logging
import posixpath
import re
import shutil
import subprocess
import sys
import tempfile
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

from markdown.extensions import Extension
from markdown.util import AMP_SUBSTITUTE
from markdown_it import MarkdownIt
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort
from mkdocs.structure.files import get_files

HERE = Path(__file__).parent
EMPTY = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
REFERENCES = ("href", "src", "srcset", "poster")
ISSUE = re.compile(r"([\w.-]+/[\w.-]+)#(\d+)")


def main(root, book):
    shutil.rmtree(book, ignore_errors=True)
    book.parent.mkdir(parents=True, exist_ok=True)
    # Beside the book, so that it gets there by a rename; a name of its own, since two may be made at once.
    with tempfile.TemporaryDirectory(dir=book.parent, prefix="book-") as work:
        pages, site = Path(work, "pages"), Path(work, "site")
        count = copy_pages(root, pages)
        build_site(pages, site)
        site.rename(book)
    print(f"book: {count} pages in {book}", file=sys.stderr)


def fail(errors, advice):
    for error in errors:
        print(f"book: error: {error}", file=sys.stderr)
    sys.exit(f"  help: {advice}")


def copy_pages(root, pages):
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=root, stdout=subprocess.PIPE)
    if listing.returncode != 0:
        fail([f"{root} is no git repository"], "name the root of one")
    # What is deleted and not yet committed is still listed.
    tracked = {path for path in listing.stdout.decode().split("\0") if path and (root / path).is_file()}
    found = {path for path in tracked if path.endswith(".md")}
    if "README.md" not in found:
        fail([f"git tracks no README.md in {root}"], "name the root of the repository")
    wanted = set(found)
    for page in found:
        for reference in References.of(markdown((root / page).read_text("utf-8"))).found:
            wanted |= {path for path, _ in local_targets(page, reference)} & tracked
    for path in wanted:
        (pages / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / path, pages / path)
    return len(found)


def build_site(pages, site):
    # Warnings are what a strict build fails by.
    logging.basicConfig(format="book: error: %(message)s", level=logging.WARNING)
    try:
        config = load_config(str(HERE / "mkdocs.yml"), docs_dir=str(pages), site_dir=str(site), strict=True)
        config.nav = resolve(config.nav, pages)
        config.markdown_extensions.append(AsGitHub())
        build(config)
    except Abort:
        sys.exit("  help: links lead to files that git tracks, not to directories; sections are in docs/book/mkdocs.yml")
    sources = {file.dest_uri: file.src_uri for file in get_files(config)}
    errors = [error for page in sorted(site.rglob("*.html")) for error in errors_of(page, site, sources)]
    if errors:
        fail(errors, "mend the link, or the file that it leads to")


def resolve(entry, pages):
    """The navigation with each pattern replaced by the pages that it stands for."""
    if isinstance(entry, dict):
        return {title: resolve(below, pages) for title, below in entry.items()}
    if isinstance(entry, list):
        return [one for below in entry for one in resolve_one(below, pages)]
    return entry


def resolve_one(entry, pages):
    if not isinstance(entry, str) or "*" not in entry:
        return [resolve(entry, pages)]
    found = sorted(path.relative_to(pages).as_posix() for path in pages.glob(entry))
    if not found:
        fail([f"{entry}, of docs/book/mkdocs.yml, is the pattern of no page"], "git tracks none there")
    return found


def markdown(text):
    # Python-Markdown, which mkdocs has, sees neither code nor lists where GitHub does when they are in lists.
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(text)


class AsGitHub(Extension):
    """Reads pages as GitHub does, and leaves to Python-Markdown and mkdocs what is done with the elements."""

    def extendMarkdown(self, md):
        md.parser = self
        for name in ("html_block", "fenced_code_block"):
            md.preprocessors.deregister(name)
        md.treeprocessors.deregister("inline")

    def parseDocument(self, lines):
        tree = Tree()
        tree.feed(markdown("\n".join(lines)))
        tree.close()
        used = set()
        for element in tree.root.iter():
            if element.tag in HEADINGS:
                element.set("id", anchor("".join(element.itertext()), used))
        for element in tree.root.iter():
            # Python-Markdown would take text that looks like a character reference for one.
            element.text = protected(element.text)
            element.tail = protected(element.tail)
        return ElementTree.ElementTree(tree.root)


def anchor(heading, used):
    """What GitHub calls a heading in links."""
    plain = re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")
    name, again = plain, 0
    while name in used:
        again += 1
        name = f"{plain}-{again}"
    used.add(name)
    return name


def protected(text):
    return text and text.replace("&", f"{AMP_SUBSTITUTE}amp;")


class Tree(HTMLParser):
    """The elements of HTML. Comments are left out."""

    def __init__(self):
        super().__init__()
        self.root = ElementTree.Element("div")
        self.open = [self.root]

    def handle_starttag(self, tag, attributes):
        element = ElementTree.SubElement(self.open[-1], tag, {name: value or "" for name, value in attributes})
        if tag not in EMPTY:
            self.open.append(element)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in EMPTY:
            self.open.pop()

    def handle_endtag(self, tag):
        at = max((at for at, element in enumerate(self.open) if element.tag == tag), default=0)
        if at > 0:
            del self.open[at:]

    def handle_data(self, text):
        parent = self.open[-1]
        if len(parent):
            parent[-1].tail = (parent[-1].tail or "") + text
        else:
            parent.text = (parent.text or "") + text


class References(Tree):
    """What HTML refers to, as (element, attribute, target), and the names that its elements have."""

    @classmethod
    def of(cls, text):
        references = cls()
        references.feed(text)
        references.close()
        elements = list(references.root.iter())
        references.names = {element.get("id") for element in elements}
        references.found = [
            (element, name, target)
            for element in elements
            for name in REFERENCES
            if name in element.keys()
            for target in (sources(element.get(name)) if name == "srcset" else [element.get(name)])
        ]
        return references


def sources(srcset):
    return [candidate.split()[0] for candidate in srcset.split(",") if candidate.split()]


def local_targets(page, reference):
    """Path and anchor that a reference of a page leads to in the same tree: one, or none when it leads out."""
    parts = urlsplit(reference[2])
    if parts.scheme or parts.netloc:
        return []
    path = posixpath.normpath(posixpath.join("/", posixpath.dirname(page), unquote(parts.path)))
    return [(path[1:] if parts.path else page, unquote(parts.fragment))]


def errors_of(page, site, sources):
    """What is wrong with the references of a built page, said of the page that it was built from."""
    path = page.relative_to(site).as_posix()
    name = sources.get(path, path)
    for reference in References.of(page.read_text("utf-8")).found:
        element, attribute, target = reference
        for to, fragment in local_targets(path, reference):
            if not (site / to).is_file():
                yield f"{name} refers to `{target}` (`{attribute}` of `{element.tag}`), which is not there"
            elif fragment and element.tag == "a" and to.endswith(".html") and not has_anchor(site / to, fragment):
                yield f"{name} links to `{target}`, where no heading is called `{fragment}`"
        parts = urlsplit(target)
        if not parts.scheme and not parts.netloc:
            continue
        if element.tag != "a":
            yield f"{name} fetches `{target}` (`{attribute}` of `{element.tag}`) from elsewhere: a page needs no network"
        elif parts.scheme != "mailto" and not (parts.scheme == "https" and parts.hostname and "." in parts.hostname):
            yield f"{name} links to `{target}`, which is no address with https"
        elif issue := ISSUE.fullmatch("".join(element.itertext())):
            address = rf"https://github\.com/{re.escape(issue[1])}/(issues|pull)/{issue[2]}(#.*)?"
            if not re.fullmatch(address, target):
                yield f"{name} calls `{target}` {issue[0]}, which is another address"


def has_anchor(page, fragment):
    return fragment in References.of(page.read_text("utf-8")).names


main(Path(sys.argv[1]), Path(sys.argv[2]).absolute())
