"""Vectors: whole files, their heads, torn generations, and notes."""

from decoder import BLOCK, sha256, whole_blocks
from draft import (BASE_DISTANCE, CHAIN, FIRST, HEAD_DIGEST, INDEX_OFFSET, LAST_NOTE, NOTE, POLICY, PURPOSE,
                   SECOND, SLOTS, THIRD, edited, u16, u32, u64, vector)


def head(name, why, code, rule, edit, fix=True, base="aes", size=BLOCK):
    vector("head-" + name, why, "file " + code, edited(edit, "fix_head", size) if fix else edit,
           base=base, rule=rule)


def torn(name, why, rule, edit, fix=True, notes=2):
    """Something that is no whole generation, in place of the third."""
    vector("generation-" + name, why, "ok ok", edited(edit, "fix_header", THIRD) if fix else edit,
           rule=rule, notes=notes)


def accepted():
    for base in ("aes", "chacha", "none"):
        vector(f"good-{base}", "A file as it was written.", "ok ok ok", base=base)
    vector("good-long-name", "The longest name, and slots for others.", "ok", base="long-name", notes=0)
    vector("good-records", "Sections of more than one record.", "ok", base="records", notes=0)
    vector("good-garbage-at-the-end", "A torn tail costs nothing but itself.", "ok ok ok",
           lambda draft: draft.data.extend(b"\xa5" * 5000))
    vector("good-zeros-at-the-end", "The file grew, and what was to fill it is lost.", "ok ok ok",
           lambda draft: draft.data.extend(bytes(BLOCK)))
    vector("good-hole-before-a-generation", "A generation behind torn bytes is found.", "ok ok ok ok",
           lambda draft: draft.data.extend(b"\xa5" * BLOCK + draft.data[FIRST:NOTE]))
    vector("good-generation-twice", "A copy of a generation is that generation.", "ok ok ok ok",
           lambda draft: draft.data.extend(draft.data[SECOND:THIRD]))
    vector("good-single-use", "A lineage of single use.", "ok ok ok",
           lambda draft: draft.reseal(THIRD, ((POLICY, b"\x02"),)))
    vector("good-used", "The record of a used mark.", "ok ok ok",
           lambda draft: draft.reseal(
               THIRD, ((PURPOSE, b"\x04"), (POLICY, b"\x02"), (CHAIN, u32(0)), (BASE_DISTANCE, bytes(40))),
               index=lambda plain: u16(0) + u16(0)))
    vector("good-move", "A lineage that moved to another counter.", "ok ok ok", base="move", notes=1)
    vector("good-without-notes", "Notes can be missing.", "ok ok ok",
           lambda draft: (draft.put(NOTE, bytes(BLOCK)), draft.cut(LAST_NOTE)), notes=0)
    vector("good-superseded-header-destroyed", "An old generation does not hide later ones.", "ok ok",
           lambda draft: draft.put(FIRST, b"\xff" * 500))
    vector("good-cut-in-the-last-generation", "A torn generation costs only itself.", "ok ok",
           lambda draft: draft.cut(THIRD + 600), notes=1, rule=14)
    vector("good-no-generation-yet", "A head alone.", "nothing", lambda draft: draft.cut(FIRST))
    vector("good-counter-secret", "A counter's secret in the head, behind a slot for somebody else.", "ok",
           with_counter_secret, notes=0)
    vector("good-slot-behind-strange-ones", "A slot of unknown kind is for somebody else.", "ok ok ok",
           lambda draft: draft.reseal(THIRD, slots=[b"", b"\x02", b"\x01" * 80, draft.slot()]))


def with_counter_secret(draft):
    draft.cut(NOTE)
    draft.put(41, draft.counter_secret([b"\x09", draft.slot()]))
    draft.fix_head()
    draft.reseal(FIRST, [(HEAD_DIGEST, draft.data[BLOCK - 32:BLOCK])])


