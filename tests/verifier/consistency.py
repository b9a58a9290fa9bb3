"""Consistency proofs: built by RFC 6962, section 2.1.2, verified by RFC 9162, section 2.1.4.2."""

from collections.abc import Sequence

from .refusal import Refused
from .tree import EMPTY_ROOT, HASH_BYTES, node_hash, root


def prove(old_size: int, hashes: Sequence[bytes]) -> list[bytes]:
    """Builds PROOF(m, D[n]) over all leaf hashes of the newer tree."""
    if not 0 <= old_size <= len(hashes):
        raise Refused(f"the older size {old_size} is above the newer one, {len(hashes)}")
    return _subproof(old_size, hashes, True) if old_size else []


def verify(old_size: int, new_size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Refuses unless the older tree is the beginning of the newer one."""
    if not 0 <= old_size <= new_size:
        raise Refused(f"the older size {old_size} is above the newer one, {new_size}")
    if any(len(step) != HASH_BYTES for step in (old_root, new_root, *proof)):
        raise Refused("a hash has 32 bytes")
    if old_size in (0, new_size):
        _verify_empty(old_size, new_size, old_root, new_root, proof)
        return
    if not proof:
        raise Refused("the consistency proof is too short")
    # A perfect older tree is itself the first node of the way; the proof leaves it out.
    way = list(proof) if old_size & (old_size - 1) else [old_root, *proof]
    first, last = old_size - 1, new_size - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    old_reached = new_reached = way[0]
    for step in way[1:]:
        if last == 0:
            raise Refused("the consistency proof is too long")
        if first & 1 or first == last:
            old_reached, new_reached = node_hash(step, old_reached), node_hash(step, new_reached)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            new_reached = node_hash(new_reached, step)
        first, last = first >> 1, last >> 1
    if last != 0:
        raise Refused("the consistency proof is too short")
    if old_reached != old_root:
        raise Refused("the consistency proof leads to another older root")
    if new_reached != new_root:
        raise Refused("the consistency proof leads to another newer root")


def _verify_empty(old_size: int, new_size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    if proof:
        raise Refused("the consistency proof is too long")
    if old_size == 0 and old_root != EMPTY_ROOT:
        raise Refused("the older root is not that of no leaves")
    if old_size == new_size and old_root != new_root:
        raise Refused("two roots for one size")


def _subproof(old_size: int, hashes: Sequence[bytes], whole: bool) -> list[bytes]:
    if old_size == len(hashes):
        return [] if whole else [root(hashes)]
    split = 1 << (len(hashes) - 1).bit_length() - 1
    if old_size <= split:
        return _subproof(old_size, hashes[:split], whole) + [root(hashes[split:])]
    return _subproof(old_size - split, hashes[split:], False) + [root(hashes[:split])]
