"""Inclusion proofs, consistency proofs and proof files, altered as the probes of transparency-dev are, and worse."""

from __future__ import annotations

from random import Random
from typing import Any

from .. import consistency, inclusion
from ..checkpoint import Checkpoint
from ..encoding import base64_text
from ..tree import EMPTY_ROOT, leaf_hash, root
from . import alter
from .leaves import leaf
from .signer import LOG, ORIGIN, OTHER_LOG

SIZES = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 100, 255, 256, 257, 300]


def inclusion_case(random: Random) -> dict[str, Any]:
    hashes = _hashes(random)
    index = random.randrange(len(hashes))
    proof, expected, size = inclusion.prove(index, hashes), root(hashes), len(hashes)
    others = [expected, hashes[index], EMPTY_ROOT]
    hash, change = hashes[index], "nothing"
    for _ in range(random.choice([0, 1, 1, 1, 2])):
        match random.randrange(5):
            case 0:
                change, index = alter.number(random, index, size)
            case 1:
                change, size = alter.number(random, size, 2 * size)
            case 2:
                change, proof = alter.hashes(random, proof, others)
            case 3:
                change, hash = "another leaf", random.choice([*others, *hashes, random.randbytes(32)])
            case _:
                change, expected = "another root", random.choice([*others, root(hashes[:-1]), random.randbytes(32)])
    shown = {"index": index, "size": size, "hash": hash.hex(), "root": expected.hex(), "proof": _shown(proof)}
    return {"change": change, "input": shown}


def consistency_case(random: Random) -> dict[str, Any]:
    hashes = _hashes(random)
    old, new = random.randrange(len(hashes) + 1), len(hashes)
    proof, roots = consistency.prove(old, hashes), [root(hashes[:old]), root(hashes)]
    others, change = [*roots, EMPTY_ROOT], "nothing"
    for _ in range(random.choice([0, 1, 1, 1, 2])):
        match random.randrange(5):
            case 0:
                change, old = alter.number(random, old, new)
            case 1:
                change, new = alter.number(random, new, 2 * new)
            case 2:
                change, proof = alter.hashes(random, proof, others)
            case 3:
                change, roots = "roots swapped", roots[::-1]
            case _:
                change, roots[random.randrange(2)] = "another root", random.choice([*others, random.randbytes(32)])
    shown = {
        "old_size": old,
        "new_size": new,
        "old_root": roots[0].hex(),
        "new_root": roots[1].hex(),
        "proof": _shown(proof),
    }
    return {"change": change, "input": shown}


def tlog_proof_case(random: Random) -> dict[str, Any]:
    raws = [leaf(random).encode() for _ in range(random.choice(SIZES[:10]))]
    hashes = list(map(leaf_hash, raws))
    index = random.randrange(len(hashes))
    signed = LOG.checkpoint(Checkpoint(ORIGIN, len(hashes), root(hashes)))
    extra = random.choice([None, raws[index], b"", bytes(65_536), bytes(65_537)])
    lines = ["c2sp.org/tlog-proof@v1"]
    lines += [] if extra is None else [f"extra {base64_text(extra)}"]
    lines += [f"index {index}", *map(base64_text, inclusion.prove(index, hashes)), "", signed]
    change, raw = _altered_file(random, "\n".join(lines))
    shown = {"file": raw.hex(), "leaf": raws[index].hex(), "key": LOG.vkey(), "origin": ORIGIN}
    return {"change": change, "input": shown}


def _altered_file(random: Random, text: str) -> tuple[str, bytes]:
    index = next(line for line in text.split("\n") if line.startswith("index "))
    filler = base64_text(bytes(32))
    ways = {
        "an index with a zero before it": text.replace(index, index.replace(" ", " 0"), 1),
        "an index beyond 64 bits": text.replace(index, f"index {2**64}", 1),
        "an index with a sign": text.replace(index, index.replace(" ", " +"), 1),
        "a second extra line": text.replace(index, f"extra AA==\nextra AA==\n{index}", 1),
        "extra behind the index": text.replace(index, f"{index}\nextra AA==", 1),
        "64 hashes more": text.replace(index, "\n".join([index, *[filler] * 64]), 1),
        "65 hashes more": text.replace(index, "\n".join([index, *[filler] * 65]), 1),
        "another version": text.replace("@v1", "@v2", 1),
        "another log's signature": text.replace(text[text.rindex("—") :], OTHER_LOG.line(text), 1),
        "a byte order mark before it": "\ufeff" + text,
    }
    change, changed = "nothing", text
    match random.randrange(6):
        case 0:
            pass
        case 1:
            change, changed = random.choice(sorted(ways.items()))
        case 2:
            change, changed = alter.stray_bits(random, text)
        case 3:
            return alter.bytes_(random, text.encode())
        case _:
            change, changed = alter.line(random, text)
    return change, changed.encode()


def _hashes(random: Random) -> list[bytes]:
    start = random.randrange(2**32)
    return [leaf_hash((start + index).to_bytes(8, "big")) for index in range(random.choice(SIZES))]


def _shown(proof: list[bytes]) -> list[str]:
    return [step.hex() for step in proof]
