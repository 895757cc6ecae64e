#!/usr/bin/python3
"""Reads a checkpoint file, written from docs/format.md alone: the format's second implementation.

    decoder.py FILE [KEYFILE | -p PASSPHRASEFILE]

prints what is in FILE as JSON. Without a key's file the program was given no key. "rule" in comments
and refusals is the number in docs/format.md, "What must be refused".
"""

import functools
import hashlib
import hmac
import json
import struct
import sys

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

BLOCK = 4096
RECORD = 1 << 20
CIPHERS = ["none", "aes-256-gcm", "chacha20-poly1305"]
PURPOSES = [None, "checkpoint", "take-over", "start-over", "used", "move"]
MOVE = 5
POLICIES = [None, "hand-over", "single-use"]
KINDS = [None, "object", "array", "memory"]
ELEMENTS = ["none", "other", "boolean", "signed", "unsigned", "floating"]
NO_DIGEST = bytes(32)


class Refused(Exception):
    def __init__(self, rule, code):
        super().__init__(f"rule {rule}: {code}")
        self.rule, self.code = rule, code


class Short(Exception):
    """A structure ends within a field."""


class Passphrase(bytes):
    """A passphrase that was given, where other bytes that are given are a raw key."""


class Fields:
    def __init__(self, data):
        self.data, self.at = data, 0

    def raw(self, size):
        if size > len(self.data) - self.at:
            raise Short
        self.at += size
        return self.data[self.at - size:self.at]

    def number(self, size):
        return int.from_bytes(self.raw(size), "little")

    def mark(self):
        return {"value": self.number(8), "digest": self.raw(32)}

    def rest(self):
        return self.raw(len(self.data) - self.at)


def sha256(data):
    return hashlib.sha256(data).digest()


def hkdf(key, salt, info):
    return HKDF(hashes.SHA256(), 32, salt, info.encode()).derive(key)


def whole_blocks(size):
    return (size + BLOCK - 1) // BLOCK * BLOCK


def zeros(data):
    return not any(data)


def open_sealed(cipher, key, number, associated, sealed, tag):
    """The plain bytes, or None where the tag does not fit."""
    if cipher == 0:
        return sealed if sha256(associated + sealed) == tag else None
    aead = AESGCM(key) if cipher == 1 else ChaCha20Poly1305(key)
    try:
        return aead.decrypt(struct.pack("<QI", number, 0), sealed + tag, associated)
    except InvalidTag:
        return None


def tag_size(cipher):
    return 32 if cipher == 0 else 16


def read_head(data):
    if len(data) < 16 or data[:8] != b"TIDEMARK":
        raise Refused(1, "damaged")
    version, flags, size = struct.unpack_from("<HHI", data, 8)
    if version != 1:
        raise Refused(2, "unsupported")
    if flags:
        raise Refused(3, "unsupported")
    if size == 0 or size % BLOCK or size > 2 * BLOCK or size > len(data):
        raise Refused(4, "damaged")
    covered, checksum = data[:size - 32], data[size - 32:size]
    if sha256(covered) != checksum:
        raise Refused(4, "damaged")
    fields = Fields(covered[16:])
    cipher, lineage, name_size = fields.number(1), fields.raw(16), fields.number(2)
    if not 1 <= name_size <= 4608:
        raise Refused(5, "damaged")
    try:
        name, extensions = fields.raw(name_size), fields.number(2)
    except Short:
        raise Refused(5, "damaged") from None
    if cipher > 2 or extensions > 1 or (extensions and cipher == 0):
        raise Refused(6, "unsupported")
    begin = fields.at
    secret = None
    if extensions:
        try:
            secret = read_counter_secret(fields)
        except Short:
            raise Refused(7, "damaged") from None
    if size != whole_blocks(64 + name_size + fields.at - begin + 32) or not zeros(fields.rest()):
        raise Refused(7, "damaged")
    return {"size": size, "cipher": cipher, "lineage": lineage, "name": name, "digest": checksum,
            "counter secret": secret}


def read_counter_secret(fields):
    """The extension of a head: slots, and what is sealed."""
    if fields.number(2) != 1:
        raise Refused(6, "unsupported")
    size, begin = fields.number(2), fields.at
    slots = [fields.raw(fields.number(2)) for _ in range(fields.number(1))]
    salt, sealed = fields.raw(32), fields.raw(80)
    if fields.at - begin != size:
        raise Refused(7, "damaged")
    return {"slots": slots, "salt": salt, "sealed": sealed}