def heads():
    head("empty", "Nothing at all.", "damaged", 1, lambda draft: draft.cut(0), fix=False)
    head("short", "It ends within its size.", "damaged", 1, lambda draft: draft.cut(15), fix=False)
    head("magic", "Another magic.", "damaged", 1, lambda draft: draft.put(0, b"TIDEMARC"))
    head("version-0", "A version that never was.", "unsupported", 2, lambda draft: draft.put(8, u16(0)))
    head("version-2", "A later version.", "unsupported", 2, lambda draft: draft.put(8, u16(2)))
    head("flags", "An unknown flag.", "unsupported", 3, lambda draft: draft.put(10, u16(1)))
    head("size-0", "A size of 0.", "damaged", 4, lambda draft: draft.put(12, u32(0)))
    head("size-odd", "A size of no whole blocks.", "damaged", 4, lambda draft: draft.put(12, u32(4095)))
    head("size-large", "A size above 8192.", "damaged", 4, lambda draft: draft.put(12, u32(12288)))
    head("size-beyond-the-file", "A size larger than the file.", "damaged", 4,
         lambda draft: (draft.cut(BLOCK), draft.put(12, u32(8192))))
    head("cut", "The file ends within it.", "damaged", 4, lambda draft: draft.cut(BLOCK - 1), fix=False)
    head("checksum", "A checksum that does not fit.", "damaged", 4, lambda draft: draft.flip(20), fix=False)
    head("name-empty", "A lineage without a name.", "damaged", 5, lambda draft: draft.put(33, u16(0)))
    head("name-long", "A name of 4609 bytes.", "damaged", 5, lambda draft: draft.put(33, u16(4609)),
         base="long-name", size=2 * BLOCK)
    head("name-into-checksum", "A name that runs into the checksum.", "damaged", 5,
         lambda draft: draft.put(33, u16(4080)))
    head("cipher-3", "An unknown cipher.", "unsupported", 6, lambda draft: draft.put(16, b"\x03"))
    head("extensions", "An extension.", "unsupported", 6, lambda draft: draft.put(41, u16(1)))
    head("extensions-two", "Two extensions.", "unsupported", 6, lambda draft: draft.put(41, u16(2)))
    head("extension-kind-2", "An extension of a kind to come.", "unsupported", 6,
         lambda draft: draft.put(41, draft.counter_secret([draft.slot()], kind=2)))
    head("counter-secret-for-none", "A counter's secret, and no cipher.", "unsupported", 6,
         lambda draft: draft.put(41, u16(1) + u16(1) + u16(113) + bytes(113)), base="none")
    head("counter-secret-short", "It is longer than it says.", "damaged", 7,
         lambda draft: draft.put(41, draft.counter_secret([draft.slot()], size=195)))
    head("counter-secret-long", "A slot that runs into the checksum.", "damaged", 7,
         lambda draft: draft.put(41, u16(1) + u16(1) + u16(4081) + b"\x01" + u16(4000)))
    head("larger-than-its-name", "Two blocks, where the name takes one.", "damaged", 7,
         lambda draft: (draft.put(12, u32(8192)), draft.put(BLOCK - 32, bytes(BLOCK))), size=2 * BLOCK)
    head("smaller-than-its-name", "One block, where name and reserve take two.", "damaged", 7,
         lambda draft: draft.put(33, u16(4001)))
    head("padding", "A byte where zeros belong.", "damaged", 7, lambda draft: draft.put(3000, b"\x01"))


