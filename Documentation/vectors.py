#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Test vectors of the sspseal token format.

Written from the text of token-format.rst. It shares no code with the
kernel module and none with the library. Needs python3-cryptography.

  vectors.py                  print the vectors as reStructuredText
  vectors.py --check PAGE     compute every vector of PAGE again from its inputs,
                              and compare PAGE with what this script prints
  vectors.py --update PAGE    write the vectors into PAGE
"""

import hashlib
import hmac
import sys

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

BEGIN = ".. vectors: begin (written by vectors.py, do not edit)\n"
END = ".. vectors: end\n"

# Suites: id -> (key bytes, AEAD).
SUITES = {1: (32, AESGCM), 2: (16, AESGCM), 3: (32, ChaCha20Poly1305)}

# Buffer types and attributes.
DATA, TOKEN, PADDING, STREAM = 1, 2, 9, 10
READONLY = 0x80000000
CHECKSUM = 0x10000000           # READONLY_WITH_CHECKSUM
ATTRIBUTES = 0xF0000000

# QualityOfProtection.
NO_ENCRYPT = 0x80000001

# Token flags.
CONFIDENTIAL, ACCEPTOR, SIGNATURE, CONFIRMATION = 1, 2, 4, 8

ZERO_SALT = bytes(16)
BINDING_MAX = 4096


def be(value, size):
    return value.to_bytes(size, "big")


# --- the format -----------------------------------------------------------


def hkdf_extract(salt, key):
    return hmac.new(salt, key, hashlib.sha256).digest()


def hkdf_expand(prk, info, size):
    out = block = b""
    number = 1
    while len(out) < size:
        block = hmac.new(prk, block + info + be(number, 1), hashlib.sha256).digest()
        out += block
        number += 1
    return out[:size]


def derive(session_key, direction, suite, sender_salt, receiver_salt=ZERO_SALT,
           binding=b""):
    """Return PRK, info, key and IV. Without the last two inputs: pinned mode."""
    if len(binding) > BINDING_MAX:
        raise ValueError("binding too long")
    key_size = SUITES[suite][0]
    prk = hkdf_extract(b"sspseal v1", session_key)
    info = (b"key" + be(direction, 1) + be(suite, 1) + sender_salt +
            receiver_salt + be(len(binding), 2) + binding)
    okm = hkdf_expand(prk, info, key_size + 12)
    return prk, info, okm[:key_size], okm[key_size:]


def make_nonce(iv, counter):
    return bytes(a ^ b for a, b in zip(iv, be(0, 4) + be(counter, 8)))


def associated_data(head, confidential, buffers):
    """head: token bytes 0..31. buffers: (type, bytes) in array order."""
    out = head
    for kind, data in buffers:
        if kind == DATA | CHECKSUM:
            out += be(1, 1) + be(len(data), 7) + data
        elif kind == DATA and confidential:
            out += be(2, 1) + be(len(data), 7)
        elif kind == DATA:
            out += be(3, 1) + be(len(data), 7) + data
    return out


def protect(inputs):
    """Compute every output of a vector of operation seal, sign or confirm."""
    v = inputs
    confirm = v["operation"] == "confirm"
    sign = confirm or v["operation"] == "sign"
    confidential = not sign and v["qop"] & ~0xFF00 != NO_ENCRYPT
    prk, info, key, iv = derive(v["session_key"], v["direction"], v["suite"],
                                v["sender_salt"],
                                v.get("receiver_salt", ZERO_SALT),
                                v.get("binding", b""))
    flags = ((CONFIDENTIAL if confidential else 0) |
             (ACCEPTOR if v["direction"] else 0) | (SIGNATURE if sign else 0) |
             (CONFIRMATION if confirm else 0))
    head = (be(1, 1) + be(v["suite"], 1) + be(flags, 1) + be(0, 1) +
            be(v["caller_sequence"], 4) + be(v["counter"], 8) +
            v["sender_salt"])
    ad = associated_data(head, confidential, v["buffers"])
    plain = b""
    if confidential:
        plain = b"".join(data for kind, data in v["buffers"] if kind == DATA)
    nonce = make_nonce(iv, v["counter"])
    sealed = SUITES[v["suite"]][1](key).encrypt(nonce, plain, ad)
    ciphertext, tag = sealed[:-16], sealed[-16:]
    return {
        "prk": prk, "info": info, "key": key, "iv": iv, "nonce": nonce,
        "associated_data": ad, "aead_plaintext": plain,
        "ciphertext": ciphertext, "token": head + tag,
    }


# What begins a stream, and the operation of its records.
STREAMS = {"file": (b"SSPSEALF" + be(1, 4) + be(0, 4), "seal"),
           "signature": (b"SSPSEALS" + be(1, 4) + be(0, 4), "sign")}


def make_stream(kind, session_key, sender_salt, records, suite=1):
    """Return a sealed file or a signature. records: the data of each record."""
    header, operation = STREAMS[kind]
    out = header
    for number, data in enumerate(records):
        last = number == len(records) - 1
        record = be(1 if last else 0, 4) + be(len(data), 4)
        made = protect({
            "operation": operation, "qop": suite << 8, "suite": suite,
            "direction": 0, "session_key": session_key,
            "sender_salt": sender_salt, "counter": number, "caller_sequence": 0,
            "buffers": [(DATA | CHECKSUM, header), (DATA | CHECKSUM, record),
                        (DATA, data), (TOKEN, b"")],
        })
        out += record + made["token"] + made["ciphertext"]
    return out


def open_stream(kind, session_key, stream, signed=b""):
    """Return the data of a sealed file, or what of signed a signature is of."""
    header, operation = STREAMS[kind]
    rest = stream[16:]
    if stream[:16] != header:
        raise ValueError(f"not a {kind}")
    sealed = operation == "seal"
    out, number, last, pinned = b"", 0, 0, None
    while not last:
        record, token = rest[:8], rest[8:56]
        if len(record) != 8 or len(token) != 48:
            raise ValueError("cut short")
        last, size = (int.from_bytes(record[:4], "big"),
                      int.from_bytes(record[4:], "big"))
        if last > 1 or size > 65536 or (size == 0 and not last):
            raise ValueError("bad record header")
        rest = rest[56:]
        if sealed:
            data, rest = rest[:size], rest[size:]
        else:
            data, signed = signed[:size], signed[size:]
        if len(data) != size:
            raise ValueError("cut short")
        suite, salt = token[1], token[16:32]
        counter = int.from_bytes(token[8:16], "big")
        if (token[0] != 1 or suite not in SUITES or
                token[2] != (CONFIDENTIAL if sealed else SIGNATURE) or
                token[3] != 0 or counter >= 1 << 40 or
                pinned not in (None, salt)):
            raise ValueError("malformed token")
        _, _, key, iv = derive(session_key, 0, suite, salt)
        ad = associated_data(token[:32], sealed,
                             [(DATA | CHECKSUM, header),
                              (DATA | CHECKSUM, record), (DATA, data)])
        plain = SUITES[suite][1](key).decrypt(
            make_nonce(iv, counter), (data if sealed else b"") + token[32:], ad)
        if counter != number:
            raise ValueError("out of order")
        pinned, number = salt, number + 1
        out += plain if sealed else data
    if rest or signed:
        raise ValueError("bytes after the last record")
    return out


# --- the inputs -----------------------------------------------------------

KEY_32 = bytes(range(0x00, 0x20))
KEY_16 = bytes(range(0x40, 0x50))
KEY_64 = bytes(range(0x80, 0xC0))
SALT_I = bytes(range(0xA0, 0xB0))
SALT_A = bytes(range(0xB0, 0xC0))

RPC_HEADER = bytes.fromhex("050000031000000038000800010000001800000000000000")
RPC_TRAILER = bytes.fromhex("0a06000000000000")

HELLO = b"sealed message"

TRANSCRIPT = b"what both ends said before: version 3, suite 1"


def vector(name, text, **changes):
    v = {
        "vector": name, "text": text, "operation": "seal", "suite": 1, "qop": 0,
        "direction": 0, "session_key": KEY_32, "sender_salt": SALT_I,
        "counter": 0, "caller_sequence": 0,
        "buffers": [(DATA, HELLO), (TOKEN, b"")],
    }
    v.update(changes)
    return v


def bound(name, text, **changes):
    """A vector of a bound context: by the initiator, if nothing else is said."""
    acceptor = changes.get("direction", 0)
    v = vector(name, text, sender_salt=SALT_A if acceptor else SALT_I,
               receiver_salt=SALT_I if acceptor else SALT_A, binding=TRANSCRIPT)
    v.update(changes)
    return v


MESSAGES = [
    vector("aes-256-gcm", "The first message of an initiator, with the default "
           "suite."),
    vector("aes-128-gcm", "The same with suite 2.", suite=2, qop=2 << 8),
    vector("chacha20-poly1305", "The same with suite 3.", suite=3, qop=3 << 8),
    vector("token-first", "TOKEN before DATA. The associated data has the same "
           "form: a TOKEN does not count.", counter=1,
           buffers=[(TOKEN, b""), (DATA, HELLO)]),
    vector("rpc", "The layout of an RPC message: header, body, trailer, with a "
           "number of the caller.", counter=2, caller_sequence=7,
           buffers=[(DATA | CHECKSUM, RPC_HEADER), (DATA, b"request body, 24 bytes.."),
                    (DATA | CHECKSUM, RPC_TRAILER), (TOKEN, b"")]),
    vector("rpc-acceptor", "The answer. The acceptor has its own salt and its own "
           "counter. The array also has entries that are not authenticated: "
           "PADDING, and DATA with READONLY.", direction=1, sender_salt=SALT_A,
           caller_sequence=7,
           buffers=[(DATA | CHECKSUM, RPC_HEADER), (PADDING, bytes(4)),
                    (DATA, b"answer"), (DATA | READONLY, b"not authenticated"),
                    (DATA | CHECKSUM, RPC_TRAILER), (TOKEN, b"")]),
    vector("sign-two-data", "A signature of two DATA and one entry of associated "
           "data between them.", operation="sign", counter=3,
           buffers=[(DATA, b"first"), (DATA | CHECKSUM, b"between"),
                    (DATA, b"second"), (TOKEN, b"")]),
    vector("sign-split", "A signature of the bytes of sign-two-data, cut in "
           "other places. The associated data differs, so the signature does.",
           operation="sign", counter=3,
           buffers=[(DATA, b"firstbet"), (DATA | CHECKSUM, b"ween"),
                    (DATA, b"second"), (TOKEN, b"")]),
    vector("sign-acceptor-chacha20", "A signature by the acceptor with suite 3 and "
           "a session key of 64 bytes.", operation="sign", suite=3, qop=3 << 8,
           direction=1, session_key=KEY_64, sender_salt=SALT_A, counter=1,
           buffers=[(TOKEN, b""), (DATA, b"signed")]),
    vector("no-encrypt", "A message that is authenticated and not encrypted. DATA "
           "is sent as it is.", qop=NO_ENCRYPT, counter=4,
           buffers=[(DATA | CHECKSUM, b"header"), (DATA, b"in clear"),
                    (TOKEN, b"")]),
    vector("no-encrypt-aes-128", "The same with suite 2 and a session key of 16 "
           "bytes.", qop=NO_ENCRYPT | 2 << 8, suite=2, session_key=KEY_16,
           counter=4, buffers=[(DATA | CHECKSUM, b"header"),
                               (DATA, b"in clear"), (TOKEN, b"")]),
    vector("empty-data", "A sealed message without a byte of data. The entry "
           "counts.", counter=5, buffers=[(DATA, b""), (TOKEN, b"")]),
    vector("empty-associated", "A zero-length entry of associated data counts as "
           "well.", suite=2, qop=2 << 8, counter=6,
           buffers=[(DATA | CHECKSUM, b""), (DATA, HELLO), (TOKEN, b"")]),
    vector("sign-empty", "A signature of one empty DATA.", operation="sign",
           counter=7, buffers=[(DATA, b""), (TOKEN, b"")]),
    vector("large-counter", "A counter above 2^32, and the largest number a caller "
           "can pass.", suite=3, qop=3 << 8, counter=0x0102030405,
           caller_sequence=0xFFFFFFFF),
    vector("last-counter", "The last counter of a context, 2^40 - 1.",
           counter=(1 << 40) - 1),
    vector("two-lengths", "DATA of 300 bytes (0 to 255, then 0 to 43) and 257 "
           "bytes of associated data (all 0x5a): both lengths need two bytes.",
           counter=8,
           buffers=[(DATA | CHECKSUM, b"\x5a" * 257),
                    (DATA, bytes(i & 0xFF for i in range(300))), (TOKEN, b"")]),
    vector("no-encrypt-acceptor", "A message that is not encrypted, sent by the "
           "acceptor: the flags are 0x02.", qop=NO_ENCRYPT, direction=1,
           sender_salt=SALT_A, counter=2,
           buffers=[(DATA, b"in clear"), (TOKEN, b"")]),
    vector("sign-associated-only", "A signature of an array whose only DATA has "
           "READONLY_WITH_CHECKSUM. Its kind is 1, not 3.", operation="sign",
           counter=9, buffers=[(DATA | CHECKSUM, b"signed, never written"),
                               (TOKEN, b"")]),
    bound("bound-initiator", "A bound context: both salts and a binding are in "
          "info."),
    bound("bound-acceptor", "The answer in the same session. The salts have "
          "changed places.", direction=1, buffers=[(DATA, b"answer"),
                                                   (TOKEN, b"")]),
    bound("bound-empty-binding", "A bound context whose ends agreed on an empty "
          "binding. Only the receiver salt tells it from a pinned one.",
          binding=b""),
    bound("bound-long-binding", "A binding of 300 bytes (0 to 255, then 0 to 43): "
          "its length needs two bytes.",
          binding=bytes(i & 0xFF for i in range(300))),
    bound("bound-aes-128-gcm", "A bound context whose one suite is 2.", suite=2,
          qop=2 << 8, counter=1),
    bound("bound-chacha20-poly1305", "A bound context whose one suite is 3, sent by "
          "the acceptor.", suite=3, qop=3 << 8, direction=1, counter=1),
    bound("confirm-initiator", "The confirmation of the initiator, with an empty "
          "DATA.", operation="confirm", buffers=[(DATA, b""), (TOKEN, b"")]),
    bound("confirm-acceptor", "The confirmation of the acceptor in the same session. "
          "Its DATA has something to say.", operation="confirm", direction=1,
          buffers=[(TOKEN, b""), (DATA, b"ready")]),
    bound("confirm-then-seal", "The first message of the initiator after that.",
          counter=1),
]

STREAM_VECTORS = [
    {"vector": "file-empty", "text": "A sealed file without data: one record.",
     "operation": "file", "suite": 1, "session_key": KEY_32, "sender_salt": SALT_I,
     "records": [b""]},
    {"vector": "file-three-records", "text": "A sealed file of three records, the "
     "last one empty. (sspsealctl fills each record before it begins the next; "
     "a reader takes any lengths.)", "operation": "file",
     "suite": 1, "session_key": KEY_64, "sender_salt": SALT_A,
     "records": [b"first record\n", b"second\n", b""]},
    {"vector": "file-chacha20-poly1305", "text": "A sealed file of two records with "
     "suite 3. (sspsealctl does not write it, and reads it.)",
     "operation": "file", "suite": 3, "session_key": KEY_32, "sender_salt": SALT_I,
     "records": [b"first record\n", b"the last one\n"]},
    {"vector": "signature-two-records", "text": "A signature of 20 bytes in two "
     "records.", "operation": "signature", "suite": 1, "session_key": KEY_32,
     "sender_salt": SALT_I, "records": [b"twenty bytes", b" of text"]},
]


# --- the page -------------------------------------------------------------

WIDTH = {"suite": 1, "qop": 4, "direction": 1, "counter": 8, "caller_sequence": 4}


def field(name, value):
    """One field, 32 bytes a line."""
    if isinstance(value, str):
        return [f"{name} = {value}"]
    if isinstance(value, int):
        value = be(value, WIDTH[name])
    if not value:
        return [f"{name} ="]
    return [f"{name} = {value[i:i + 32].hex()}" for i in range(0, len(value), 32)]


def message_lines(v):
    out = []
    for name in ("vector", "operation", "suite", "qop", "direction", "session_key",
                 "sender_salt", "receiver_salt", "binding", "counter",
                 "caller_sequence"):
        if name in v:
            out += field(name, v[name])
    for number, (kind, data) in enumerate(v["buffers"]):
        out += field(f"buffer.{number}.type", be(kind, 4))
        out += field(f"buffer.{number}.bytes", data)
    for name, value in protect(v).items():
        out += field(name, value)
    return out


def stream_lines(v):
    out = field("vector", v["vector"]) + field("operation", v["operation"])
    out += field("suite", v["suite"])
    out += field("session_key", v["session_key"])
    out += field("sender_salt", v["sender_salt"])
    for number, data in enumerate(v["records"]):
        out += field(f"record.{number}.bytes", data)
    out += field("file", make_stream(v["operation"], v["session_key"],
                                     v["sender_salt"], v["records"], v["suite"]))
    return out


def wrap(text, width=79):
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] += (" " if lines[-1] else "") + word
    return lines


def page():
    out = []
    for v in MESSAGES + STREAM_VECTORS:
        lines = message_lines(v) if "buffers" in v else stream_lines(v)
        out += ["", v["vector"], "^" * len(v["vector"]), ""]
        out += wrap(v["text"]) + ["", "::", ""]
        out += ["    " + line for line in lines]
    return "\n".join(out[1:]) + "\n"


# --- the check ------------------------------------------------------------


def parse(text):
    """Yield the vectors of a page: dicts of name -> bytes (or a word)."""
    v = None
    for line in text.splitlines():
        if not line.startswith("    ") or " =" not in line:
            continue
        name, _, value = line.strip().partition(" =")
        value = value.strip()
        if name == "vector":
            if v:
                yield v
            v = {"vector": value}
        elif name == "operation":
            v[name] = value
        else:
            v[name] = v.get(name, b"") + bytes.fromhex(value)
    if v:
        yield v


def numbered(v, name):
    number = 0
    while f"{name}.{number}.bytes" in v:
        kind = int.from_bytes(v.get(f"{name}.{number}.type", b""), "big")
        yield kind, v[f"{name}.{number}.bytes"]
        number += 1


def check_message(v):
    inputs = dict(v)
    for name in WIDTH:
        inputs[name] = int.from_bytes(v[name], "big")
    inputs["buffers"] = list(numbered(v, "buffer"))
    made = protect(inputs)
    wrong = [name for name, value in made.items() if v.get(name) != value]
    # And as a receiver, from the token, and what a bound receiver knows beside it.
    token = v["token"]
    suite, flags = token[1], token[2]
    _, _, key, iv = derive(v["session_key"], flags >> 1 & 1, suite, token[16:32],
                           v.get("receiver_salt", ZERO_SALT), v.get("binding", b""))
    counter = int.from_bytes(token[8:16], "big")
    if flags & CONFIRMATION and (counter or not flags & SIGNATURE):
        wrong.append("confirmation")
    nonce = make_nonce(iv, counter)
    ad = associated_data(token[:32], flags & CONFIDENTIAL, inputs["buffers"])
    try:
        plain = SUITES[suite][1](key).decrypt(nonce, v["ciphertext"] + token[32:], ad)
        if plain != v["aead_plaintext"]:
            wrong.append("aead_plaintext")
    except InvalidTag:
        wrong.append("tag")
    return wrong


def check_stream(v):
    kind = v["operation"]
    records = [data for _, data in numbered(v, "record")]
    data = b"".join(records)
    wrong = []
    if make_stream(kind, v["session_key"], v["sender_salt"], records,
                   v["suite"][0]) != v["file"]:
        wrong.append("file")
    signed = b"" if kind == "file" else data
    if open_stream(kind, v["session_key"], v["file"], signed) != data:
        wrong.append("open")
    return wrong


def check(text):
    bad = count = 0
    for v in parse(text.partition(BEGIN)[2].partition(END)[0]):
        wrong = (check_stream(v) if v["operation"] in STREAMS else
                 check_message(v))
        count += 1
        if wrong:
            bad += 1
            print(f"{v['vector']}: wrong: {', '.join(wrong)}")
    if text.partition(BEGIN)[2].partition(END)[0].strip() != page().strip():
        bad += 1
        print("the page is not what this script prints: run --update")
    if count != len(MESSAGES) + len(STREAM_VECTORS):
        bad += 1
        print(f"{count} vectors found, {len(MESSAGES) + len(STREAM_VECTORS)} expected")
    print(f"{count} vectors, {bad} wrong")
    return bad == 0


def main(args):
    if not args:
        print(page(), end="")
        return 0
    if len(args) != 2 or args[0] not in ("--check", "--update"):
        print(__doc__, file=sys.stderr)
        return 2
    with open(args[1], encoding="utf-8") as file:
        text = file.read()
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        print(f"{args[1]}: no place for vectors", file=sys.stderr)
        return 2
    if args[0] == "--check":
        return 0 if check(text) else 1
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    with open(args[1], "w", encoding="utf-8") as file:
        file.write(before + BEGIN + "\n" + page() + "\n" + END + after)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
