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
import struct
import sys

import decoder
from decoder import BLOCK, hkdf, sha256, tag_size, whole_blocks
from images import FOLDER, GIVEN, GOLDEN_KEYS, PASSPHRASE, read_image

# Where the fields of a header stand.
INDEX_OFFSET, HEAD_DIGEST, COMMITMENT, VALUE, PURPOSE, POLICY, CHAIN = 20, 32, 96, 200, 232, 233, 234
BASE_DISTANCE, BASE_ROOT, SLOTS = 238, 246, 310
# Where the items of the three golden files of three generations begin.
FIRST, NOTE, SECOND, THIRD, LAST_NOTE = (BLOCK * i for i in range(1, 6))
# The plain index of a checkpoint there: three sections of 30 bytes and their names, runs for two.
PERSON, FIELD, EMPTY = 2, 2 + 1 + 6 + 22 + 16, 2 + (1 + 6 + 22 + 16) + (1 + 5 + 22 + 16)
EXTENSIONS = EMPTY + 1 + 5 + 22
TAGS = EXTENSIONS + 2


def u16(number):
    return struct.pack("<H", number)


def u32(number):
    return struct.pack("<I", number)


def u64(number):
    return struct.pack("<Q", number)


def replaced(data, at, new, old_size=None):
    """`data` with `new` in place of as many bytes, or of `old_size`."""
    size = len(new) if old_size is None else old_size
    return data[:at] + new + data[at + size:]


class Draft:
    """A golden file that is being spoilt."""

    def __init__(self, base):
        self.base = base
        self.key = "none" if GOLDEN_KEYS.get(base, GIVEN) is None else "given"
        if base == "passphrase":
            self.key = "passphrase"
        self.data = bytearray(read_image(base))
        self.head = decoder.read_head(bytes(self.data))
        self.lineage_key = self.key_of(FIRST) if base in ("aes", "chacha", "passphrase", "pieces") else b""

    def found(self, at):
        return decoder.read_generation(bytes(self.data), at, self.head)

    def key_of(self, at):
        return decoder.lineage_key(self.head, self.found(at), GOLDEN_KEYS.get(self.base, GIVEN))

    def put(self, at, new):
        self.data[at:at + len(new)] = new

    def flip(self, at):
        self.data[at] ^= 1

    def cut(self, size):
        del self.data[size:]

    def fix_head(self, size=BLOCK):
        self.put(size - 32, sha256(self.data[:size - 32]))

    def fix_header(self, at):
        size, = struct.unpack_from("<I", self.data, at + 8)
        self.put(at + size - 32, sha256(self.data[at:at + size - 32]))

    def fix_note(self, at):
        self.put(at + BLOCK - 32, sha256(self.data[at:at + BLOCK - 32]))

    def reseal(self, at, fields=(), index=None, slots=None, key=None, number=0):
        """Changes a generation of one block as its writer could have: fields of the header as
        (offset, bytes), the plain index by a function, the slots."""
        found = self.found(at)
        old_key = self.lineage_key
        plain = self.open_index(found, old_key)
        records = self.data[at + len(found["header"]):at + found["index_offset"]]
        header = bytearray(found["header"][:SLOTS])
        slots = found["slots"] if slots is None else slots
        header += bytes([len(slots)]) + b"".join(u16(len(slot)) + slot for slot in slots) + bytes(32)
        plain = index(plain) if index else plain
        index_length = len(plain) + tag_size(self.head["cipher"])
        index_offset = len(header) + len(records)
        header[8:12] = u32(len(header))
        header[12:32] = u64(whole_blocks(index_offset + index_length)) + u64(index_offset) + u32(index_length)
        for offset, new in fields:
            header[offset:offset + len(new)] = new
        header[-32:] = sha256(header[:-32])
        sealed = self.seal_index(bytes(header), key or old_key, plain, number)
        self.put(at, (bytes(header) + records + sealed).ljust(BLOCK, b"\0"))

    def open_index(self, found, key):
        size = tag_size(self.head["cipher"])
        sealed = found["sealed_index"]
        index_key = hkdf(key, found["salt"], "tidemark/1 index") if key else b""
        return decoder.open_sealed(self.head["cipher"], index_key, 0, found["header"],
                                   sealed[:-size], sealed[-size:])

    def seal_index(self, header, key, plain, number):
        if self.head["cipher"] == 0:
            return plain + sha256(header + plain)
        aead = decoder.AESGCM if self.head["cipher"] == 1 else decoder.ChaCha20Poly1305
        return aead(hkdf(key, header[64:96], "tidemark/1 index")).encrypt(
            struct.pack("<QI", number, 0), plain, header)

    def slot(self, kind=1, lineage=None):
        """A slot that wraps the lineage key for the given key."""
        salt = sha256(b"slot")
        sealed = decoder.AESGCM(hkdf(GIVEN, salt, "tidemark/1 slot")).encrypt(
            bytes(12), self.lineage_key, bytes([kind]) + (lineage or self.head["lineage"]))
        return bytes([kind]) + salt + sealed

    def passphrase_slot(self, n=1 << 14, r=8, p=1, salt=b"passphrase", lineage=None, bound=None):
        """One that wraps it for the passphrase. What is too costly to derive is derived at another
        cost, since nobody will ask. `bound`: other associated data than the cost itself."""
        salt = sha256(salt)
        front = b"\x02" + u32(n) + u32(r) + u32(p)
        cheap = 1 < n <= 1 << 16 and n & (n - 1) == 0 and 1 <= r <= 16 and 1 <= p <= 8
        derived = decoder.scrypt(PASSPHRASE, salt, *((n, r, p) if cheap else (1 << 14, 8, 1)))
        sealed = decoder.AESGCM(hkdf(derived, salt, "tidemark/1 passphrase slot")).encrypt(
            bytes(12), self.lineage_key, (bound or front) + (lineage or self.head["lineage"]))
        return front + salt + sealed


