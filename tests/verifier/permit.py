"""What an executor checks before it acts on a permit, in the order of docs/ledger-format.md."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from . import inclusion, names, payload, wire
from .checkpoint import Checkpoint
from .commitment import commitment
from .leaf import Leaf
from .note import Pinned
from .refusal import Refused
from .tree import leaf_hash

# Numbers of the contract: CandidateEvent's candidate and events, its member `candidate_approved`, and two fields of that.
CANDIDATE = 1
EVENTS = range(20, 41)
CANDIDATE_APPROVED = 26
CAUSE, STANDING_APPROVAL = 3, 5
CAUSE_STANDING_APPROVAL = 4


class CheckFailed(Refused):
    """The first check that failed, by its number."""

    def __init__(self, check: int, why: str) -> None:
        super().__init__(f"check {check}: {why}")
        self.check = check


@dataclass(frozen=True)
class Grant:
    """Shows that an approval given ahead rests on a standing approval recorded before it."""

    approving_content: bytes
    approving_salt: bytes
    index: int
    leaf: bytes
    proof: list[bytes]


@dataclass(frozen=True)
class Permit:
    """The right to execute once, as an executor gets it."""

    candidate: str
    payload: bytes
    nonce: bytes
    digest: bytes
    index: int
    leaf: bytes
    proof: list[bytes]
    checkpoint: bytes
    grant: Grant | None = None

    def verify(self, key: Pinned, origin: str) -> Checkpoint:
        """Passes the permit through all checks; raises `CheckFailed` at the first that fails."""
        with _check(1):
            checkpoint = Checkpoint.verify(self.checkpoint, key, origin)
        with _check(2):
            leaf = Leaf.decode(self.leaf)
        _require(3, leaf.origin == origin, "a leaf of another log")
        _require(4, leaf.kind == "candidate_approved", f"a leaf of kind `{leaf.kind}`")
        _require(5, leaf.subject == self.candidate, f"a leaf about `{leaf.subject}`")
        _require(6, leaf.principal_kind == "human", f"approved by a {leaf.principal_kind}")
        _require(7, leaf.payload_digest is not None and leaf.payload_digest == self.digest, "another digest")
        with _check(8):
            if payload.digest(self.payload, self.nonce) != self.digest:
                raise Refused("payload and nonce have another digest")
        with _check(9):
            inclusion.verify(self.index, checkpoint.size, leaf_hash(self.leaf), self.proof, checkpoint.root)
        if self.grant is not None:
            self._verify_grant(self.grant, leaf, checkpoint)
        _require(10, self.grant is not None or leaf.subject_revision != 1, "given ahead, without its grant")
        return checkpoint

    def _verify_grant(self, grant: Grant, approving: Leaf, checkpoint: Checkpoint) -> None:
        with _check(11):
            if commitment(grant.approving_content, grant.approving_salt) != approving.commitment:
                raise Refused("another content than the leaf commits to")
            standing_approval = _standing_approval(grant.approving_content, self.candidate)
        _require(12, grant.index < self.index, "granted after the approval")
        with _check(13):
            granted = Leaf.decode(grant.leaf)
            if (granted.origin, granted.kind) != (approving.origin, "standing_approval_granted"):
                raise Refused("no grant in this log")
            if granted.subject != standing_approval:
                raise Refused("the grant of another standing approval")
            if (granted.principal_kind, granted.principal_reference) != ("human", approving.principal_reference):
                raise Refused("granted by somebody else")
        with _check(14):
            inclusion.verify(grant.index, checkpoint.size, leaf_hash(grant.leaf), grant.proof, checkpoint.root)


def _standing_approval(content: bytes, candidate: str) -> str:
    """Returns the standing approval of the candidate's workspace that an approving event names as its cause."""
    if wire.text(content, CANDIDATE) != candidate:
        raise Refused("the content is about another candidate")
    events = [
        (number, value) for number, type, value in wire.fields(content) if number in EVENTS and type == wire.BYTES
    ]
    if not events or events[-1][0] != CANDIDATE_APPROVED:
        raise Refused("the content is no approval")
    # A member that comes in pieces is the pieces one after the other.
    approved = b"".join(bytes(value) for number, value in events if number == CANDIDATE_APPROVED)
    if wire.number(approved, CAUSE) != CAUSE_STANDING_APPROVAL:
        raise Refused("the approval was not given ahead")
    text = wire.text(approved, STANDING_APPROVAL)
    standing_approval, about = names.parse(text), names.parse(candidate)
    if standing_approval is None or about is None or standing_approval.collection != "standingApprovals":
        raise Refused("no standing approval is named")
    if standing_approval.workspace != about.workspace:
        raise Refused("a standing approval of another workspace")
    return text


def _require(check: int, holds: bool, why: str) -> None:
    if not holds:
        raise CheckFailed(check, why)


@contextmanager
def _check(number: int) -> Iterator[None]:
    try:
        yield
    except Refused as refused:
        raise CheckFailed(number, str(refused)) from refused
