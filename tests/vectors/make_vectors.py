#!/usr/bin/python3
"""Makes the .vector files in this folder: each is one of the golden files with one thing wrong.

    make_vectors.py          writes them anew
    make_vectors.py --check  exits 1 unless they are what this would write

A vector names its golden file (`base`), the key that the program is given, the bytes that differ
(`size`, `put`), and what must come of it: `file CODE` where the whole file is refused, else the
outcome of each generation that is found, and how many authentic notes there are. `rule` is the
number in docs/format.md, "What must be refused".
"""

import pathlib
import sys

import headers
import indexes
import keys
import whole_files
from draft import VECTORS
from images import FOLDER


def main():
    for family in (whole_files.accepted, whole_files.heads, whole_files.torn_generations, headers.headers,
                   keys.keys, keys.passphrases, indexes.indexes, indexes.pieces, indexes.records,
                   whole_files.notes, whole_files.without_cipher):
        family()
    kept = {path.stem: path.read_text() for path in FOLDER.glob("*.vector")}
    if sys.argv[1:] == ["--check"]:
        if kept != VECTORS:
            sys.exit("the vectors are not what make_vectors.py writes: run it, and look at what changed")
        return
    for name in kept.keys() - VECTORS.keys():
        (FOLDER / f"{name}.vector").unlink()
    for name, text in VECTORS.items():
        pathlib.Path(FOLDER / f"{name}.vector").write_text(text)
    print(len(VECTORS), "vectors")


if __name__ == "__main__":
    main()
