"""Whole logs: their entries with contents, and the checkpoints on the way."""

from __future__ import annotations

from random import Random
from typing import Any

from ..checkpoint import Checkpoint
from ..commitment import commitment
from ..leaf import Leaf
from ..tree import EMPTY_ROOT, leaf_hash, root
from .leaves import leaf
from .signer import LOG, ORIGIN

Entry = dict[str, Any]


def case(random: Random) -> dict[str, Any]:
    entries = _entries(random, random.randrange(1, 24))
    sizes = sorted({random.randrange(len(entries) + 1), len(entries)})
    signed = [_checkpoint(entries, size) for size in sizes]
    change, entries, signed = random.choice([_whole, _bytes, _bytes, _rows, _rows, _rewritten])(random, entries, signed)
    notes = [LOG.checkpoint(checkpoint) for checkpoint in signed]
    return {"change": change, "input": {"origin": ORIGIN, "key": LOG.vkey(), "entries": entries, "checkpoints": notes}}


def _entries(random: Random, count: int) -> list[Entry]:
    time, entries = 1_795_424_400_000_000, []
    for index in range(count):
        time += random.choice([0, 0, 1, 1_000_000])
        salt, content = random.randbytes(32), random.randbytes(random.randrange(1, 40))
        raw = leaf(random, appended_at_us=time, commitment=commitment(content, salt)).encode()
        entries.append(_entry(index, raw, salt, content))
        if random.random() < 0.2:
            entries[-1].update(salt=None, content=None)
    return entries


def _entry(index: int, raw: bytes, salt: bytes, content: bytes) -> Entry:
    hash = leaf_hash(raw)
    return {"index": index, "leaf": raw.hex(), "leaf_hash": hash.hex(), "salt": salt.hex(), "content": content.hex()}


def _checkpoint(entries: list[Entry], size: int) -> Checkpoint:
    return Checkpoint(ORIGIN, size, root(bytes.fromhex(entry["leaf_hash"]) for entry in entries[:size]))


def _whole(random: Random, entries: list[Entry], signed: list[Checkpoint]) -> tuple[str, list[Entry], list[Checkpoint]]:
    return "nothing", entries, signed


def _bytes(random: Random, entries: list[Entry], signed: list[Checkpoint]) -> tuple[str, list[Entry], list[Checkpoint]]:
    """Changes what one row holds; a leaf's hash goes along, or not."""
    at, column = random.randrange(len(entries)), random.choice(["leaf", "leaf_hash", "salt", "content"])
    entry = entries[at]
    if entry[column] is None:
        return "nothing", entries, signed
    before = bytes.fromhex(entry[column])
    place = random.randrange(len(before))
    after = before[:place] + bytes([before[place] ^ 1 << random.randrange(8)]) + before[place + 1 :]
    entry[column] = after.hex()
    change = f"a bit of {column} in row {at}"
    if column == "leaf" and random.random() < 0.5:
        entry["leaf_hash"], change = leaf_hash(after).hex(), f"{change}, and its hash"
    return change, entries, signed


def _rows(random: Random, entries: list[Entry], signed: list[Checkpoint]) -> tuple[str, list[Entry], list[Checkpoint]]:
    """Moves rows; their indices are made dense again, or not."""
    at, other = random.randrange(len(entries)), random.randrange(len(entries))
    swapped = list(entries)
    swapped[at], swapped[other] = swapped[other], swapped[at]
    ways = {
        f"row {at} missing": entries[:at] + entries[at + 1 :],
        f"row {at} twice": entries[: at + 1] + entries[at:],
        f"rows {at} and {other} swapped": swapped,
        f"cut off at {at}": entries[:at],
    }
    change, moved = random.choice(sorted(ways.items()))
    moved = [dict(entry) for entry in moved]
    if random.random() < 0.7:
        change = f"{change}, renumbered"
        for index, entry in enumerate(moved):
            entry["index"] = index
    return change, moved, signed


def _rewritten(
    random: Random, entries: list[Entry], signed: list[Checkpoint]
) -> tuple[str, list[Entry], list[Checkpoint]]:
    """Writes a leaf anew, all that follows from it with it, and signs again: at the end, or at every checkpoint."""
    at = random.randrange(len(entries))
    old = Leaf.decode(bytes.fromhex(entries[at]["leaf"]))
    fields: dict[str, dict[str, Any]] = {
        "another actor": {"principal_reference": "p_somebody"},
        "a time that runs backwards": {"appended_at_us": old.appended_at_us - 10**9},
        "a time of later": {"appended_at_us": old.appended_at_us + 10**9},
        "another log": {"origin": ORIGIN + "x"},
        "another commitment": {"commitment": EMPTY_ROOT},
    }
    change, changed = random.choice(sorted(fields.items()))
    raw = Leaf(**{**vars(old), **changed}).encode()
    entries[at].update(leaf=raw.hex(), leaf_hash=leaf_hash(raw).hex())
    again = random.choice([0, len(signed) - 1, len(signed)])
    signed = signed[:again] + [_checkpoint(entries, checkpoint.size) for checkpoint in signed[again:]]
    return f"{change} in row {at}, signed anew from checkpoint {again} on", entries, signed
