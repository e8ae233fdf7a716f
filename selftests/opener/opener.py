#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Open and make sealed files, and check the test vectors of their format.

Written from the page "Token format" alone, to be an independent second
implementation of it.  It shares no code with the project.
"""

import argparse
import hmac
import os
import re
import struct
import sys

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import (
    AESGCM, ChaCha20Poly1305)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

# suite: (AEAD, size of its key)
SUITES = {1: (AESGCM, 32), 2: (AESGCM, 16), 3: (ChaCha20Poly1305, 32)}
ENCRYPTED, ACCEPTOR, SIGNATURE, CONFIRMATION = 0x01, 0x02, 0x04, 0x08   # flags
# The flags of each operation but seal, which depend on QualityOfProtection.
OPERATIONS = {"seal": 0, "sign": SIGNATURE, "confirm": SIGNATURE | CONFIRMATION}
DATA, CHECKSUM = 0x00000001, 0x10000001             # types of buffers
NO_ENCRYPT = 0x80000001
# token[0 .. 31]: version, suite, flags, zero, caller's number, counter, salt
HEAD = struct.Struct(">BBBBIQ16s")
STREAM_HEADER = b"SSPSEALF" + struct.pack(">II", 1, 0)
SIGNATURE_HEADER = b"SSPSEALS" + struct.pack(">II", 1, 0)
MAX_RECORD = 65536
MAX_BINDING = 4096
PINNED = (bytes(16), b"")       # receiver salt and binding of a pinned context


class Refused(Exception):
    """The input breaks a rule.  The text names it, on one line."""


def derive(session_key, direction, suite, salt, counter, tie=PINNED):
    """Return PRK, info, key, IV and nonce.  tie: receiver salt and binding."""
    prk = hmac.digest(b"sspseal v1", session_key, "sha256")
    info = struct.pack(">3sBB16s16sH", b"key", direction, suite, salt, tie[0],
                       len(tie[1])) + tie[1]
    size = SUITES[suite][1]
    okm = HKDFExpand(SHA256(), size + 12, info).derive(prk)
    key, iv = okm[:size], okm[size:]
    nonce = bytes(a ^ b for a, b in zip(iv, struct.pack(">4xQ", counter)))
    return prk, info, key, iv, nonce


def associated_data(head, entries):
    """entries: (kind, content) of each authenticated buffer, in order."""
    return head + b"".join(
        struct.pack(">Q", kind << 56 | len(content))
        + (b"" if kind == 2 else content) for kind, content in entries)


def prepare_record(session_key, head, header, data):
    """Return AEAD, nonce and associated data of a record of a file."""
    _, suite, _, _, _, counter, salt = HEAD.unpack(head)
    key, _, nonce = derive(session_key, 0, suite, salt, counter)[2:]
    entries = [(1, STREAM_HEADER), (1, header), (2, data)]
    return SUITES[suite][0](key), nonce, associated_data(head, entries)


def seal_file(session_key, salt, chunks, suite=1):
    """Return a sealed file with one record for each of the chunks."""
    parts = [STREAM_HEADER]
    for counter, data in enumerate(chunks):
        header = struct.pack(">II", counter == len(chunks) - 1, len(data))
        head = HEAD.pack(1, suite, ENCRYPTED, 0, 0, counter, salt)
        aead, nonce, bound = prepare_record(session_key, head, header, data)
        sealed = aead.encrypt(nonce, data, bound)
        parts += [header, head, sealed[-16:], sealed[:-16]]
    return b"".join(parts)


def sign_file(session_key, salt, chunks, suite):
    """Return a signature with one record for each of the chunks."""
    parts = [SIGNATURE_HEADER]
    for counter, data in enumerate(chunks):
        header = struct.pack(">II", counter == len(chunks) - 1, len(data))
        head = HEAD.pack(1, suite, SIGNATURE, 0, 0, counter, salt)
        key, _, nonce = derive(session_key, 0, suite, salt, counter)[2:]
        bound = associated_data(head, [(1, SIGNATURE_HEADER), (1, header),
                                       (3, data)])
        parts += [header, head, SUITES[suite][0](key).encrypt(nonce, b"", bound)]
    return b"".join(parts)


def check_token(head, pinned):
    """Do the receiver's checks 1 and 2.  Return counter and salt."""
    version, suite, flags, zero, _, counter, salt = HEAD.unpack(head)
    for broken, rule in (
            (version != 1, f"the token's version is {version}, not 1"),
            (suite not in SUITES, f"suite {suite} is unknown"),
            (flags & 0xf0, f"reserved bits in the flags 0x{flags:02x}"),
            (flags & 0x05 == 0x05, "the flags 0x01 and 0x04 together"),
            (flags & 0x0c == 0x08, "the flag 0x08 without 0x04"),
            (zero, "the token's byte 3 is not zero"),
            (flags & ACCEPTOR, "direction: sent by the acceptor"),
            (flags & SIGNATURE, "a signature where a seal must be"),
            (counter >> 40, f"counter {counter} is one that no sender uses"),
            (pinned not in (None, salt), "not the salt pinned by record 0")):
        if broken:
            raise Refused("malformed: " + rule)
    if not flags & ENCRYPTED:
        raise Refused("policy: the record is not encrypted")
    return counter, salt


