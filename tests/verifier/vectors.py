"""The golden vectors of ledger-format/testdata, recomputed from their inputs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from . import consistency, inclusion, payload
from .audit import Audit, Entry
from .checkpoint import Checkpoint
from .encoding import base64_text, hash_of_hex
from .leaf import Leaf
from .note import VerifyingKey
from .permit import Permit
from .refusal import Refused, Unreadable
from .tlog_proof import TlogProof
from .tree import leaf_hash, root


def check(folder: Path) -> dict[str, int]:
    """Checks all vectors; returns how many there were of each sort."""
    leaves = _check_leaves(_load(folder / "leaf.json"))
    roots = _check_roots(_load(folder / "rfc6962.json"))
    return {"leaves": leaves, "roots": roots, **_check_approval(_load(folder / "recorded_approval.json"))}


def permit_of(golden: dict[str, Any]) -> Permit:
    permit = golden["permit"]
    return Permit(
        candidate=permit["candidate"],
        payload=permit["payload"].encode(),
        nonce=bytes.fromhex(permit["nonce"]),
        digest=bytes.fromhex(permit["digest"]),
        index=permit["index"],
        leaf=bytes.fromhex(permit["leaf_bytes"]),
        proof=list(map(hash_of_hex, permit["proof"])),
        checkpoint=permit["checkpoint"].encode(),
    )


def leaf_of(shown: dict[str, Any]) -> Leaf:
    digest = shown["payload_digest"]
    hashes = {"payload_digest": digest and hash_of_hex(digest), "commitment": hash_of_hex(shown["commitment"])}
    return Leaf(**{**shown, **hashes})


def _check_leaves(vectors: dict[str, Any]) -> int:
    for vector in vectors["accepted"]:
        raw = bytes.fromhex(vector["bytes"])
        _expect(vector["name"], Leaf.decode(raw), leaf_of(vector["leaf"]))
        _expect(vector["name"], leaf_of(vector["leaf"]).encode(), raw)
    for vector in vectors["refused"]:
        _expect_refusal(vector["name"], bytes.fromhex(vector["bytes"]))
    return len(vectors["accepted"]) + len(vectors["refused"])


def _check_roots(vectors: dict[str, Any]) -> int:
    hashes = [leaf_hash(bytes.fromhex(leaf)) for leaf in vectors["leaves"]]
    _expect("number of roots", len(vectors["roots"]), len(hashes) + 1)
    for size, expected in enumerate(vectors["roots"]):
        _expect(f"root at {size}", root(hashes[:size]).hex(), expected)
    return len(vectors["roots"])


def _check_approval(golden: dict[str, Any]) -> dict[str, int]:
    key = VerifyingKey.parse(golden["verifying_key"])
    _check_seed(golden["key_seed"], key)
    for sent in golden["payloads"]:
        form = payload.canonical(sent["sent"].encode())
        _expect(f"payload {sent['name']}", form.decode(), sent["canonical"])
        _expect(f"digest {sent['name']}", payload.digest(form, bytes.fromhex(sent["nonce"])).hex(), sent["digest"])

    signed = [Checkpoint.verify(shown["text"].encode(), key, golden["origin"]) for shown in golden["checkpoints"]]
    _expect("sizes", [checkpoint.size for checkpoint in signed], [shown["size"] for shown in golden["checkpoints"]])
    hashes = _check_entries(golden, signed)
    _check_proofs(golden, hashes)

    permit = permit_of(golden)
    permit.verify(key, golden["origin"])
    leaf = Leaf.decode(permit.leaf)
    execution_key = f"{permit.candidate.split('/')[-1]}/{leaf.subject_revision}"
    _expect("execution key", execution_key, golden["permit"]["execution_key"])
    proof = TlogProof.parse(golden["tlog_proof"].encode())
    proof.verify(hashes[proof.index], key, golden["origin"])
    last = golden["checkpoints"][-1]
    hashes_shown = [base64_text(hash) for hash in inclusion.prove(proof.index, hashes[: last["size"]])]
    lines = ["c2sp.org/tlog-proof@v1", f"index {proof.index}", *hashes_shown, "", last["text"]]
    _expect("proof file", golden["tlog_proof"], "\n".join(lines))
    return {
        "entries": len(hashes),
        "inclusion_proofs": len(golden["inclusion_proofs"]),
        "consistency_proofs": len(golden["consistency_proofs"]),
        "checkpoints": len(signed),
    }


def _check_seed(seed: str, key: VerifyingKey) -> None:
    public = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed)).public_key()
    raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    _expect("public key", key.public, raw)


def _check_entries(golden: dict[str, Any], signed: list[Checkpoint]) -> list[bytes]:
    audit, hashes = Audit(golden["origin"], signed), []
    for shown in golden["entries"]:
        raw = leaf_of(shown["leaf"]).encode()
        _expect(f"leaf of {shown['index']}", raw.hex(), shown["leaf_bytes"])
        salt, content = bytes.fromhex(shown["salt"]), bytes.fromhex(shown["content"])
        audit.add(Entry(shown["index"], raw, hash_of_hex(shown["leaf_hash"]), salt, content))
        hashes.append(leaf_hash(raw))
    _expect("root", audit.finish().root.hex(), golden["roots"][-1])
    for size, expected in enumerate(golden["roots"]):
        _expect(f"root at {size}", root(hashes[:size]).hex(), expected)
    return hashes


def _check_proofs(golden: dict[str, Any], hashes: list[bytes]) -> None:
    roots = list(map(hash_of_hex, golden["roots"]))
    for shown in golden["inclusion_proofs"]:
        index, size, proof = shown["index"], shown["size"], list(map(hash_of_hex, shown["hashes"]))
        _expect(f"inclusion of {index} in {size}", inclusion.prove(index, hashes[:size]), proof)
        inclusion.verify(index, size, hashes[index], proof, roots[size])
    for shown in golden["consistency_proofs"]:
        old, new, proof = shown["old_size"], shown["new_size"], list(map(hash_of_hex, shown["hashes"]))
        _expect(f"consistency of {old} with {new}", consistency.prove(old, hashes[:new]), proof)
        consistency.verify(old, new, roots[old], roots[new], proof)


def _load(path: Path) -> dict[str, Any]:
    try:
        loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Unreadable(f"`{path}` cannot be read: {error}") from error
    return loaded


def _expect(what: str, found: object, expected: object) -> None:
    if found != expected:
        raise Refused(f"{what}: found {found!r}, expected {expected!r}")


def _expect_refusal(what: str, leaf: bytes) -> None:
    try:
        Leaf.decode(leaf)
    except Refused:
        return
    raise Refused(f"{what}: was accepted")
