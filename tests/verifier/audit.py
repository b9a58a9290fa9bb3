"""What an auditor checks: a whole log, entry by entry, holding only the right edge of its tree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from .checkpoint import Checkpoint
from .commitment import commitment
from .leaf import Leaf
from .refusal import Refused
from .tree import Edge, leaf_hash


@dataclass(frozen=True)
class Entry:
    """An entry as it is stored. What is stored beside the leaf is given by the leaf's field names."""

    index: int
    leaf: bytes
    leaf_hash: bytes | None = None
    salt: bytes | None = None
    content: bytes | None = None
    beside: dict[str, object] = field(default_factory=dict)


class Finding(Refused):
    """The first thing in a log that does not verify, with the entries it puts in doubt."""

    def __init__(self, first: int, last: int, why: str) -> None:
        super().__init__(f"entry {first}: {why}" if first == last else f"entries {first} to {last}: {why}")
        self.first, self.last, self.why = first, last, why


@dataclass
class Audited:
    """What was seen on the way."""

    size: int
    root: bytes
    contents: int
    erased: int
    checkpoints: int


class Audit:
    """Takes the entries of one log in order."""

    def __init__(self, origin: str, checkpoints: Iterable[Checkpoint] = ()) -> None:
        self._origin = origin
        self._checkpoints = {checkpoint.size: checkpoint for checkpoint in checkpoints}
        self._edge = Edge()
        self._keys: set[str] = set()
        self._time: int | None = None
        self._agreed = 0
        self._contents = self._erased = 0
        self._check_root()

    def add(self, entry: Entry) -> Leaf:
        """Checks the next entry; raises `Finding` at the first thing that is wrong with it."""
        index = self._edge.size
        try:
            if entry.index != index:
                raise Refused(f"index {entry.index} stands in its place")
            leaf = self._check_entry(entry)
        except Refused as refused:
            raise Finding(index, index, str(refused)) from refused
        self._edge.append(leaf_hash(entry.leaf))
        self._check_root()
        return leaf

    def finish(self) -> Audited:
        """Checks that no entry is missing at the end."""
        size = self._edge.size
        beyond = [signed for signed in self._checkpoints if signed > size]
        if beyond:
            raise Finding(size, max(beyond) - 1, "missing, though a checkpoint was signed over them")
        return Audited(size, self._edge.root(), self._contents, self._erased, len(self._checkpoints))

    def _check_entry(self, entry: Entry) -> Leaf:
        leaf = Leaf.decode(entry.leaf)
        if entry.leaf_hash is not None and entry.leaf_hash != leaf_hash(entry.leaf):
            raise Refused("the stored leaf hash is not the leaf's")
        if leaf.origin != self._origin:
            raise Refused(f"a leaf of another log, `{leaf.origin}`")
        for name, stored in entry.beside.items():
            if stored != getattr(leaf, name):
                raise Refused(f"the stored {name} is not the leaf's")
        if self._time is not None and leaf.appended_at_us < self._time:
            raise Refused("appended before the entry before it")
        if leaf.idempotency_key in self._keys:
            raise Refused(f"the idempotency key `{leaf.idempotency_key}` occurs twice")
        self._check_content(entry, leaf)
        self._time = leaf.appended_at_us
        self._keys.add(leaf.idempotency_key)
        return leaf

    def _check_content(self, entry: Entry, leaf: Leaf) -> None:
        if entry.content is None or entry.salt is None:
            if entry.content is not None or entry.salt is not None:
                raise Refused("salt and content are there together or not at all")
            self._erased += 1
            return
        if commitment(entry.content, entry.salt) != leaf.commitment:
            raise Refused("the content is not what the leaf commits to")
        self._contents += 1

    def _check_root(self) -> None:
        size = self._edge.size
        checkpoint = self._checkpoints.get(size)
        if checkpoint is None:
            return
        if checkpoint.root != self._edge.root():
            raise Finding(
                min(self._agreed, max(size - 1, 0)),
                max(size - 1, 0),
                f"not the entries that were signed at size {size}",
            )
        self._agreed = size
