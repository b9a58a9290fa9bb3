"""Tiles: which a tree has, what they are called, and what they hold."""

from __future__ import annotations

from random import Random
from typing import Any

EDGES = [0, 1, 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537, 70_000]


def tree_case(random: Random) -> dict[str, Any]:
    size = random.choice([*EDGES[:11], *(random.randrange(2_001) for _ in range(20))])
    return {"change": f"a tree of {size}", "input": {"size": size, "start": random.randrange(2**32)}}


def case(random: Random) -> dict[str, Any]:
    size = random.choice([*EDGES, random.randrange(10_000)])
    level, index = (
        random.choice([0, 0, 1, 2, 7, 8, 63]),
        random.choice([0, 1, 255, 999, 1000, 1_234_067, 2**56 - 1, 2**56]),
    )
    width = random.choice([0, 1, 17, 255, 256, 257])
    length = 32 * width + random.choice([0, 0, 0, 1, 32, -32])
    raw = random.randbytes(max(length, 0))
    shown = {"size": size, "level": level, "index": index, "width": width, "tile": raw.hex()}
    return {"change": f"a tree of {size}; level {level}, index {index}, width {width}", "input": shown}
