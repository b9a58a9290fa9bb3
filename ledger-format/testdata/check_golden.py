#!/usr/bin/env python3
"""Recomputes the golden vectors from docs/ledger-format.md, with nothing but the standard library.

Exits with 0 when every value follows from the inputs, with 1 and the first difference otherwise. Ed25519 signatures are
taken as they stand: their place, key hash and length are checked, the curve is not.
"""

import base64
import hashlib
import json
import pathlib
import struct
import sys

HERE = pathlib.Path(__file__).parent
PRINCIPAL_KINDS = {"human": 1, "generator": 2, "service": 3}


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def expect(what, found, computed):
    if found != computed:
        sys.exit(f"{what}: the file says {found!r}, computed {computed!r}")


def canonical(sent):
    """RFC 8785 for the values used here: no fraction, no key beyond ASCII."""
    value = json.loads(sent, parse_float=lambda text: int(float(text)))
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def text(value):
    raw = value.encode()
    return struct.pack(">H", len(raw)) + raw


def encode_leaf(leaf):
    digest = leaf["payload_digest"]
    return b"".join([
        b"\x01",
        text(leaf["origin"]),
        text(leaf["kind"]),
        text(leaf["subject"]),
        struct.pack(">Q", leaf["subject_revision"]),
        bytes([PRINCIPAL_KINDS[leaf["principal_kind"]]]),
        text(leaf["principal_reference"]),
        struct.pack(">q", leaf["appended_at_us"]),
        text(leaf["idempotency_key"]),
        b"\x00" if digest is None else b"\x01" + bytes.fromhex(digest),
        bytes.fromhex(leaf["commitment"]),
    ])


def decode_leaf(raw):
    """Decodes a leaf, or raises ValueError."""
    rest = raw

    def take(count):
        nonlocal rest
        if len(rest) < count:
            raise ValueError("cut off")
        taken, rest = rest[:count], rest[count:]
        return taken

    def take_text():
        length = struct.unpack(">H", take(2))[0]
        if length == 0:
            raise ValueError("empty text")
        return take(length).decode("utf-8", "strict")

    if len(raw) > 65535 or take(1) != b"\x01":
        raise ValueError("too long, or another version")
    leaf = {"origin": take_text(), "kind": take_text(), "subject": take_text()}
    leaf["subject_revision"] = struct.unpack(">Q", take(8))[0]
    kinds = {byte: kind for kind, byte in PRINCIPAL_KINDS.items()}
    leaf["principal_kind"] = kinds.get(take(1)[0])
    leaf["principal_reference"] = take_text()
    leaf["appended_at_us"] = struct.unpack(">q", take(8))[0]
    leaf["idempotency_key"] = take_text()
    presence = take(1)[0]
    leaf["payload_digest"] = take(32).hex() if presence == 1 else None
    leaf["commitment"] = take(32).hex()
    if rest or presence > 1 or leaf["principal_kind"] is None:
        raise ValueError("trailing bytes, or an unknown byte")
    return leaf


def split(count):
    """The largest power of two smaller than count (RFC 6962, section 2.1)."""
    return 1 << (count - 1).bit_length() - 1


def root(leaves):
    if not leaves:
        return sha256()
    if len(leaves) == 1:
        return sha256(b"\x00", leaves[0])
    k = split(len(leaves))
    return sha256(b"\x01", root(leaves[:k]), root(leaves[k:]))


