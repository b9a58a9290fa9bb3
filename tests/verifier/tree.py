"""The Merkle tree of RFC 6962, section 2.1: its hashes, and its root while it grows."""

from collections.abc import Iterable
from hashlib import sha256

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(leaf: bytes) -> bytes:
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


class Edge:
    """The right edge of a growing tree: the roots of its perfect subtrees, the largest first."""

    def __init__(self, hashes: Iterable[bytes] = ()) -> None:
        self.size = 0
        self._roots: list[bytes] = []
        for appended in hashes:
            self.append(appended)

    def append(self, appended: bytes) -> None:
        # As many subtrees are whole now as the old size has ones at its end.
        filled = self.size
        while filled & 1:
            appended = node_hash(self._roots.pop(), appended)
            filled >>= 1
        self._roots.append(appended)
        self.size += 1

    def root(self) -> bytes:
        if not self._roots:
            return EMPTY_ROOT
        root = self._roots[-1]
        for left in reversed(self._roots[:-1]):
            root = node_hash(left, root)
        return root


def root(hashes: Iterable[bytes]) -> bytes:
    """Returns the root over leaf hashes."""
    return Edge(hashes).root()
