"""Vectors: indexes, and the records that they hold the tags of."""

from decoder import BLOCK, sha256
from draft import (CHAIN, EXTENSIONS, FIRST, PERSON, SECOND, TAGS, THIRD, VALUE, Draft, edited, replaced,
                   respoilt, u16, u32, u64, vector)


def index(name, why, code, rule, change, at=THIRD):
    """An authentic index that makes no sense, in the third generation, or in the second, to which the
    third refers."""
    if at == THIRD:
        vector("index-" + name, why, f"ok ok {code}", lambda draft: draft.reseal(THIRD, index=change),
               rule=rule)
    else:
        vector("index-" + name, why, f"ok {code} {code}", lambda draft: respoilt(draft, index=change),
               rule=rule)


def indexes():
    sealed = THIRD + Draft("aes").found(THIRD)["index_offset"]
    damaged = "ok ok damaged"
    vector("index-altered", "A byte of it was changed.", damaged, lambda draft: draft.flip(sealed), rule=18)
    vector("index-tag-altered", "A byte of its tag was changed.", damaged,
           lambda draft: draft.flip(sealed + draft.found(THIRD)["index_length"] - 1), rule=18)
    vector("index-other-header", "A field of the header was changed, and its checksum made to fit.",
           damaged, edited(lambda draft: draft.flip(THIRD + VALUE), "fix_header", THIRD), rule=18)
    vector("index-other-number", "Sealed with the nonce of another number.", damaged,
           lambda draft: draft.reseal(THIRD, number=1), rule=18)
    vector("index-other-key", "Sealed under another key, whose slot is not there.", damaged,
           lambda draft: draft.reseal(THIRD, key=sha256(b"other key")), rule=18)
    vector("index-shorter-than-its-tag", "An index of 15 bytes.", damaged, short_index, rule=18)
    vector("index-of-another-generation", "The index of the first in the second.", "ok damaged damaged",
           lambda draft: draft.put(*moved_index(draft)))
    index("cut", "It ends within its last field.", "damaged", 19, lambda plain: plain[:-1])
    index("empty", "It has no fields.", "damaged", 19, lambda plain: b"")
    index("more-sections", "It counts a section that is not there.", "damaged", 20,
          lambda plain: u16(4) + plain[2:])
    index("more-runs", "A section counts runs that are not there.", "damaged", 22,
          lambda plain: replaced(plain, PERSON + 7 + 18, u32(2**32 - 1)))
    index("name-empty", "A section without a name.", "damaged", 20,
          lambda plain: replaced(plain, PERSON, b"\0", 7))
    index("name-twice", "Two sections of one name.", "damaged", 20,
          lambda plain: plain[:-2] .replace(u16(3), u16(4), 1) + plain[PERSON:PERSON + 29] + u16(0))
    index("kind-0", "A kind that never was.", "unsupported", 21,
          lambda plain: replaced(plain, PERSON + 7, b"\0"))
    index("kind-4", "An unknown kind.", "unsupported", 21,
          lambda plain: replaced(plain, PERSON + 7, b"\x04"))
    index("element-6", "An unknown kind of element.", "unsupported", 21,
          lambda plain: replaced(plain, PERSON + 8, b"\x06"))
    runs()
    index("extensions", "An extension.", "unsupported", 23, lambda plain: plain[:-2] + u16(1))
    index("tag-for-nothing", "A tag, but no record.", "damaged", 24, lambda plain: plain + bytes(16))
    index("tag-missing", "A record without a tag.", "damaged", 24, lambda plain: plain[:-16], at=SECOND)
    index("tag-cut", "Part of a tag is missing.", "damaged", 24, lambda plain: plain[:-1], at=SECOND)
    index("longer-than-held", "A section of more bytes than the generation has.", "damaged", 25,
          lambda plain: longer_person(plain, 41), at=SECOND)
    index("shorter-than-held", "Bytes that belong to no section.", "damaged", 25,
          lambda plain: longer_person(plain, 39), at=SECOND)
    index("far-longer-than-held", "A section of 2^63 bytes.", "damaged", 24,
          lambda plain: longer_person(plain, 2**63), at=SECOND)
    vector("base-unsupported", "A base with an extension.", "ok unsupported unsupported",
           lambda draft: respoilt(draft, index=lambda plain: replaced(plain, EXTENSIONS, u16(1))),
           rule=23)
    vector("inherited-without-base", "A section that is held nowhere.", "ok ok damaged",
           lambda draft: draft.reseal(THIRD, [(CHAIN, u32(0) + bytes(40))]), rule=28)
    inherited("length", "The base's section has another length.", 18 - 8, u64(41))
    inherited("kind", "The base's section is of another kind.", 0, b"\x03")
    inherited("element-size", "The base's elements have another size.", 2, u32(9))
    inherited("class-version", "The base's section has another class version.", 6, u32(2))
    index("inherited-name", "The base has no section of this name.", "damaged", 28,
          lambda plain: replaced(plain, PERSON + 1, b"P"))