def path(index, leaves):
    """PATH(m, D[n]) of RFC 6962, section 2.1.1."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if index < k:
        return path(index, leaves[:k]) + [root(leaves[k:])]
    return path(index - k, leaves[k:]) + [root(leaves[:k])]


def subproof(size, leaves, whole):
    """SUBPROOF(m, D[n], b) of RFC 6962, section 2.1.2."""
    if size == len(leaves):
        return [] if whole else [root(leaves)]
    k = split(len(leaves))
    if size <= k:
        return subproof(size, leaves[:k], whole) + [root(leaves[k:])]
    return subproof(size - k, leaves[k:], False) + [root(leaves[:k])]


def hexes(hashes):
    return [value.hex() for value in hashes]


def check_leaf_vectors():
    vectors = json.loads((HERE / "leaf.json").read_text(encoding="utf-8"))
    for vector in vectors["accepted"]:
        raw = bytes.fromhex(vector["bytes"])
        expect(vector["name"], vector["leaf"], decode_leaf(raw))
        expect(vector["name"], vector["bytes"], encode_leaf(vector["leaf"]).hex())
    for vector in vectors["refused"]:
        try:
            decode_leaf(bytes.fromhex(vector["bytes"]))
        except ValueError:
            continue
        sys.exit(f"{vector['name']}: was accepted")


def check_tree_vectors():
    vectors = json.loads((HERE / "rfc6962.json").read_text(encoding="utf-8"))
    leaves = [bytes.fromhex(leaf) for leaf in vectors["leaves"]]
    for size, expected in enumerate(vectors["roots"]):
        expect(f"rfc6962 root at {size}", expected, root(leaves[:size]).hex())


def check_payloads(golden):
    for payload in golden["payloads"]:
        name = payload["name"]
        expect(f"payload {name}", payload["canonical"], canonical(payload["sent"]))
        digest = sha256(b"countersign/payload/v1\n", bytes.fromhex(payload["nonce"]), payload["canonical"].encode())
        expect(f"digest of {name}", payload["digest"], digest.hex())


def check_entries(golden):
    leaves = []
    for index, entry in enumerate(golden["entries"]):
        expect("index", entry["index"], index)
        salt, content = bytes.fromhex(entry["salt"]), bytes.fromhex(entry["content"])
        commitment = sha256(b"countersign/content/v1\n", salt, struct.pack(">Q", len(content)), content)
        expect(f"commitment of {index}", entry["leaf"]["commitment"], commitment.hex())
        expect(f"origin of {index}", entry["leaf"]["origin"], golden["origin"])
        leaf = encode_leaf(entry["leaf"])
        expect(f"fields of {index}", entry["leaf"], decode_leaf(leaf))
        expect(f"leaf of {index}", entry["leaf_bytes"], leaf.hex())
        expect(f"leaf hash of {index}", entry["leaf_hash"], sha256(b"\x00", leaf).hex())
        leaves.append(leaf)
    return leaves


def check_tree(golden, leaves):
    expect("number of roots", len(golden["roots"]), len(leaves) + 1)
    for size, expected in enumerate(golden["roots"]):
        expect(f"root at {size}", expected, root(leaves[:size]).hex())
    for proof in golden["inclusion_proofs"]:
        index, size = proof["index"], proof["size"]
        expect(f"inclusion of {index} in {size}", proof["hashes"], hexes(path(index, leaves[:size])))
    for proof in golden["consistency_proofs"]:
        old, new = proof["old_size"], proof["new_size"]
        expected = hexes(subproof(old, leaves[:new], True)) if old else []
        expect(f"consistency of {old} with {new}", proof["hashes"], expected)


def check_key(golden):
    name, key_hash, encoded = golden["verifying_key"].split("+", 2)
    typed = base64.b64decode(encoded, validate=True)
    expect("key name", name, golden["origin"])
    expect("key type and length", (typed[0], len(typed)), (1, 33))
    expect("key hash", key_hash, sha256(name.encode(), b"\n", typed)[:4].hex())
    return name, bytes.fromhex(key_hash)


def check_checkpoint(golden, leaves, size, signed, key):
    name, key_hash = key
    body, separator, signature_lines = signed.rpartition("\n\n")
    expect("blank line", separator, "\n\n")
    encoded_root = base64.b64encode(root(leaves[:size])).decode()
    expect(f"checkpoint at {size}", body, f"{golden['origin']}\n{size}\n{encoded_root}")
    mark, signer, encoded = signature_lines.removesuffix("\n").split(" ")
    expect("signature mark and name", (mark, signer), ("\u2014", name))
    signature = base64.b64decode(encoded, validate=True)
    expect("signature key hash and length", (signature[:4], len(signature)), (key_hash, 68))


def check_permit(golden, leaves):
    permit = golden["permit"]
    leaf = golden["entries"][permit["index"]]["leaf"]
    expect("permit kind", leaf["kind"], "candidate_approved")
    expect("permit principal kind", leaf["principal_kind"], "human")
    expect("permit candidate", permit["candidate"], leaf["subject"])
    expect("permit digest", permit["digest"], leaf["payload_digest"])
    expect("permit leaf", permit["leaf_bytes"], leaves[permit["index"]].hex())
    digest = sha256(b"countersign/payload/v1\n", bytes.fromhex(permit["nonce"]), permit["payload"].encode())
    expect("permit payload", permit["digest"], digest.hex())
    size = int(permit["checkpoint"].split("\n")[1])
    expect("permit proof", permit["proof"], hexes(path(permit["index"], leaves[:size])))
    candidate_id = permit["candidate"].rsplit("/", 1)[1]
    expect("execution key", permit["execution_key"], f"{candidate_id}/{leaf['subject_revision']}")
    return size


def check_tlog_proof(golden, leaves):
    index, last = golden["permit"]["index"], golden["checkpoints"][-1]
    hashes = [base64.b64encode(value).decode() for value in path(index, leaves[: last["size"]])]
    lines = ["c2sp.org/tlog-proof@v1", f"index {index}", *hashes, "", last["text"]]
    expect("tlog-proof", golden["tlog_proof"], "\n".join(lines))


def main():
    check_leaf_vectors()
    check_tree_vectors()
    golden = json.loads((HERE / "recorded_approval.json").read_text(encoding="utf-8"))
    check_payloads(golden)
    leaves = check_entries(golden)
    check_tree(golden, leaves)
    key = check_key(golden)
    for checkpoint in golden["checkpoints"]:
        check_checkpoint(golden, leaves, checkpoint["size"], checkpoint["text"], key)
    size = check_permit(golden, leaves)
    check_checkpoint(golden, leaves, size, golden["permit"]["checkpoint"], key)
    check_tlog_proof(golden, leaves)
    print(f"{len(leaves)} entries, {len(golden['inclusion_proofs'])} inclusion and "
          f"{len(golden['consistency_proofs'])} consistency proofs follow from their inputs")


if __name__ == "__main__":
    main()
