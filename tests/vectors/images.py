"""Reads the golden files and the vectors of this folder."""

import pathlib

from decoder import Passphrase

FOLDER = pathlib.Path(__file__).parent
GIVEN = bytes(range(32))
PASSPHRASE = Passphrase("gr\u00fc\u00df dich, Zebra 47!".encode())
KEYS = {"given": GIVEN, "wrong": b"\xff" * 32, "none": None, "passphrase": PASSPHRASE,
        "wrong-passphrase": Passphrase(PASSPHRASE + b" ")}
GOLDEN_KEYS = {"none": None, "records": None, "pieces-across-records": None, "passphrase": PASSPHRASE}


def read_image(name):
    first, *lines = (FOLDER / f"{name}.image").read_text().splitlines()
    data = bytearray(int(first.removeprefix("size ")))
    for line in lines:
        offset, text = line.split(": ")
        put(data, int(offset), bytes.fromhex(text))
    return bytes(data)


def put(data, offset, new):
    data[offset:offset + len(new)] = new


def read_vector(path):
    """The content of the file, and what the vector says of it."""
    said, data = {}, bytearray()
    for line in path.read_text().splitlines():
        if line.startswith("#"):
            continue
        word, value = line.split(": ", 1)
        if word == "base":
            data = bytearray(read_image(value))
        elif word == "size":
            size = int(value)
            data = data[:size] + bytes(size - len(data[:size]))
        elif word == "put":
            offset, text = value.split()
            put(data, int(offset), bytes.fromhex(text))
        else:
            said[word] = value
    return bytes(data), said
