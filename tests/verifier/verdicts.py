"""What this verifier says of a case: whether it verifies, and what it read where it does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import consistency, export, inclusion, payload
from .audit import Audit, Entry, Finding
from .checkpoint import Checkpoint
from .commitment import commitment
from .leaf import Leaf
from .note import VerifyingKey
from .permit import CheckFailed, Permit
from .refusal import Refused, Unreadable
from .tiles import WIDTH, TileId, hashes_of_tile, tiles_of
from .tlog_proof import TlogProof
from .tree import leaf_hash, root

Input = dict[str, Any]
Verdict = dict[str, Any]


def judge(case: dict[str, Any]) -> Verdict:
    """Returns `verifies`, with what was read, or with where it was refused."""
    try:
        return {"verifies": True, **JUDGES[case["family"]](case["input"])}
    except CheckFailed as failed:
        return {"verifies": False, "check": failed.check}
    except Finding as finding:
        return {"verifies": False, "index": finding.first}
    except Refused:
        return {"verifies": False}
    except Unreadable:
        return {"verifies": False, "missing": True}


def _json(input: Input) -> Verdict:
    form = payload.canonical(_bytes(input["sent"]))
    return {"canonical": form.decode(), "digest": payload.digest(form, _bytes(input["nonce"])).hex()}


def _leaf(input: Input) -> Verdict:
    leaf = Leaf.decode(_bytes(input["leaf"]))
    digest = leaf.payload_digest and leaf.payload_digest.hex()
    return {"leaf": {**vars(leaf), "payload_digest": digest, "commitment": leaf.commitment.hex()}}


def _commitment(input: Input) -> Verdict:
    if commitment(_bytes(input["content"]), _bytes(input["salt"])) != _bytes(input["claimed"]):
        raise Refused("another commitment")
    return {}


def _key(input: Input) -> Verdict:
    key = VerifyingKey.parse(input["key"])
    return {"name": key.name, "hash": key.hash().hex(), "public": key.public.hex()}


def _checkpoint(input: Input) -> Verdict:
    return _signed(Checkpoint.verify(_bytes(input["note"]), VerifyingKey.parse(input["key"]), input["origin"]))


def _tlog_proof(input: Input) -> Verdict:
    proof, key = TlogProof.parse(_bytes(input["file"])), VerifyingKey.parse(input["key"])
    checkpoint = proof.verify(leaf_hash(_bytes(input["leaf"])), key, input["origin"])
    return {"index": proof.index, "extra": proof.extra is not None and proof.extra.hex(), **_signed(checkpoint)}


def _inclusion(input: Input) -> Verdict:
    hash, expected = _bytes(input["hash"]), _bytes(input["root"])
    inclusion.verify(input["index"], input["size"], hash, _hashes(input["proof"]), expected)
    return {}


def _consistency(input: Input) -> Verdict:
    roots = _bytes(input["old_root"]), _bytes(input["new_root"])
    consistency.verify(input["old_size"], input["new_size"], *roots, _hashes(input["proof"]))
    return {}


def _tile(input: Input) -> Verdict:
    tiles = list(tiles_of(input["size"]))
    partial = [tile.path() for tile in tiles if tile.width < WIDTH]
    return {"full": len(tiles) - len(partial), "partial": partial, "tile": _one_tile(input)}


def _one_tile(input: Input) -> Verdict | None:
    """Reads one tile; none where there is no such tile, or not with these bytes."""
    named = TileId(input["level"], input["index"], input["width"])
    try:
        tile = TileId.parse(named.path())
        hashes = hashes_of_tile(named, _bytes(input["tile"]))
    except Refused:
        return None
    return {"path": tile.path(), "root": root(hashes).hex() if tile.width == WIDTH else None} if tile == named else None


def _tree(input: Input) -> Verdict:
    """Returns the root over leaves that are numbers, as 8 bytes each."""
    numbers = range(input["start"], input["start"] + input["size"])
    return {"root": root(leaf_hash(number.to_bytes(8, "big")) for number in numbers).hex()}


def _permit(input: Input) -> Verdict:
    permit = Permit(
        candidate=input["candidate"],
        payload=input["payload"].encode(),
        nonce=_bytes(input["nonce"]),
        digest=_bytes(input["digest"]),
        index=input["index"],
        leaf=_bytes(input["leaf"]),
        proof=_hashes(input["proof"]),
        checkpoint=_bytes(input["checkpoint"]),
    )
    return _signed(permit.verify(VerifyingKey.parse(input["key"]), input["origin"]))


def _log(input: Input) -> Verdict:
    origin, key = input["origin"], VerifyingKey.parse(input["key"])
    audit = Audit(origin, [Checkpoint.verify(note.encode(), key, origin) for note in input["checkpoints"]])
    for entry in input["entries"]:
        stored: dict[str, Any] = {
            name: entry[name] and _bytes(entry[name]) for name in ("leaf", "leaf_hash", "salt", "content")
        }
        audit.add(Entry(entry["index"], **stored))
    audited = audit.finish()
    return {"size": audited.size, "root": audited.root.hex(), "erased": audited.erased}


def _export(input: Input) -> Verdict:
    exporter = input["exporter"] and VerifyingKey.parse(input["exporter"])
    verified = export.verify(Path(input["folder"]), VerifyingKey.parse(input["key"]), exporter or None)
    return {"size": verified.size, "root": verified.root.hex(), "manifest": verified.manifest_sha256.hex()}


def _signed(checkpoint: Checkpoint) -> Verdict:
    return {"size": checkpoint.size, "root": checkpoint.root.hex()}


def _bytes(hex: str) -> bytes:
    return bytes.fromhex(hex)


def _hashes(proof: list[str]) -> list[bytes]:
    return list(map(_bytes, proof))


JUDGES: dict[str, Callable[[Input], Verdict]] = {
    "json": _json,
    "leaf": _leaf,
    "commitment": _commitment,
    "key": _key,
    "checkpoint": _checkpoint,
    "tlog_proof": _tlog_proof,
    "inclusion": _inclusion,
    "consistency": _consistency,
    "tile": _tile,
    "tree": _tree,
    "permit": _permit,
    "log": _log,
    "export": _export,
}