def open_counter_secret(head, given):
    """The counter's secret and identity, or None where the given key does not open them."""
    for slot in head["counter secret"]["slots"]:
        key = open_slot(slot, given, head["lineage"])
        salt, sealed = head["counter secret"]["salt"], head["counter secret"]["sealed"]
        plain = key and open_sealed(1, hkdf(key, salt, "tidemark/1 counter secret"), 0,
                                    head["lineage"], sealed[:64], sealed[64:])
        if plain:
            return {"secret": plain[:32], "identity": plain[32:]}
    return None


def read_header(data, at, head):
    """The header at this place, or None."""
    block = data[at:at + BLOCK]
    if len(block) < 343 or block[:8] != b"TIDEGENR":
        return None
    size, = struct.unpack_from("<I", block, 8)
    if not 343 <= size <= len(block):
        return None
    header = block[:size]
    if sha256(header[:-32]) != header[-32:] or header[32:64] != head["digest"]:
        return None
    if not 1 <= header[232] <= 5 or not 1 <= header[233] <= 2:
        raise Refused(10, "unsupported")
    fields = Fields(header[12:-32])
    found = {"offset": at, "header": header}
    for name, width in (("length", 8), ("index_offset", 8), ("index_length", 4)):
        found[name] = fields.number(width)
    fields.raw(32)
    for name in ("salt", "commitment", "counter_id"):
        found[name] = fields.raw(32)
    found["parent"] = fields.mark()
    found["value"], found["session"], found["proposal"] = (
        fields.number(8), fields.raw(16), fields.number(8))
    found["purpose"], found["policy"], found["chain"] = (
        fields.number(1), fields.number(1), fields.number(4))
    found["base_distance"], found["base_root"], found["copied"] = (
        fields.number(8), fields.raw(32), fields.raw(32))
    try:
        found["slots"] = [fields.raw(fields.number(2)) for _ in range(fields.number(1))]
        if found["purpose"] == MOVE:
            found["moves_to"] = {"counter_id": fields.raw(32), "parent": fields.mark(), "value": fields.number(8)}
            if found["moves_to"]["counter_id"] == found["counter_id"]:
                return None
    except Short:
        return None
    return found if fields.at == len(fields.data) and sound(found) else None


def sound(found):
    if (found["index_offset"] < len(found["header"]) or found["index_length"] > 64 << 20 or
            found["length"] != whole_blocks(found["index_offset"] + found["index_length"])):
        return False
    if found["chain"] == 0:
        return found["base_distance"] == 0 and found["base_root"] == NO_DIGEST
    return (found["chain"] <= 64 and found["base_distance"] > 0 and
            found["base_distance"] % BLOCK == 0 and found["base_root"] != NO_DIGEST)


def read_generation(data, at, head):
    """The whole generation at this place, or None."""
    found = read_header(data, at, head)
    if not found or found["length"] > len(data) - at:
        return None
    index_at = at + found["index_offset"]
    index_end = index_at + found["index_length"]
    if not zeros(data[index_end:at + found["length"]]):
        return None
    found["sealed_index"] = data[index_at:index_end]
    found["root"] = sha256(b"tidemark/1 root" + found["header"] + found["sealed_index"])
    found["mark"] = {"value": found["parent"]["value"] + 1, "digest": found["root"]}
    return found


def read_note(data, at):
    block = data[at:at + BLOCK]
    if (len(block) < BLOCK or block[:8] != b"TIDENOTE" or sha256(block[:-32]) != block[-32:] or
            not zeros(block[112:-32])):
        return None
    fields = Fields(block[8:])
    return {"counter_id": fields.raw(32), "mark": fields.mark(), "authenticator": fields.raw(32),
            "signed": block[8:80]}


def scan(data):
    head = read_head(data)
    found = {"head": head, "generations": [], "notes": [], "end": head["size"], "unreadable": False}
    at = head["size"]
    while at < len(data):
        if generation := read_generation(data, at, head):
            found["generations"].append(generation)
            at = found["end"] = at + generation["length"]
        elif note := read_note(data, at):
            found["notes"].append(note)
            at = found["end"] = at + BLOCK
        else:
            found["unreadable"] = True
            if head["cipher"] == 0:
                break
            at += BLOCK
    return found


def open_slot(slot, given, lineage):
    if isinstance(given, Passphrase):
        return open_passphrase_slot(slot, given, lineage)
    if len(slot) != 81 or slot[0] != 1:
        return None
    key = hkdf(given, slot[1:33], "tidemark/1 slot")
    return open_sealed(1, key, 0, slot[:1] + lineage, slot[33:65], slot[65:])


