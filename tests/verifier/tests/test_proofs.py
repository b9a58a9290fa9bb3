"""Every proof of small trees, and the probes around each that transparency-dev/merkle has its verifiers refuse."""

import unittest
from collections.abc import Iterator

from .. import consistency, inclusion
from ..refusal import Refused
from ..tree import EMPTY_ROOT, leaf_hash, root

SIZE_MAX = 40
GARBAGE = leaf_hash(b"garbage")
HASHES = [leaf_hash(index.to_bytes(8, "big")) for index in range(SIZE_MAX)]
ROOTS = [root(HASHES[:size]) for size in range(SIZE_MAX + 1)]


def altered(proof: list[bytes], strangers: list[bytes]) -> Iterator[list[bytes]]:
    for at, step in enumerate(proof):
        yield proof[:at] + [bytes([step[0] ^ 8]) + step[1:]] + proof[at + 1 :]
    for stranger in strangers:
        yield [*proof, stranger]
        yield [stranger, *proof]
    if proof:
        yield [proof[0], GARBAGE, *proof[1:]]
        yield proof[:-1]
        yield []


class Proofs(unittest.TestCase):
    def test_every_inclusion_proof_holds_and_no_probe_does(self) -> None:
        for size in range(1, SIZE_MAX + 1):
            for index in range(size):
                hash, top, proof = HASHES[index], ROOTS[size], inclusion.prove(index, HASHES[:size])
                inclusion.verify(index, size, hash, proof, top)
                probes = [(other, size, hash, proof, top) for other in (index - 1, index + 1, index ^ 2)]
                probes += [(index, other, hash, proof, top) for other in (size * 2, size // 2, 0)]
                probes += [(index, size, other, proof, top) for other in (GARBAGE, EMPTY_ROOT, b"")]
                probes += [(index, size, hash, proof, other) for other in (GARBAGE, EMPTY_ROOT, b"")]
                probes += [(index, size, hash, other, top) for other in altered(proof, [GARBAGE, top])]
                for probe in probes:
                    with self.assertRaises(Refused, msg=f"{index} in {size}: {probe[:2]}"):
                        inclusion.verify(*probe)

    def test_every_consistency_proof_holds_and_no_probe_does(self) -> None:
        for new in range(1, SIZE_MAX + 1):
            for old in range(1, new + 1):
                proof, roots = consistency.prove(old, HASHES[:new]), (ROOTS[old], ROOTS[new])
                consistency.verify(old, new, *roots, proof)
                probes = [(other, new, *roots, proof) for other in (old - 1, old + 1, old ^ 2, 0)]
                probes += [(old, other, *roots, proof) for other in (new * 2, new // 2, 0)]
                probes += [(old, new, other, roots[1], proof) for other in (GARBAGE, EMPTY_ROOT, b"")]
                probes += [(old, new, roots[0], other, proof) for other in (GARBAGE, EMPTY_ROOT, b"")]
                probes += [(old, new, roots[1], roots[0], proof)] if old < new else []
                probes += [(old, new, *roots, other) for other in altered(proof, [GARBAGE, *roots])]
                for probe in probes:
                    with self.assertRaises(Refused, msg=f"{old} with {new}: {probe[:2]}"):
                        consistency.verify(*probe)

    def test_from_nothing_everything_grows(self) -> None:
        consistency.verify(0, 5, EMPTY_ROOT, ROOTS[5], [])
        consistency.verify(0, 0, EMPTY_ROOT, EMPTY_ROOT, [])
        for probe in [
            (0, 5, ROOTS[5], ROOTS[5], []),
            (0, 0, GARBAGE, GARBAGE, []),
            (0, 5, EMPTY_ROOT, ROOTS[5], [GARBAGE]),
        ]:
            with self.assertRaises(Refused):
                consistency.verify(*probe)