VECTORS = {}


def vector(name, why, expect, edit=lambda draft: None, base="aes", key=None, notes=None, rule=None):
    draft = Draft(base)
    edit(draft)
    if notes is None:
        notes = 0 if expect.startswith(("file", "nothing")) else 2
    lines = [f"# {why}", f"base: {base}", f"key: {key or draft.key}", *edits(draft),
             f"expect: {expect}", f"notes: {notes}"]
    if rule:
        lines.append(f"rule: {rule}")
    assert name not in VECTORS, name
    VECTORS[name] = "\n".join(lines) + "\n"


def edits(draft):
    """What tells the draft from its golden file: the size, and runs of bytes."""
    data, golden = bytes(draft.data), read_image(draft.base)
    if len(data) != len(golden):
        yield f"size: {len(data)}"
    golden = golden[:len(data)].ljust(len(data), b"\0")
    at = 0
    while at < len(data):
        if data[at:at + BLOCK] == golden[at:at + BLOCK]:
            at += BLOCK
        elif data[at] == golden[at]:
            at += 1
        else:
            end = at + 1
            while data[end:end + 8] != golden[end:end + 8]:
                end += 1
            yield f"put: {at} {data[at:end].hex()}"
            at = end


def edited(edit, *arguments):
    """An edit and what makes the checksum fit again."""
    def both(draft):
        edit(draft)
        getattr(draft, arguments[0])(*arguments[1:])
    return both


def head(name, why, code, rule, edit, fix=True, base="aes", size=BLOCK):
    vector("head-" + name, why, "file " + code, edited(edit, "fix_head", size) if fix else edit,
           base=base, rule=rule)


def torn(name, why, rule, edit, fix=True, notes=2):
    """Something that is no whole generation, in place of the third."""
    vector("generation-" + name, why, "ok ok", edited(edit, "fix_header", THIRD) if fix else edit,
           rule=rule, notes=notes)


def header(name, why, rule, expect, *fields, notes=None):
    """A header with other fields, sealed as if it were right."""
    vector("header-" + name, why, expect, lambda draft: draft.reseal(THIRD, fields), rule=rule,
           notes=notes)


def index(name, why, code, rule, change, at=THIRD):
    """An authentic index that makes no sense, in the third generation, or in the second, to which the
    third refers."""
    if at == THIRD:
        vector("index-" + name, why, f"ok ok {code}", lambda draft: draft.reseal(THIRD, index=change),
               rule=rule)
    else:
        vector("index-" + name, why, f"ok {code} {code}", lambda draft: respoilt(draft, index=change),
               rule=rule)


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
    vector("good-without-notes", "Notes can be missing.", "ok ok ok",
           lambda draft: (draft.put(NOTE, bytes(BLOCK)), draft.cut(LAST_NOTE)), notes=0)
    vector("good-superseded-header-destroyed", "An old generation does not hide later ones.", "ok ok",
           lambda draft: draft.put(FIRST, b"\xff" * 500))
    vector("good-cut-in-the-last-generation", "A torn generation costs only itself.", "ok ok",
           lambda draft: draft.cut(THIRD + 600), notes=1, rule=14)
    vector("good-no-generation-yet", "A head alone.", "nothing", lambda draft: draft.cut(FIRST))
    vector("good-slot-behind-strange-ones", "A slot of unknown kind is for somebody else.", "ok ok ok",
           lambda draft: draft.reseal(THIRD, slots=[b"", b"\x02", b"\x01" * 80, draft.slot()]))


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


