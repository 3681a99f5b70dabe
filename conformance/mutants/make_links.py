#!/usr/bin/env python3
"""make_links.py LIST LIBRARY DIRECTORY

Runs LIST, which prints one mutant a line, keeps what it prints in
DIRECTORY/list.tsv, and makes DIRECTORY/libonnxifi-mutant-NAME.so another name
of LIBRARY for each of them: a hard link, so that a program that resolves
symbolic ones finds the name. Mutants with a library of their own have it in
DIRECTORY/own. Those of mutants that are no more are removed.
"""

import os
import pathlib
import subprocess
import sys


def main():
    lister, library, directory = sys.argv[1:]
    library, directory = pathlib.Path(library), pathlib.Path(directory)
    text = subprocess.run([lister], text=True, check=True,
                          stdout=subprocess.PIPE).stdout
    names = [line.split("\t")[0] for line in text.splitlines()]
    if len(set(names)) != len(names):
        sys.exit("two mutants have one name: " + ", ".join(
            sorted({name for name in names if names.count(name) > 1})))
    for link in directory.glob("libonnxifi-mutant-*.so"):
        link.unlink()
    for name in names:
        link = directory / f"libonnxifi-mutant-{name}.so"
        own = directory / "own" / link.name
        os.link(own if own.exists() else library, link)
    (directory / "list.tsv").write_text(text)


if __name__ == "__main__":
    main()
