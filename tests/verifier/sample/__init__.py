"""Cases for comparing two verifiers: artefacts as they should be, and altered ones.

A case is a family, what was changed, and an input; `verdicts.judge` says what this verifier makes of it. Each case is
drawn from a seed of its own, so that one can be made again without those before it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

from .. import verdicts
from . import exports, json_texts, leaves, logs, notes, permits, proofs, tiles

Case = dict[str, Any]
Make = Callable[[Random], Case]

# How many of each hundred cases are of which family.
SHARES: dict[str, tuple[int, Make]] = {
    "json": (11, json_texts.case),
    "leaf": (13, leaves.case),
    "commitment": (2, leaves.commitment_case),
    "key": (5, notes.key_case),
    "checkpoint": (14, notes.checkpoint_case),
    "tlog_proof": (11, proofs.tlog_proof_case),
    "inclusion": (10, proofs.inclusion_case),
    "consistency": (10, proofs.consistency_case),
    "tile": (4, tiles.case),
    "tree": (2, tiles.tree_case),
    "permit": (7, permits.case),
    "log": (6, logs.case),
    "export": (5, exports.case),
}


def cases(seed: int, count: int, export: Path, out: Path) -> Iterator[Case]:
    """Yields cases with this verifier's verdicts; altered exports are made from `export` and written below `out`."""
    exports.prepare(export, out)
    turns = itertools.cycle(_turns())
    for number in range(count):
        family, make = next(turns)
        case = make(Random(f"{seed}/{number}"))
        case = {"number": number, "family": family, **case}
        yield {**case, "verdict": verdicts.judge(case)}


def _turns() -> list[tuple[str, Make]]:
    turns = [(family, make) for family, (share, make) in SHARES.items() for _ in range(share)]
    assert len(turns) == 100, "shares are of a hundred"
    return turns
