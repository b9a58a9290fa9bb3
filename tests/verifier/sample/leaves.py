"""Leaves and commitments."""

from __future__ import annotations

from random import Random
from typing import Any

from ..commitment import CONTENT_BYTES_MAX, commitment
from ..leaf import LEAF_BYTES_MAX, PRINCIPAL_KINDS, Leaf
from . import alter
from .signer import ORIGIN


def case(random: Random) -> dict[str, Any]:
    change, raw = random.choice([_whole, _altered, _altered, _altered, _edge])(random)
    return {"change": change, "input": {"leaf": raw.hex()}}


def commitment_case(random: Random) -> dict[str, Any]:
    size = random.choice([0, 1, 100, 1000])
    content, salt = random.randbytes(size), random.randbytes(32)
    claimed = commitment(content, salt)
    if random.random() < 0.5:
        change, content = alter.bytes_(random, content)
    elif random.random() < 0.2:
        change, content = "as large as a content may be, or larger", bytes(CONTENT_BYTES_MAX + random.randrange(2))
        claimed = commitment(content[:CONTENT_BYTES_MAX], salt)
    else:
        change = "nothing"
    return {"change": change, "input": {"content": content.hex(), "salt": salt.hex(), "claimed": claimed.hex()}}


def leaf(random: Random, **fields: Any) -> Leaf:
    """Makes a leaf, with these fields as they are and the others any."""
    candidate = f"01928f2e-7c00-7000-8000-{random.randrange(2**48):012x}"
    revision = fields.get("subject_revision", random.choice([1, 2, 3, random.randrange(2**64)]))
    return Leaf(**{
        "origin": ORIGIN,
        "kind": random.choice(["candidate_proposed", "candidate_edited", "candidate_approved", "règle_changée"]),
        "subject": f"workspaces/demo/candidates/{candidate}",
        "subject_revision": revision,
        "principal_kind": random.choice(list(PRINCIPAL_KINDS.values())),
        "principal_reference": f"p_{random.randrange(2**64):016x}",
        "appended_at_us": random.choice([1_795_424_400_000_000, random.randrange(-(2**63), 2**63)]),
        "idempotency_key": f"{candidate}/{revision}/0",
        "payload_digest": random.choice([None, random.randbytes(32)]),
        "commitment": random.randbytes(32),
        **fields,
    })  # fmt: skip


def _whole(random: Random) -> tuple[str, bytes]:
    return "nothing", leaf(random).encode()


def _altered(random: Random) -> tuple[str, bytes]:
    return alter.bytes_(random, leaf(random).encode())


def _edge(random: Random) -> tuple[str, bytes]:
    short = leaf(random, kind="k")
    length = LEAF_BYTES_MAX - len(short.encode()) + 1 + random.choice([-1, 0])
    full = leaf(random, **{**vars(short), "kind": "k" * length}).encode()
    # One letter more than fits: the length of the kind stands behind version and origin.
    at = 1 + 2 + len(ORIGIN)
    longer = full[:at] + (length + 2).to_bytes(2, "big") + b"kk" + full[at + 2 :]
    return random.choice([("as long as a leaf may be", full), ("longer than a leaf may be", longer)])
