#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Check Markdown reports with a parser of GitHub's dialect.

Tables must have as many cells in every row as in their head; nothing but the folded details may be HTML; no list, heading or emphasis may come
out of a name.

usage: check_markdown.py WRITER

WRITER is write_sample_reports. Exits with 77 (skipped) where the package markdown-it is missing.
"""
import re
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    from markdown_it import MarkdownIt
except ImportError:
    print("skipped: no package markdown-it for this Python")
    sys.exit(77)

MOST_CHARACTERS = 65_536  # of a comment on GitHub
HTML = {"<details><summary>Locks, objects, pauses, threads, and how it was measured</summary>", "</details>"}
HEADINGS = {"What to look at", "Speed-up", "Where the cores went"}


def row_lengths(tokens):
    """The number of cells in each row of each table."""
    tables = []
    for token in tokens:
        if token.type == "table_open":
            tables.append([])
        elif token.type == "tr_open":
            tables[-1].append(0)
        elif token.type in ("th_open", "td_open"):
            tables[-1][-1] += 1
    return tables


def problems_of(text):
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    if len(text) > MOST_CHARACTERS:
        yield f"{len(text)} characters are too many for a comment"
    tables = row_lengths(tokens)
    written = len(re.findall(r"^\| ---", text, re.MULTILINE))
    if written != len(tables):
        yield f"{written} tables are written, {len(tables)} are read"
    for table in tables:
        if len(set(table)) != 1:
            yield f"rows of a table have {sorted(set(table))} cells"
    for token, following in zip(tokens, tokens[1:]):
        if token.type == "html_block" and not set(token.content.strip().splitlines()) <= HTML:
            yield f"HTML: {token.content!r}"
        if token.type == "heading_open" and token.tag == "h4" and following.content not in HEADINGS and not following.content.startswith("Functions at "):
            yield f"a heading out of nowhere: {following.content!r}"
        for child in following.children or []:
            if child.type in ("html_inline", "em_open", "link_open", "image"):
                yield f"{child.type} in {following.content!r}"


def main(arguments):
    (writer,) = arguments
    count = 0
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([writer, folder], check=True)
        for path in sorted(Path(folder).glob("*.md")):
            for problem in problems_of(path.read_text(encoding="utf-8")):
                print(f"{path.name}: {problem}")
                count += 1
            if not path.stat().st_size:
                print(f"{path.name}: empty")
                count += 1
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