def open_record(session_key, read, expected, pinned):
    """Return data, salt and kind of the record that comes next."""
    header = read("record header", 8)
    kind, size = struct.unpack(">II", header)
    if kind not in (0, 1):
        raise Refused(f"record header: kind {kind} is unknown")
    if not 1 - kind <= size <= MAX_RECORD:
        raise Refused(f"record header: length {size} is not in"
                      f" {1 - kind} to {MAX_RECORD}")
    head, tag = read("token", HEAD.size), read("tag", 16)
    counter, salt = check_token(head, pinned)
    ciphertext = read("ciphertext", size)
    aead, nonce, bound = prepare_record(session_key, head, header, ciphertext)
    try:
        data = aead.decrypt(nonce, ciphertext + tag, bound)
    except InvalidTag:
        raise Refused("tag: the record is not authentic") from None
    # Check 4 has nothing to do: a reader passes no number of its own.
    if counter != expected:
        raise Refused(f"sequence: counter {counter}, expected {expected}")
    return data, salt, kind


def open_file(session_key, sealed):
    """Return the data of each record of a whole sealed file."""
    at = len(STREAM_HEADER)
    if sealed[:at] != STREAM_HEADER:
        raise Refused("stream header: not that of a sealed file, version 1")

    def read(what, size):
        nonlocal at
        part = sealed[at:at + size]
        at += len(part)
        if len(part) < size:
            raise Refused(f"cut: {len(part)} of {size} bytes of the {what}")
        return part

    chunks, salt, kind = [], None, 0
    try:
        while kind == 0:
            data, salt, kind = open_record(session_key, read, len(chunks),
                                           salt)
            chunks.append(data)
    except Refused as error:
        raise Refused(f"record {len(chunks)}: {error}") from None
    if at != len(sealed):
        raise Refused(f"record {len(chunks) - 1}: end: {len(sealed) - at}"
                      " bytes behind the last record")
    return chunks


def parse_vectors(page):
    """Return a dictionary of names and values for each vector of the page."""
    vectors, current = [], None
    for line in page.splitlines():
        match = re.fullmatch(r" +([a-z0-9_.]+) = ?(\S*)", line)
        if match is None:
            if line.strip():
                current = None      # other text ends the vector
            continue
        name, value = match.groups()
        if name == "vector":
            current = {}
            vectors.append(current)
        if current is not None:
            current[name] = current.get(name, "") + value
    return vectors


def take(vector, name, low=0, high=None):
    """Remove a value from the vector and return it as bytes."""
    try:
        value = bytes.fromhex(vector.pop(name))
    except (KeyError, ValueError):
        raise Refused(f"{name} is missing or not hexadecimal") from None
    if high is not None and not low <= len(value) <= high:
        raise Refused(f"{name} has a wrong length, {len(value)}")
    return value


def take_number(vector, name, size):
    return int.from_bytes(take(vector, name, size, size), "big")


def take_tie(vector):
    """Remove and return receiver salt and binding: a pinned one has neither."""
    if "receiver_salt" not in vector and "binding" not in vector:
        return PINNED
    tie = (take(vector, "receiver_salt", 16, 16),
           take(vector, "binding", 0, MAX_BINDING))
    if not any(tie[0]):
        raise Refused("receiver_salt of a bound context is all zero")
    return tie


def compute_file(vector, session_key, salt, sealed):
    chunks, suite = [], take_number(vector, "suite", 1)
    if suite not in SUITES:
        raise Refused("suite is unknown")
    while f"record.{len(chunks)}.bytes" in vector:
        chunks.append(take(vector, f"record.{len(chunks)}.bytes"))
    if not sealed:
        return {"file": sign_file(session_key, salt, chunks, suite)}
    result = seal_file(session_key, salt, chunks, suite)
    if open_file(session_key, result) != chunks:
        raise Refused("the file does not open to its records")
    return {"file": result}