def open_passphrase_slot(slot, given, lineage):
    if len(slot) != 93 or slot[0] != 2:
        return None
    n, r, p = struct.unpack_from("<III", slot, 1)
    if n not in (1 << 14, 1 << 15, 1 << 16, 1 << 17, 1 << 18) or r != 8 or not 1 <= p <= 4:
        return None
    salt = slot[13:45]
    key = hkdf(scrypt(given, salt, n, r, p), salt, "tidemark/1 passphrase slot")
    return open_sealed(1, key, 0, slot[:13] + lineage, slot[45:77], slot[77:])


@functools.lru_cache(8)
def scrypt(passphrase, salt, n, r, p):
    return hashlib.scrypt(passphrase, salt=salt, n=n, r=r, p=p, maxmem=1 << 30, dklen=32)


def lineage_key(head, generation, given):
    """The key of this generation; empty for none."""
    if given is None:
        if head["cipher"] != 0 or generation["commitment"] != NO_DIGEST:
            raise Refused(17, "wrong_key")
        return b""
    if head["cipher"] != 0:
        for slot in generation["slots"]:
            key = open_slot(slot, given, head["lineage"])
            if key and fits(head, generation, key):
                return key
    raise Refused(17, "wrong_key")


def fits(head, generation, key):
    return hkdf(key, head["lineage"], "tidemark/1 commitment") == generation["commitment"]


def open_index(head, found, key):
    size = tag_size(head["cipher"])
    sealed = found["sealed_index"]
    index_key = hkdf(key, found["salt"], "tidemark/1 index") if key else b""
    plain = None
    if len(sealed) >= size:
        plain = open_sealed(head["cipher"], index_key, 0, found["header"], sealed[:-size],
                            sealed[-size:])
    if plain is None:
        raise Refused(18, "damaged")
    try:
        return read_index(plain, size, found["index_offset"] - len(found["header"]))
    except Short:
        raise Refused(19, "damaged") from None


def read_index(plain, size, held):
    fields = Fields(plain)
    sections, records = [], 0
    for _ in range(fields.number(2)):
        section = read_section(fields, {other["name"] for other in sections})
        section["first_record"] = records
        records += sum(records_of(run) for run in section["runs"])
        sections.append(section)
    if fields.number(2):
        raise Refused(23, "unsupported")
    tags = fields.rest()
    if len(tags) != records * size:
        raise Refused(24, "damaged")
    if sum(own_length(section) for section in sections) != held:
        raise Refused(25, "damaged")
    return sections, [tags[i:i + size] for i in range(0, len(tags), size)]


def read_section(fields, names):
    name = fields.raw(fields.number(1))
    if not name or name in names:
        raise Refused(20, "damaged")
    kind, element = fields.number(1), fields.number(1)
    if not 1 <= kind <= 3 or element > 5:
        raise Refused(21, "unsupported")
    section = {"name": name, "kind": kind, "element": element, "element_size": fields.number(4),
               "class_version": fields.number(4), "length": fields.number(8)}
    count = fields.number(4)
    end, runs = 0, []
    for _ in range(count):
        offset, length = fields.number(8), fields.number(8)
        if offset < end or length == 0 or offset + length > section["length"]:
            raise Refused(22, "damaged")
        end = offset + length
        runs.append((offset, length))
    section["runs"] = runs
    section["inherits"] = own_length(section) < section["length"]
    return section


def own_length(section):
    return sum(length for _, length in section["runs"])


def records_of(run):
    offset, length = run
    return (offset + length - 1) // RECORD - offset // RECORD + 1


def inherited_end(section):
    """Where the bytes end that the base must have."""
    end = section["length"]
    for offset, length in reversed(section["runs"]):
        if offset + length != end:
            break
        end = offset
    return end


def type_of(section):
    return [section[part] for part in
            ("name", "kind", "element", "element_size", "class_version")]


