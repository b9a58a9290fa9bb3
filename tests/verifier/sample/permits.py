"""Permits: one that executes, and such that must not."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

from .. import inclusion, payload
from ..checkpoint import Checkpoint
from ..leaf import Leaf
from ..permit import Permit
from ..tree import leaf_hash, root
from . import alter
from .leaves import leaf
from .signer import LOG, ORIGIN, OTHER_LOG

PAYLOAD = b'{"due":"2026-12-02","owner":"users/anna"}'


def case(random: Random) -> dict[str, Any]:
    nonce = random.randbytes(32)
    approving = leaf(
        random,
        kind="candidate_approved",
        principal_kind="human",
        payload_digest=payload.digest(PAYLOAD, nonce),
        subject_revision=random.randrange(2, 9),
    )
    permit = _in_log(random, approving, nonce)
    change, permit = _altered(random, approving, permit)
    return {"change": change, "input": {**_shown(permit), "key": LOG.vkey(), "origin": ORIGIN}}


def _in_log(random: Random, approving: Leaf, nonce: bytes) -> Permit:
    """Records a leaf among others, and makes the permit that follows from it."""
    raws = [leaf(random).encode() for _ in range(random.randrange(1, 9))]
    index = random.randrange(len(raws))
    raws[index] = approving.encode()
    hashes = list(map(leaf_hash, raws))
    return Permit(
        candidate=approving.subject,
        payload=PAYLOAD,
        nonce=nonce,
        digest=payload.digest(PAYLOAD, nonce),
        index=index,
        leaf=raws[index],
        proof=inclusion.prove(index, hashes),
        checkpoint=LOG.checkpoint(Checkpoint(ORIGIN, len(hashes), root(hashes))).encode(),
    )


def _altered(random: Random, approving: Leaf, permit: Permit) -> tuple[str, Permit]:
    recorded: dict[str, dict[str, Any]] = {
        "recorded in another log": {"origin": "ledger.example/workspaces/other"},
        "recorded as collected": {"kind": "approval_collected"},
        "recorded by a generator": {"principal_kind": "generator"},
        "recorded by a service": {"principal_kind": "service"},
        "recorded without a digest": {"payload_digest": None},
        "recorded with another digest": {"payload_digest": random.randbytes(32)},
        "recorded about another candidate": {"subject": approving.subject + "0"},
    }
    change = random.choice(["nothing", *recorded, *["a field"] * 9])
    if change in recorded:
        moved = _in_log(random, replace(approving, **recorded[change]), permit.nonce)
        return change, replace(moved, candidate=permit.candidate)
    if change == "nothing":
        return change, permit
    text = permit.checkpoint.decode()
    fields: dict[str, dict[str, Any]] = {
        "another candidate": {"candidate": permit.candidate[:-1]},
        "another payload": {"payload": PAYLOAD.replace(b"02", b"03")},
        "the payload with a space": {"payload": PAYLOAD.replace(b":", b": ")},
        "another nonce": {"nonce": random.randbytes(32)},
        "another digest": {"digest": random.randbytes(32)},
        "another index": {"index": alter.number(random, permit.index, 9)[1]},
        "another leaf": {"leaf": alter.bytes_(random, permit.leaf)[1]},
        "another proof": {"proof": alter.hashes(random, permit.proof, [leaf_hash(permit.leaf)])[1]},
        "another checkpoint": {"checkpoint": alter.bytes_(random, permit.checkpoint)[1]},
        "a checkpoint by another key": {"checkpoint": OTHER_LOG.note(text.split("\n\n")[0] + "\n").encode()},
    }
    change, changed = random.choice(sorted(fields.items()))
    return change, replace(permit, **changed)


def _shown(permit: Permit) -> dict[str, Any]:
    return {
        "candidate": permit.candidate,
        "payload": permit.payload.decode(),
        "nonce": permit.nonce.hex(),
        "digest": permit.digest.hex(),
        "index": permit.index,
        "leaf": permit.leaf.hex(),
        "proof": [step.hex() for step in permit.proof],
        "checkpoint": permit.checkpoint.hex(),
    }
