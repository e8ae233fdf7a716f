#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Test vectors of the handshake.

Written from the text of protocol.rst, on top of vectors.py. It shares no code with
the library. Needs python3-cryptography.

  handshake-vectors.py                  print the vectors as reStructuredText
  handshake-vectors.py --check PAGE     compare PAGE with what this script prints
  handshake-vectors.py --update PAGE    write the vectors into PAGE
"""

import sys

sys.dont_write_bytecode = True
import vectors as tokens  # noqa: E402

BEGIN = ".. vectors: begin (written by handshake-vectors.py, do not edit)\n"
END = ".. vectors: end\n"

CONFIDENTIALITY, INTEGRITY, REPLAY_DETECT, SEQUENCE_DETECT = 1, 2, 4, 8
KNOWN = 15

be = tokens.be


def prefixed(content):
    return be(len(content), 2) + content


def token(version, kind, fields):
    body = b"".join(prefixed(f) for f in fields)
    return b"SSPSEALH" + be(version, 1) + be(kind, 1) + be(len(body), 2) + body


def signed(v, operation, direction, binding, counter, data):
    salts = v["initiator_salt"], v["acceptor_salt"]
    return tokens.protect({
        "operation": operation, "qop": 0, "suite": v["suite"][0],
        "direction": direction, "session_key": v["session_key"],
        "sender_salt": salts[direction], "receiver_salt": salts[1 - direction],
        "binding": binding, "counter": counter, "caller_sequence": 0,
        "buffers": [(tokens.DATA, data), (tokens.TOKEN, b"")],
    })["token"]


def handshake(v):
    """Compute every output of a vector."""
    token_1 = token(v["version"][0], 1, [
        v["initiator_salt"], v["requested"], v["suites"], v["initiator"],
        v["target"], v["share"]])
    agreed = be(int.from_bytes(v["requested"], "big") & KNOWN |
                int.from_bytes(v["asked"], "big") | INTEGRITY, 4)
    fields = [v["acceptor_salt"], agreed, v["suite"], v["acceptor"], b""]
    length = len(token(1, 2, fields + [bytes(48)]))
    head = token(1, 2, fields + [bytes(48)])[:length - 50]
    binding = prefixed(token_1) + prefixed(head)
    token_2 = head + prefixed(signed(v, "confirm", 1, binding, 0, b""))
    token_3 = token(1, 3, [signed(v, "confirm", 0, binding, 0, b"")])
    return {"agreed": agreed, "binding": binding, "token_1": token_1,
            "token_2": token_2, "token_3": token_3,
            "message": signed(v, "sign", 0, binding, 1, b"hello")}


def vector(name, text, **changes):
    v = {"vector": name, "text": text, "session_key": tokens.KEY_32,
         "initiator_salt": tokens.SALT_I, "acceptor_salt": tokens.SALT_A,
         "version": be(1, 1), "requested": be(CONFIDENTIALITY, 4),
         "suites": bytes([1, 3, 2]), "initiator": b"alice", "target": b"bob",
         "share": b"", "acceptor": b"bob", "asked": be(0, 4), "suite": be(1, 1)}
    v.update(changes)
    return v


VECTORS = [
    vector("handshake", "What the library sends, if only the initiator asks for a "
           "service."),
    vector("no-target", "No target, no service asked for, one suite, the longest "
           "key.", target=b"", requested=be(0, 4), suites=b"\2", suite=b"\2",
           session_key=tokens.KEY_64),
    vector("acceptor-asks", "The acceptor asks for services too, and allows only "
           "suite 3. The names are long, and not ASCII.",
           initiator="Zoë".encode() * 50, target=b"b" * 255, acceptor=b"b" * 255,
           requested=be(REPLAY_DETECT, 4),
           asked=be(CONFIDENTIALITY | SEQUENCE_DETECT, 4), suite=b"\3"),
    vector("later-initiator", "An initiator of a later version: another version, a "
           "share, a service and suites that version 1 does not know.",
           version=b"\4", share=bytes(range(32)), requested=be(0x80000015, 4),
           suites=bytes([200, 4, 3, 1]), suite=b"\3"),
]

INPUTS = ("session_key", "initiator_salt", "acceptor_salt", "version", "requested",
          "suites", "initiator", "target", "share", "acceptor", "asked", "suite")


def page():
    out = []
    for v in VECTORS:
        lines = tokens.field("vector", v["vector"])
        for name in INPUTS:
            lines += tokens.field(name, v[name])
        for name, value in handshake(v).items():
            lines += tokens.field(name, value)
        out += ["", v["vector"], "^" * len(v["vector"]), ""]
        out += tokens.wrap(v["text"]) + ["", "::", ""]
        out += ["    " + line for line in lines]
    return "\n".join(out[1:]) + "\n"


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
    before, _, rest = text.partition(BEGIN)
    there, _, after = rest.partition(END)
    if args[0] == "--check":
        same = there.strip() == page().strip()
        print(f"{len(VECTORS)} vectors" if same else
              "the page is not what this script prints: run --update")
        return 0 if same else 1
    with open(args[1], "w", encoding="utf-8") as file:
        file.write(before + BEGIN + "\n" + page() + "\n" + END + after)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