def keys():
    wrong = "wrong_key wrong_key wrong_key"
    vector("key-wrong", "A key that opens no slot.", wrong, key="wrong", notes=0, rule=17)
    vector("key-missing", "No key for a file with a cipher.", wrong, key="none", notes=0, rule=17)
    vector("key-for-none", "A key for a file without a cipher.", wrong, base="none", key="given",
           notes=0, rule=17)
    slot = "ok ok wrong_key"
    for name, why, slots in (
            ("none", "No slot.", lambda draft: []),
            ("damaged", "A slot with a wrong tag.", lambda draft: [draft.slot()[:-1] + b"\0"]),
            ("short", "A slot that is one byte short.", lambda draft: [draft.slot()[:-1]]),
            ("long", "A slot with one byte more.", lambda draft: [draft.slot() + b"\0"]),
            ("kind-2", "A passphrase's kind, but otherwise right.", lambda draft: [draft.slot(kind=2)]),
            ("kind-3", "A slot of unknown kind, otherwise right.", lambda draft: [draft.slot(kind=3)]),
            ("of-another-lineage", "A slot made for another lineage.",
             lambda draft: [draft.slot(lineage=bytes(16))])):
        vector("slot-" + name, why, slot,
               lambda draft, slots=slots: draft.reseal(THIRD, slots=slots(draft)), rule=17)
    vector("none-with-commitment", "No cipher, but a key is named.", "ok ok wrong_key", base="none",
           edit=lambda draft: draft.reseal(THIRD, [(COMMITMENT, b"\x01")]), rule=17)
    vector("none-asked-for-with-a-key", "No cipher, and the commitment of the key that is given.",
           wrong, base="none", key="given", notes=0, edit=copied_commitment, rule=17)
    vector("base-under-another-key", "A base sealed under another key than what refers to it.",
           "ok wrong_key damaged", other_key_below, rule=27)