class Generation:
    """A generation opened, with its bases; rules 18 to 28."""

    def __init__(self, data, head, found, key):
        self.data, self.head, self.found, self.key = data, head, found, key
        self.sections, self.tags = open_index(head, found, key)
        self.base = self.open_base() if found["chain"] else None
        for section in self.sections:
            if section["inherits"]:
                self.below(section)

    def open_base(self):
        at = self.found["offset"] - self.found["base_distance"]
        below = read_generation(self.data, at, self.head) if at > 0 else None
        if (not below or below["root"] != self.found["base_root"] or
                at + below["length"] > self.found["offset"] or
                below["chain"] != self.found["chain"] - 1):
            raise Refused(26, "damaged")
        if below["commitment"] != self.found["commitment"]:
            raise Refused(27, "damaged")
        return Generation(self.data, self.head, below, self.key)

    def below(self, section):
        for number, other in enumerate(self.base.sections if self.base else []):
            if (type_of(other) == type_of(section) and
                    inherited_end(section) <= other["length"] <= section["length"]):
                return number
        raise Refused(28, "damaged")

    def read(self, number):
        section = self.sections[number]
        plain = bytearray(self.base.read(self.below(section)) if section["inherits"] else b"")
        plain.extend(bytes(section["length"] - len(plain)))
        at = self.found["offset"] + len(self.found["header"]) + sum(
            own_length(other) for other in self.sections[:number])
        record = section["first_record"]
        for run, length in section["runs"]:
            end = run + length
            while run < end:
                border = min(end, (run // RECORD + 1) * RECORD)
                plain[run:border] = self.open_record(number, record, run, at, border - run)
                at, record, run = at + border - run, record + 1, border
        return bytes(plain)

    def open_record(self, number, record, offset, at, length):
        key = hkdf(self.key, self.found["salt"], "tidemark/1 records") if self.key else b""
        associated = self.head["lineage"] + self.found["salt"] + struct.pack("<IQ", number, offset)
        plain = open_sealed(self.head["cipher"], key, record, associated, self.data[at:at + length],
                            self.tags[record])
        if plain is None:
            raise Refused(29, "damaged")
        return plain


def authentic(note, head, keys):
    if head["cipher"] == 0:
        return bool(keys) and note["authenticator"] == NO_DIGEST
    return any(hmac.digest(hkdf(key, head["lineage"], "tidemark/1 note"), note["signed"], "sha256") ==
               note["authenticator"] for key in keys)


def described(found, outcome, sections):
    chained = found["chain"] > 0
    return ({"moves_to": found["moves_to"]} if found["purpose"] == MOVE else {}) | {
        "offset": found["offset"], "length": found["length"], "value": found["value"],
        "counter_id": found["counter_id"], "parent": found["parent"], "root": found["root"],
        "mark": found["mark"], "session": found["session"], "proposal": found["proposal"],
        "purpose": PURPOSES[found["purpose"]], "policy": POLICIES[found["policy"]], "chain": found["chain"],
        "base": {"distance": found["base_distance"], "root": found["base_root"]} if chained else None,
        "copied": found["copied"] if found["copied"] != NO_DIGEST else None,
        "slots": len(found["slots"]), "outcome": outcome, "sections": sections}


def described_section(generation, number):
    section = generation.sections[number]
    return {
        "name": section["name"].decode("latin-1"), "kind": KINDS[section["kind"]],
        "element": ELEMENTS[section["element"]], "element_size": section["element_size"],
        "class_version": section["class_version"], "length": section["length"],
        "inherits": section["inherits"], "sha256": sha256(generation.read(number))}


def decode(data, given):
    """All that is in a file, as what JSON knows, but with bytes for what is shown in hexadecimal."""
    try:
        found = scan(data)
    except Refused as refused:
        return {"outcome": refused.code, "rule": refused.rule}
    head, generations, keys, rule = found["head"], [], [], None
    for item in found["generations"]:
        rule, outcome, sections = None, "ok", []
        try:
            key = lineage_key(head, item, given)
            generation = Generation(data, head, item, key)
            keys.append(key)
            sections = [described_section(generation, i) for i in range(len(generation.sections))]
        except Refused as refused:
            rule, outcome = refused.rule, refused.code
        generations.append(described(item, outcome, sections))
    return {
        "outcome": generations[-1]["outcome"] if generations else "nothing", "rule": rule,
        "head": {"cipher": CIPHERS[head["cipher"]], "lineage": head["lineage"],
                 "name": head["name"].decode("latin-1"), "size": head["size"]},
        "generations": generations, "end": found["end"], "unreadable": found["unreadable"],
        "notes": [{"counter_id": note["counter_id"], "mark": note["mark"],
                   "authentic": authentic(note, head, keys)} for note in found["notes"]]}


def as_json(decoded):
    shown = {name: value for name, value in decoded.items() if name != "rule"}
    return json.dumps(shown, indent=1, sort_keys=True, default=bytes.hex) + "\n"


def read_given(path, passphrase):
    with open(path, "rb") as file:
        given = file.read()
    if passphrase:
        return Passphrase(given)
    if len(given) != 32:
        sys.exit("a key file holds exactly 32 bytes")
    return given


def main(arguments):
    passphrase = len(arguments) == 3 and arguments[1] == "-p"
    if len(arguments) not in (1, 2) and not passphrase:
        sys.exit("usage: decoder.py FILE [KEYFILE | -p PASSPHRASEFILE]")
    with open(arguments[0], "rb") as file:
        data = file.read()
    given = read_given(arguments[-1], passphrase) if len(arguments) > 1 else None
    sys.stdout.write(as_json(decode(data, given)))


if __name__ == "__main__":
    main(sys.argv[1:])
