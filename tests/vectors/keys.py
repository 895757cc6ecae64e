"""Vectors: keys and passphrases, and the slots that they open."""

from decoder import hkdf, sha256
from draft import COMMITMENT, FIRST, THIRD, Draft, replaced, respoilt, u32, vector


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


def other_key_below(draft):
    other = sha256(b"other key")
    commitment = hkdf(other, draft.head["lineage"], "tidemark/1 commitment")
    respoilt(draft, [(COMMITMENT, commitment)], key=other)
