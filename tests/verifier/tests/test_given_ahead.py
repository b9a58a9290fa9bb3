"""Permits on an approval that was given ahead: checks 10 to 14."""

import unittest
from dataclasses import replace
from random import Random
from typing import Any

from .. import inclusion, payload
from ..checkpoint import Checkpoint
from ..commitment import commitment
from ..leaf import Leaf
from ..permit import CheckFailed, Grant, Permit
from ..sample.leaves import leaf
from ..sample.signer import LOG, ORIGIN
from ..tree import leaf_hash, root

STANDING = "workspaces/demo/standingApprovals/01932c07-29a4-7d6b-8b1f-6d1f6c7a9a55"
CANDIDATE = "workspaces/demo/candidates/01928f2e-7c00-7000-8000-00000000a001"
PAYLOAD, NONCE, SALT = b"{}", bytes(32), bytes(range(32))


def field(number: int, value: bytes | str | int) -> bytes:
    if isinstance(value, int):
        return bytes([number << 3, value])
    raw = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(raw)) + raw


def varint(value: int) -> bytes:
    return bytes([value]) if value < 0x80 else bytes([value & 0x7F | 0x80]) + varint(value >> 7)


def content(about: str = CANDIDATE, cause: int = 4, standing: str = STANDING, event: int = 26) -> bytes:
    return field(1, about) + field(event, field(3, cause) + field(5, standing)) + field(7, "traceparent")


def permit(said: bytes, index: int = 2, revision: int = 1, **granted: Any) -> Permit:
    """Records a grant in entry 1, and an approval that says this before or behind it."""
    rng = Random(7)
    granting = {
        "kind": "standing_approval_granted", "subject": STANDING, "principal_kind": "human", "principal_reference": "p_anna",
        **granted,
    }  # fmt: skip
    digest = payload.digest(PAYLOAD, NONCE)
    approving = leaf(
        rng, kind="candidate_approved", subject=CANDIDATE, subject_revision=revision, principal_kind="human",
        principal_reference="p_anna", payload_digest=digest, commitment=commitment(said, SALT),
    )  # fmt: skip
    raws = [leaf(rng).encode() for _ in range(5)]
    raws[1], raws[index] = leaf(rng, **granting).encode(), approving.encode()
    hashes = list(map(leaf_hash, raws))
    checkpoint = LOG.checkpoint(Checkpoint(ORIGIN, len(hashes), root(hashes))).encode()
    grant = Grant(said, SALT, 1, raws[1], inclusion.prove(1, hashes))
    return Permit(
        CANDIDATE, PAYLOAD, NONCE, digest, index, raws[index], inclusion.prove(index, hashes), checkpoint, grant
    )


class GivenAhead(unittest.TestCase):
    def fails(self, check: int, given: Permit) -> None:
        with self.assertRaises(CheckFailed) as failed:
            given.verify(LOG.key, ORIGIN)
        self.assertEqual(failed.exception.check, check, str(failed.exception))

    def test_it_executes_on_the_grant_that_came_before(self) -> None:
        permit(content()).verify(LOG.key, ORIGIN)
        permit(content(), revision=3).verify(LOG.key, ORIGIN)
        replace(permit(content(), revision=3), grant=None).verify(LOG.key, ORIGIN)
        permit(field(1, "x") + content() + field(26, field(3, 1)) + field(26, field(3, 4))).verify(LOG.key, ORIGIN)

    def test_without_a_grant_nothing_runs(self) -> None:
        self.fails(10, replace(permit(content()), grant=None))

    def test_the_content_is_the_one_committed_to_and_names_the_grant(self) -> None:
        whole = permit(content())
        assert whole.grant
        self.fails(11, replace(whole, grant=replace(whole.grant, approving_salt=bytes(32))))
        self.fails(11, replace(whole, grant=replace(whole.grant, approving_content=content() + b"\x08\x00")))
        for said in [
            content(about=CANDIDATE[:-1] + "2"),
            content(cause=1),
            content(standing=STANDING.replace("demo", "other")),
            content(standing=STANDING.upper()),
            content(standing=CANDIDATE),
            content(event=25),
            content() + field(27, b""),
            content() + b"\x0f",
            content()[:-1],
            b"",
        ]:
            self.fails(11, permit(said))
            self.fails(11, permit(said, revision=3))

    def test_the_grant_came_before(self) -> None:
        self.fails(12, permit(content(), index=0))

    def test_the_grant_is_that_persons_in_this_log(self) -> None:
        grants: list[dict[str, Any]] = [
            {"kind": "standing_approval_revoked"},
            {"subject": STANDING[:-1] + "6"},
            {"principal_kind": "service"},
            {"principal_reference": "p_bert"},
            {"origin": ORIGIN + "x"},
        ]
        for granted in grants:
            self.fails(13, permit(content(), **granted))
        whole = permit(content())
        assert whole.grant
        self.fails(13, replace(whole, grant=replace(whole.grant, leaf=whole.grant.leaf[:-1])))

    def test_the_grant_stands_in_the_log(self) -> None:
        whole = permit(content())
        assert whole.grant
        self.fails(14, replace(whole, grant=replace(whole.grant, index=0)))
        self.fails(14, replace(whole, grant=replace(whole.grant, proof=whole.grant.proof[:-1])))
        other = Leaf(**{**vars(Leaf.decode(whole.grant.leaf)), "idempotency_key": "another"}).encode()
        self.fails(14, replace(whole, grant=replace(whole.grant, leaf=other)))