def inherited(name, why, at, new):
    index("inherited-" + name, why, "damaged", 28, lambda plain: replaced(plain, PERSON + 7 + at, new))


def runs():
    """In the third generation, where each section is inherited and so has no run."""
    at = PERSON + 7 + 18

    def with_runs(*pairs):
        packed = u32(len(pairs)) + b"".join(u64(offset) + u64(length) for offset, length in pairs)
        return lambda plain: replaced(plain, at, packed, 4)
    index("run-empty", "A run of no bytes.", "damaged", 22, with_runs((0, 0)))
    index("run-beyond", "A run that ends behind its section.", "damaged", 22, with_runs((0, 41)))
    index("run-overflow", "A run whose end overflows.", "damaged", 22, with_runs((40, 2**64 - 1)))
    index("runs-overlap", "Runs that overlap.", "damaged", 22, with_runs((0, 20), (19, 21)))
    index("runs-unordered", "Runs in the wrong order.", "damaged", 22, with_runs((20, 20), (0, 20)))
    index("run-without-a-tag", "A piece whose record has no tag.", "damaged", 24, with_runs((0, 39)))
    index("run-of-an-empty-section", "A run of an empty section.", "damaged", 22,
          lambda plain: plain[:-6] + u32(1) + u64(0) + u64(0) + plain[-2:])


def pieces():
    """In the third generation of a file whose one section comes in pieces, the last of which begins
    where the base's section ends."""
    at = 2 + 1 + 5 + 18
    third = 3 * BLOCK
    fine, damaged = "ok ok ok", "ok ok damaged"
    vector("good-pieces", "Sections in pieces.", fine, base="pieces", notes=0)
    vector("good-pieces-across-records", "Pieces on both sides of a border of records.", "ok ok",
           base="pieces-across-records", notes=0)

    def piece(name, why, change, rule):
        vector("piece-" + name, why, damaged, lambda draft: draft.reseal(third, index=change),
               base="pieces", notes=0, rule=rule)
    piece("elsewhere", "A piece that says it lies one byte further on.",
          lambda plain: replaced(plain, at + 4, u64(1)), 29)
    piece("behind-a-gap", "What the base should have is behind its section's end.",
          lambda plain: (plain[:at - 8] + u64(61) + plain[at:at + 20] + u64(41) + u64(20) +
                         plain[at + 36:]), 28)
    piece("of-a-shorter-section", "The base's section is longer than the one that inherits.",
          lambda plain: (plain[:at - 8] + u64(39) + u32(1) + u64(0) + u64(21) + plain[at + 36:at + 38] +
                         plain[-32:-16]), 28)
    vector("piece-altered", "A byte of a piece was changed, of what the third inherits.",
           "ok damaged damaged", lambda draft: draft.flip(2 * BLOCK + len(draft.found(BLOCK)["header"])),
           base="pieces", notes=0, rule=29)


def longer_person(plain, length):
    return replaced(replaced(plain, PERSON + 7 + 10, u64(length)), PERSON + 7 + 30, u64(length))


def short_index(draft):
    found = draft.found(THIRD)
    draft.put(THIRD + 28, u32(15))
    draft.put(THIRD + found["index_offset"] + 15, bytes(BLOCK - found["index_offset"] - 15))
    draft.fix_header(THIRD)


def moved_index(draft):
    return SECOND + draft.found(SECOND)["index_offset"], draft.found(FIRST)["sealed_index"]


def records():
    data = len(Draft("aes").found(FIRST)["header"])
    both = "ok damaged damaged"
    vector("record-altered", "A byte was changed, of what the third inherits.", both,
           lambda draft: draft.flip(SECOND + data), rule=29)
    vector("record-end-altered", "The last byte of the last record was changed.", both,
           lambda draft: draft.flip(SECOND + data + 239), rule=29)
    vector("record-of-another-generation", "The first generation's records in the second.", both,
           lambda draft: draft.put(SECOND + data, draft.data[FIRST + data:FIRST + data + 240]), rule=29)
    vector("record-zeroed", "A sector was lost.", both,
           lambda draft: draft.put(SECOND + data, bytes(40)), rule=29)
    vector("record-tags-swapped", "Two records' tags in the wrong order.", both,
           lambda draft: respoilt(draft, index=lambda plain: (
               plain[:TAGS] + plain[TAGS + 16:] + plain[TAGS:TAGS + 16])), rule=29)
    vector("record-second-altered", "A byte behind the border of a record.", "damaged",
           lambda draft: draft.flip(BLOCK + 343 + (1 << 20)), base="records", notes=0, rule=29)
    vector("record-none-altered", "Without a cipher the tag is a hash.", both,
           lambda draft: draft.flip(SECOND + 343 + 5), base="none", rule=29)
    vector("record-chacha-altered", "The other cipher.", both,
           lambda draft: draft.flip(SECOND + data + 5), base="chacha", rule=29)
