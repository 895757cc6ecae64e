"""Vectors: whole generations with a strange header, and where it says that the base lies."""

from decoder import sha256
from draft import (BASE_DISTANCE, BASE_ROOT, CHAIN, COMMITMENT, FIRST, NOTE, POLICY, PURPOSE, SECOND, THIRD,
                   Draft, u32, u64, vector)


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
            ("purpose-5", "A purpose of a later version.", (PURPOSE, b"\x05")),
            ("policy-0", "A policy that never was.", (POLICY, b"\0")),
            ("policy-3", "A policy of a later version.", (POLICY, b"\x03"))):
        header(name, why, 10, "file unsupported", *fields)
    vector("header-later-version", "A later version's header goes on behind what this one knows.",
           "file unsupported", longer_header, rule=10)
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


def longer_header(draft):
    found = draft.found(THIRD)
    longer = bytearray(found["header"][:-32] + b"new fields" + bytes(32))
    longer[8:12] = u32(len(longer))
    longer[PURPOSE] = 5
    longer[-32:] = sha256(longer[:-32])
    draft.put(THIRD, longer)
