"""Proof files (C2SP tlog-proof): that one leaf stands in the log, for checking offline."""

from __future__ import annotations

from dataclasses import dataclass

from . import inclusion
from .checkpoint import Checkpoint
from .encoding import base64_bytes, decimal, utf8
from .leaf import Leaf
from .note import Pinned
from .refusal import Refused
from .tree import HASH_BYTES, leaf_hash

HEADER = "c2sp.org/tlog-proof@v1"
HASHES_MAX = 64
EXTRA_BYTES_MAX = 65_536


@dataclass(frozen=True)
class Proved:
    """What a proof file showed."""

    index: int
    leaf: Leaf
    size: int
    root: bytes


@dataclass(frozen=True)
class TlogProof:
    """A proof file as it was read."""

    index: int
    hashes: list[bytes]
    checkpoint: bytes
    extra: bytes | None

    @staticmethod
    def parse(raw: bytes) -> TlogProof:
        head, blank, checkpoint = utf8(raw).partition("\n\n")
        lines = head.split("\n")
        if not blank or lines.pop(0) != HEADER:
            raise Refused(f"not a proof file: no `{HEADER}`, or no empty line")
        extra = None
        if lines and lines[0].startswith("extra "):
            extra = base64_bytes(lines.pop(0).removeprefix("extra "))
            if len(extra) > EXTRA_BYTES_MAX:
                raise Refused(f"extra data has at most {EXTRA_BYTES_MAX} bytes")
        if not lines or not lines[0].startswith("index "):
            raise Refused("no index line")
        index = decimal(lines.pop(0).removeprefix("index "))
        hashes = [base64_bytes(line) for line in lines]
        if len(hashes) > HASHES_MAX or any(len(hash) != HASH_BYTES for hash in hashes):
            raise Refused(f"a proof file has at most {HASHES_MAX} hashes of {HASH_BYTES} bytes")
        return TlogProof(index, hashes, checkpoint.encode(), extra)

    def verify(self, hash: bytes, key: Pinned, origin: str) -> Checkpoint:
        """Refuses unless the leaf hash stands in the log that the key speaks for."""
        checkpoint = Checkpoint.verify(self.checkpoint, key, origin)
        inclusion.verify(self.index, checkpoint.size, hash, self.hashes, checkpoint.root)
        return checkpoint

    def verify_leaf(self, leaf: bytes, key: Pinned) -> Proved:
        """Refuses unless this leaf stands in the log that it says it is of."""
        decoded = Leaf.decode(leaf)
        checkpoint = self.verify(leaf_hash(leaf), key, decoded.origin)
        return Proved(self.index, decoded, checkpoint.size, checkpoint.root)
