"""What the families of vectors are made with: a golden file that is being spoilt, and the list of what
came of it."""

import struct

import decoder
from decoder import BLOCK, hkdf, sha256, tag_size, whole_blocks
from images import GIVEN, GOLDEN_KEYS, PASSPHRASE, read_image

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
        self.lineage_key = self.key_of(FIRST) if base in ("aes", "chacha", "move", "passphrase", "pieces") else b""

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

    def counter_secret(self, slots, kind=1, size=None):
        """The extension of a head with a counter's secret of which every byte is 7, and an identity of
        which every byte is 8."""
        salt = sha256(b"counter secret")
        key = hkdf(self.lineage_key, salt, "tidemark/1 counter secret")
        sealed = decoder.AESGCM(key).encrypt(bytes(12), b"\x07" * 32 + b"\x08" * 32, self.head["lineage"])
        content = bytes([len(slots)]) + b"".join(u16(len(slot)) + slot for slot in slots) + salt + sealed
        return u16(1) + u16(kind) + u16(len(content) if size is None else size) + content

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


def respoilt(draft, *arguments, **named):
    """Reseals the second generation, and the third so that it refers to it again."""
    draft.reseal(SECOND, *arguments, **named)
    draft.reseal(THIRD, [(BASE_ROOT, draft.found(SECOND)["root"])])


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