def torn_generations():
    torn("magic", "Another magic.", 8, lambda draft: draft.put(THIRD, b"TIDEGENE"))
    torn("header-short", "A header of 342 bytes.", 8, lambda draft: draft.put(THIRD + 8, u32(342)))
    torn("header-long", "A header larger than a block.", 8, lambda draft: draft.put(THIRD + 8, u32(4097)),
         notes=1)  # the checksum ends in the note behind it
    torn("checksum", "A header with a wrong checksum.", 8, lambda draft: draft.flip(THIRD + 70), fix=False)
    vector("generation-of-another-file", "It carries another head's digest.", "ok ok",
           lambda draft: draft.reseal(THIRD, [(HEAD_DIGEST, sha256(b"other"))]), rule=9)
    vector("generation-of-another-files-later-version", "What is strange in it is not this file's.",
           "ok ok", lambda draft: draft.reseal(
               THIRD, [(HEAD_DIGEST, sha256(b"other")), (PURPOSE, b"\x04")]), rule=9)
    torn("slots-too-few", "A slot that the number of slots leaves out.", 11,
         lambda draft: draft.put(THIRD + SLOTS, b"\0"))
    torn("slots-too-many", "A slot that begins in the checksum.", 11,
         lambda draft: draft.put(THIRD + SLOTS, b"\x02"))
    torn("slot-too-long", "A slot that ends in the checksum.", 11,
         lambda draft: draft.put(THIRD + SLOTS + 1, u16(82)))
    torn("index-in-header", "An index that begins within the header.", 12,
         lambda draft: draft.put(THIRD + INDEX_OFFSET, u64(425)))
    torn("index-beyond-length", "An index that ends behind the generation.", 12,
         lambda draft: draft.put(THIRD + INDEX_OFFSET, u64(4000)))
    torn("index-too-large", "An index of one byte more than is allowed.", 12,
         lambda draft: (draft.put(THIRD + 12, u64(whole_blocks(426 + (64 << 20) + 1)) + u64(426)
                                  + u32((64 << 20) + 1)),
                        draft.data.extend(bytes((64 << 20) + BLOCK))))
    torn("length-odd", "A length of no whole blocks.", 12, lambda draft: draft.put(THIRD + 12, u64(4097)))
    torn("length-0", "A length of 0.", 12, lambda draft: draft.put(THIRD + 12, u64(0)))
    torn("length-more", "A length of one block too many.", 12,
         lambda draft: draft.put(THIRD + 12, u64(8192)))
    torn("length-overflow", "Sizes whose sum overflows.", 12,
         lambda draft: draft.put(THIRD + 12, u64(0) + u64(2**64 - 100)))
    torn("beyond-the-file", "A length that goes beyond the end of the file.", 14,
         lambda draft: draft.cut(LAST_NOTE - 1), fix=False, notes=1)
    torn("padding", "A byte where zeros belong.", 15, lambda draft: draft.flip(LAST_NOTE - 1), fix=False)


def notes():
    fine = "ok ok ok"
    vector("note-magic", "Another magic.", fine,
           edited(lambda draft: draft.put(NOTE, b"TIDENOTA"), "fix_note", NOTE), notes=1, rule=16)
    vector("note-checksum", "A wrong checksum.", fine, lambda draft: draft.flip(NOTE + 50), notes=1, rule=16)
    vector("note-padding", "A byte where zeros belong.", fine,
           edited(lambda draft: draft.put(NOTE + 2000, b"\x01"), "fix_note", NOTE), notes=1, rule=16)
    vector("note-cut", "The file ends within it.", fine,
           lambda draft: draft.cut(LAST_NOTE + BLOCK - 1), notes=1, rule=16)
    vector("note-forged-value", "A note of a value that was never committed.", fine,
           edited(lambda draft: draft.flip(NOTE + 40), "fix_note", NOTE), notes=1)
    vector("note-forged-counter", "A note of another counter.", fine,
           edited(lambda draft: draft.flip(NOTE + 8), "fix_note", NOTE), notes=1)
    vector("note-without-authenticator", "A note that nobody signed.", fine,
           edited(lambda draft: draft.put(NOTE + 80, bytes(32)), "fix_note", NOTE), notes=1)
    vector("note-none-with-authenticator", "Without a key there is nothing to sign with.", fine,
           edited(lambda draft: draft.put(NOTE + 80, b"\x01"), "fix_note", NOTE), base="none", notes=1)


def without_cipher():
    vector("none-torn-first", "Without a cipher nothing behind torn bytes is believed.", "nothing",
           lambda draft: draft.flip(FIRST), base="none")
    vector("none-torn-note", "Not even where it was a note.", "ok", lambda draft: draft.flip(NOTE),
           base="none", notes=0)
    vector("none-behind-a-hole", "A generation behind a hole.", "ok ok ok",
           lambda draft: draft.data.extend(bytes(BLOCK) + draft.data[FIRST:NOTE]), base="none")