def passphrases():
    vector("good-passphrase", "A file as it was written, with a passphrase.", "ok", base="passphrase",
           notes=0)
    for name, why, expect, slots in (
            ("good-passphrase-larger-cost", "A cost above the smallest.", "ok",
             lambda draft: [draft.passphrase_slot(n=1 << 15, p=2)]),
            ("good-passphrase-behind-strange-ones", "Slots of a cost out of bounds are passed over.",
             "ok", lambda draft: [draft.passphrase_slot(n=1 << 31), draft.slot(), b"\x02",
                                  draft.passphrase_slot()]),
            ("passphrase-n-large", "N of 2^19: 512 MiB.", "wrong_key",
             lambda draft: [draft.passphrase_slot(n=1 << 19)]),
            ("passphrase-n-largest", "N of 2^31: 2 TiB.", "wrong_key",
             lambda draft: [draft.passphrase_slot(n=1 << 31)]),
            ("passphrase-n-small", "N of 2^13, less than is accepted.", "wrong_key",
             lambda draft: [draft.passphrase_slot(n=1 << 13)]),
            ("passphrase-n-2", "The smallest N there is.", "wrong_key",
             lambda draft: [draft.passphrase_slot(n=2)]),
            ("passphrase-n-0", "N of 0.", "wrong_key", lambda draft: [draft.passphrase_slot(n=0)]),
            ("passphrase-n-odd", "N of 3 * 2^13, no power of two.", "wrong_key",
             lambda draft: [draft.passphrase_slot(n=3 << 13)]),
            ("passphrase-n-nearly", "N of one more than a power of two.", "wrong_key",
             lambda draft: [draft.passphrase_slot(n=(1 << 14) + 1)]),
            ("passphrase-r-0", "r of 0.", "wrong_key", lambda draft: [draft.passphrase_slot(r=0)]),
            ("passphrase-r-1", "Another r, of less memory.", "wrong_key",
             lambda draft: [draft.passphrase_slot(r=1)]),
            ("passphrase-r-16", "Another r, of more memory.", "wrong_key",
             lambda draft: [draft.passphrase_slot(r=16)]),
            ("passphrase-r-large", "The largest r.", "wrong_key",
             lambda draft: [draft.passphrase_slot(r=2**32 - 1)]),
            ("passphrase-p-0", "p of 0.", "wrong_key", lambda draft: [draft.passphrase_slot(p=0)]),
            ("passphrase-p-5", "p of more than is accepted.", "wrong_key",
             lambda draft: [draft.passphrase_slot(p=5)]),
            ("passphrase-p-large", "The largest p.", "wrong_key",
             lambda draft: [draft.passphrase_slot(p=2**32 - 1)]),
            ("passphrase-other-cost", "Another cost than the one that is bound to the key.", "wrong_key",
             lambda draft: [draft.passphrase_slot(
                 p=2, bound=b"\x02" + u32(1 << 14) + u32(8) + u32(1))]),
            ("passphrase-of-another-lineage", "A slot made for another lineage.", "wrong_key",
             lambda draft: [draft.passphrase_slot(lineage=bytes(16))]),
            ("passphrase-salt-altered", "A byte of the salt was changed.", "wrong_key",
             lambda draft: [flipped(draft.passphrase_slot(), 13)]),
            ("passphrase-key-altered", "A byte of the wrapped key was changed.", "wrong_key",
             lambda draft: [flipped(draft.passphrase_slot(), 45)]),
            ("passphrase-tag-altered", "A byte of the tag was changed.", "wrong_key",
             lambda draft: [flipped(draft.passphrase_slot(), 92)]),
            ("passphrase-kind-1", "A raw key's kind, but otherwise right.", "wrong_key",
             lambda draft: [b"\x01" + draft.passphrase_slot()[1:]]),
            ("passphrase-cut", "A slot that is one byte short.", "wrong_key",
             lambda draft: [draft.passphrase_slot()[:-1]]),
            ("passphrase-cut-in-its-cost", "A slot that ends within p.", "wrong_key",
             lambda draft: [draft.passphrase_slot()[:12]]),
            ("passphrase-long", "A slot with one byte more.", "wrong_key",
             lambda draft: [draft.passphrase_slot() + b"\0"])):
        vector(name, why, expect,
               lambda draft, slots=slots: draft.reseal(FIRST, slots=slots(draft)), base="passphrase",
               notes=0, rule=None if expect == "ok" else 17)
    for name, why, key in (
            ("passphrase-wrong", "A passphrase with a space more.", "wrong-passphrase"),
            ("passphrase-raw-key", "A raw key for a passphrase's file.", "given"),
            ("passphrase-missing", "No key for a passphrase's file.", "none")):
        vector(name, why, "wrong_key", base="passphrase", key=key, notes=0, rule=17)
    vector("passphrase-for-a-raw-key", "A passphrase for a raw key's file.",
           "wrong_key wrong_key wrong_key", key="passphrase", notes=0, rule=17)
    for key, expect in (("given", "ok ok ok"), ("passphrase", "wrong_key wrong_key ok")):
        vector(f"good-passphrase-or-{key}", "Slots for both in the third generation.", expect,
               lambda draft: draft.reseal(THIRD, slots=[draft.passphrase_slot(), draft.slot()]),
               key=key)


def flipped(slot, at):
    return replaced(slot, at, bytes([slot[at] ^ 1]))


def copied_commitment(draft):
    commitment = Draft("aes").found(FIRST)["commitment"]
    slots = Draft("aes").found(FIRST)["slots"]
    draft.reseal(THIRD, [(COMMITMENT, commitment)], slots=slots)


def respoilt(draft, *arguments, **named):
    """Reseals the second generation, and the third so that it refers to it again."""
    draft.reseal(SECOND, *arguments, **named)
    draft.reseal(THIRD, [(BASE_ROOT, draft.found(SECOND)["root"])])


def other_key_below(draft):
    other = sha256(b"other key")
    commitment = hkdf(other, draft.head["lineage"], "tidemark/1 commitment")
    respoilt(draft, [(COMMITMENT, commitment)], key=other)


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


def main():
    for family in (accepted, heads, torn_generations, headers, keys, passphrases, indexes, pieces, records, notes,
                   without_cipher):
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
