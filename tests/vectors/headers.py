"""Vectors: whole generations with a strange header, and where it says that the base lies."""

from decoder import BLOCK, sha256
from draft import (BASE_DISTANCE, BASE_ROOT, CHAIN, COMMITMENT, FIRST, NOTE, POLICY, PURPOSE, SECOND, THIRD,
                   Draft, edited, u32, u64, vector)


def header(name, why, rule, expect, *fields, notes=None):
    """A header with other fields, sealed as if it were right."""
    vector("header-" + name, why, expect, lambda draft: draft.reseal(THIRD, fields), rule=rule,
           notes=notes)


def headers():
    for name, why, *fields in (
            ("chain-65", "A chain that is too long.", (CHAIN, u32(65))),
            ("chain-0-with-base", "A base that is not counted.", (CHAIN, u32(0))),
            ("chain-without-base", "A chain without a base.", (BASE_DISTANCE, bytes(40))),
            ("base-is-itself", "A generation that is its own base.", (BASE_DISTANCE, u64(0))),
            ("base-without-root", "A base without a root.", (BASE_ROOT, bytes(32))),
            ("base-unaligned", "A base that begins within a block.", (BASE_DISTANCE, u64(THIRD - SECOND + 1)))):
        header(name, why, 13, "ok ok", *fields)
    for name, why, *fields in (
            ("purpose-0", "A purpose that never was.", (PURPOSE, b"\0")),
            ("purpose-6", "A purpose of a later version.", (PURPOSE, b"\x06")),
            ("policy-0", "A policy that never was.", (POLICY, b"\0")),
            ("policy-3", "A policy of a later version.", (POLICY, b"\x03"))):
        header(name, why, 10, "file unsupported", *fields)
    vector("header-later-version", "A later version's header goes on behind what this one knows.",
           "file unsupported", longer_header, rule=10)
    vector("header-move-without-its-fields", "A move has fields of its own.", "ok ok",
           edited(lambda draft: draft.put(THIRD + PURPOSE, b"\x05"), "fix_header", THIRD), rule=11)
    for name, why, edit in (
            ("cut", "A move's fields, a byte short.", lambda fields: fields[:-1]),
            ("long", "A move's fields, and a byte more.", lambda fields: fields + b"\0"),
            ("to-itself", "A move from a counter to the same.", to_itself)):
        vector("header-move-" + name, why, "ok ok", lambda draft, edit=edit: move_fields(draft, edit),
               base="move", notes=1, rule=11)
    vector("header-checkpoint-with-a-moves-fields", "The fields of a move in no move.", "ok ok",
           edited(lambda draft: draft.put(MOVE_AT + PURPOSE, b"\x01"), "fix_header", MOVE_AT),
           base="move", notes=1, rule=11)
    base = Draft("aes").found(FIRST)
    for name, why, *fields in (
            ("base-other-root", "A base with another root.", (BASE_ROOT, base["root"])),
            ("base-elsewhere", "A base that lies elsewhere.", (BASE_DISTANCE, u64(THIRD - FIRST))),
            ("base-is-a-note", "A base that is no generation.", (BASE_DISTANCE, u64(THIRD - NOTE))),
            ("base-is-the-head", "A base that is the file's head.", (BASE_DISTANCE, u64(THIRD))),
            ("base-before-the-file", "A base that is not there.", (BASE_DISTANCE, u64(1 << 40))),
            ("base-chain", "A chain that skips one.", (CHAIN, u32(2)))):
        header(name, why, 26, "ok ok damaged", *fields)
    header("commitment", "A commitment that no key in a slot has.", 17, "ok ok wrong_key",
           (COMMITMENT, sha256(b"other")))


# Where the move begins in its golden file.
MOVE_AT = 2 * BLOCK


def move_fields(draft, edit):
    """Changes what stands behind the slots of the move."""
    old = draft.found(MOVE_AT)["header"]
    header = bytearray(old[:-112] + edit(old[-112:-32]) + bytes(32))
    header[8:12] = u32(len(header))
    header[-32:] = sha256(header[:-32])
    draft.put(MOVE_AT, header)


def to_itself(fields):
    return bytes(Draft("move").found(MOVE_AT)["counter_id"]) + fields[32:]


def longer_header(draft):
    found = draft.found(THIRD)
    longer = bytearray(found["header"][:-32] + b"new fields" + bytes(32))
    longer[8:12] = u32(len(longer))
    longer[PURPOSE] = 6
    longer[-32:] = sha256(longer[:-32])
    draft.put(THIRD, longer)
