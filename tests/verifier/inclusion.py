"""Inclusion proofs: built by RFC 6962, section 2.1.1, verified by RFC 9162, section 2.1.3.2."""

from collections.abc import Sequence

from .refusal import Refused
from .tree import HASH_BYTES, node_hash, root


def prove(index: int, hashes: Sequence[bytes]) -> list[bytes]:
    """Builds PATH(m, D[n]) over all leaf hashes of a tree."""
    if not 0 <= index < len(hashes):
        raise Refused(f"index {index} is not below the size {len(hashes)}")
    if len(hashes) == 1:
        return []
    split = 1 << (len(hashes) - 1).bit_length() - 1
    if index < split:
        return prove(index, hashes[:split]) + [root(hashes[split:])]
    return prove(index - split, hashes[split:]) + [root(hashes[:split])]


def verify(index: int, size: int, hash: bytes, proof: Sequence[bytes], expected: bytes) -> None:
    """Refuses unless the leaf hash stands at the index under the root of that size."""
    if not 0 <= index < size:
        raise Refused(f"index {index} is not below the size {size}")
    if any(len(step) != HASH_BYTES for step in (hash, *proof, expected)):
        raise Refused("a hash has 32 bytes")
    first, last, reached = index, size - 1, hash
    for step in proof:
        if last == 0:
            raise Refused("the inclusion proof is too long")
        if first & 1 or first == last:
            reached = node_hash(step, reached)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            reached = node_hash(reached, step)
        first, last = first >> 1, last >> 1
    if last != 0:
        raise Refused("the inclusion proof is too short")
    if reached != expected:
        raise Refused("the inclusion proof leads to another root")
