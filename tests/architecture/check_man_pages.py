#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Check that every long option in the tool's help is in its man page.

ftscale.1 covers the tool itself, ftscale-<subcommand>.1 each subcommand that `ftscale --help` lists. Prints one line per gap; exit status 1
when there are any.

usage: check_man_pages.py TOOL MAN_DIRECTORY
"""
import re
import subprocess
import sys
from pathlib import Path

OPTION = re.compile(r"(?<![\w-])--[A-Za-z][A-Za-z0-9-]*(?<!-)")


def help_text(tool, *subcommand):
    result = subprocess.run([str(tool), *subcommand, "--help"], capture_output=True, text=True, timeout=60)
    if result.returncode != 0:
        raise RuntimeError(f"{' '.join([str(tool), *subcommand])} --help: exit status {result.returncode}: {result.stderr.strip()}")
    return result.stdout


def long_options(text):
    return sorted(set(OPTION.findall(text)))


def subcommands(text):
    """Names in the section "Subcommands:" of the help: the first word of each line indented the least."""
    section = re.search(r"(?im)^subcommands:[ \t]*\n((?:[ \t]+.*\n?|[ \t]*\n)*)", text)
    entries = re.findall(r"(?m)^([ \t]+)(\S+)", section.group(1)) if section else []
    least = min((len(indent) for indent, _ in entries), default=0)
    return [name for indent, name in entries if len(indent) == least]


def plain(troff):
    """The text of a man page, with escapes for hyphens and fonts undone."""
    lines = [line for line in troff.splitlines() if not line.startswith(('.\\"', "'\\\""))]
    text = re.sub(r"\\f(?:\[\w*\]|\(\w\w|\w)", "", "\n".join(lines))
    return text.replace("\\-", "-").replace("\\(hy", "-").replace("\\&", "")


def undocumented(options, page):
    documented = set(OPTION.findall(plain(page)))
    return [option for option in options if option not in documented]


def check_page(name, text, man_directory):
    page = Path(man_directory) / f"{name}.1"
    if not page.exists():
        return [f"{page}: missing"]
    gaps = undocumented(long_options(text), page.read_text(encoding="utf-8"))
    return [f"{page}: {option} is in --help but not here" for option in gaps]


def check(tool, man_directory):
    """All gaps, one line each."""
    text = help_text(tool)
    names = subcommands(text)
    if not names:
        return [f"{tool} --help lists no subcommands"]
    gaps = check_page("ftscale", text, man_directory)
    for name in names:
        gaps += check_page(f"ftscale-{name}", help_text(tool, name), man_directory)
    return gaps


def main(arguments):
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    gaps = check(*arguments)
    print("\n".join(gaps) if gaps else "every option is in its man page")
    return 1 if gaps else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
