#!/usr/bin/python3
"""Exits 1 unless decoder.py makes of every golden file and every vector here what they say."""

import sys

import decoder
from images import FOLDER, GIVEN, GOLDEN_KEYS, KEYS, read_image, read_vector


def outcome(decoded):
    if "head" not in decoded:
        return f"file {decoded['outcome']}"
    return " ".join(found["outcome"] for found in decoded["generations"]) or "nothing"


def differences(path):
    data, said = read_vector(path)
    decoded = decoder.decode(data, KEYS[said["key"]])
    notes = sum(note["authentic"] for note in decoded.get("notes", []))
    yield "expect", said["expect"], outcome(decoded)
    yield "notes", said["notes"], str(notes)
    if decoded["rule"]:
        yield "rule", said.get("rule", str(decoded["rule"])), str(decoded["rule"])


def golden_is_read(path):
    given = GOLDEN_KEYS.get(path.stem, GIVEN)
    return decoder.as_json(decoder.decode(read_image(path.stem), given)) == path.read_text()


def main():
    failures = [f"{path.stem}: not read as before" for path in FOLDER.glob("*.json")
                if not golden_is_read(path)]
    vectors = sorted(FOLDER.glob("*.vector"))
    for path in vectors:
        for what, said, found in differences(path):
            if said != found:
                failures.append(f"{path.stem}: {what}: {said}, but found {found}")
    print("\n".join(failures) or f"{len(vectors)} vectors are read as they say")
    sys.exit(1 if failures or not vectors else 0)


if __name__ == "__main__":
    main()