def compute_message(vector, session_key, salt, flags):
    suite = take_number(vector, "suite", 1)
    direction = take_number(vector, "direction", 1)
    qop = take_number(vector, "qop", 4)
    counter = take_number(vector, "counter", 8)
    number = take_number(vector, "caller_sequence", 4)
    tie = take_tie(vector)
    if tie[0] == salt:
        raise Refused("both ends of a bound context have the same salt")
    if flags & CONFIRMATION and (counter or tie == PINNED):
        raise Refused("a confirmation has counter 0 and is of a bound context")
    if suite not in SUITES or (qop >> 8 & 0xff or 1) != suite:
        raise Refused("suite is unknown or not that of qop")
    if direction > 1 or qop & ~0xff00 not in (0, NO_ENCRYPT):
        raise Refused("direction or qop has a value without a meaning")
    if not flags & SIGNATURE and not qop & NO_ENCRYPT:
        flags = ENCRYPTED
    kinds = {CHECKSUM: 1, DATA: 2 if flags == ENCRYPTED else 3}
    entries, index = [], 0
    while f"buffer.{index}.type" in vector:
        kind = take_number(vector, f"buffer.{index}.type", 4)
        content = take(vector, f"buffer.{index}.bytes")
        if kind in kinds:
            entries.append((kinds[kind], content))
        index += 1
    plain = [content for kind, content in entries if kind != 1]
    if not entries or not flags & SIGNATURE and len(plain) != 1:
        raise Refused("the buffers are not what the operation needs")
    plaintext = plain[0] if flags == ENCRYPTED else b""
    head = HEAD.pack(1, suite, flags | (ACCEPTOR if direction else 0), 0,
                     number, counter, salt)
    prk, info, key, iv, nonce = derive(session_key, direction, suite, salt,
                                       counter, tie)
    bound = associated_data(head, entries)
    sealed = SUITES[suite][0](key).encrypt(nonce, plaintext, bound)
    return {"prk": prk, "info": info, "key": key, "iv": iv, "nonce": nonce,
            "associated_data": bound, "aead_plaintext": plaintext,
            "ciphertext": sealed[:-16], "token": head + sealed[-16:]}


def check_vector(vector):
    """Return what is wrong with the vector: a list of lines."""
    operation = vector.pop("operation", "")
    try:
        session_key = take(vector, "session_key", 16, 64)
        salt = take(vector, "sender_salt", 16, 16)
        if operation in ("file", "signature"):
            computed = compute_file(vector, session_key, salt,
                                    operation == "file")
        elif operation in OPERATIONS:
            computed = compute_message(vector, session_key, salt,
                                       OPERATIONS[operation])
        else:
            raise Refused("operation is not seal, sign, confirm, file or"
                          " signature")
    except Refused as error:
        return [str(error)]
    wrong = [f"{name} differs, computed {value.hex()}"
             for name, value in computed.items()
             if vector.pop(name, None) != value.hex()]
    return wrong + [f"{name} is not known here" for name in vector]


def run_vectors(args):
    with open(args.page, encoding="utf-8") as file:
        vectors = parse_vectors(file.read())
    wrong = []
    for vector in vectors:
        name = vector.pop("vector")
        wrong += [f"vector {name}: {text}" for text in check_vector(vector)]
    if wrong or not vectors:
        raise Refused("\n".join(wrong) or "no vectors")
    print(len(vectors), "vectors agree")


def run_file(args):
    with open(args.key_file, "rb") as file:
        session_key = file.read()
    with open(args.input, "rb") as file:
        data = file.read()
    if not 16 <= len(session_key) <= 64:
        raise Refused(f"key: {len(session_key)} bytes, not 16 to 64")
    if args.command == "open":
        chunks = open_file(session_key, data)
        output = b"".join(chunks)
    else:
        size = args.record_size
        if not 1 <= size <= MAX_RECORD:
            raise Refused(f"record size {size} is not in 1 to {MAX_RECORD}")
        chunks = [data[at:at + size]
                  for at in range(0, len(data), size)] or [b""]
        output = seal_file(session_key, os.urandom(16), chunks)
    # Nothing is written before the whole file is known to be good.
    with open(args.output or sys.stdout.fileno(), "wb",
              closefd=bool(args.output)) as file:
        file.write(output)
    if args.verbose:
        print(f"{args.input}: {args.command}: {len(chunks)} records,"
              f" {sum(map(len, chunks))} bytes of data", file=sys.stderr)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    for name, source in (("open", "SEALED"), ("seal", "PLAIN")):
        command = commands.add_parser(name)
        command.add_argument("--key-file", metavar="KEY", required=True)
        command.add_argument("input", metavar=source)
        command.add_argument("-o", dest="output", metavar="OUT",
                             help="default: the standard output")
        command.add_argument("-v", dest="verbose", action="store_true")
        command.set_defaults(run=run_file)
    command.add_argument("--record-size", type=int, default=MAX_RECORD,
                         metavar="N", help="1 to %(default)s, the default")
    command = commands.add_parser("vectors")
    command.add_argument("page", metavar="PAGE")
    command.set_defaults(run=run_vectors)
    args = parser.parse_args()
    try:
        args.run(args)
    except (Refused, OSError, UnicodeDecodeError) as error:
        for line in str(error).splitlines():
            print(f"opener.py: {line}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
