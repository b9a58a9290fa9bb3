"""Small changes to bytes and texts."""

from __future__ import annotations

from random import Random


def bytes_(random: Random, raw: bytes) -> tuple[str, bytes]:
    """Changes some bytes; says how. What comes out may be what went in."""
    at, other = random.randrange(len(raw) + 1), random.randrange(len(raw) + 1)
    start, end = sorted((at, other))
    ways = {
        f"a bit flipped at {at}": raw[:at]
        + bytes(b ^ 1 << random.randrange(8) for b in raw[at : at + 1])
        + raw[at + 1 :],
        f"a byte replaced at {at}": raw[:at] + random.randbytes(1) + raw[at + 1 :],
        f"a byte missing at {at}": raw[:at] + raw[at + 1 :],
        f"a byte inserted at {at}": raw[:at] + random.randbytes(1) + raw[at:],
        f"cut off at {at}": raw[:at],
        "a byte appended": raw + random.randbytes(1),
        f"{start} to {end} twice": raw[:end] + raw[start:],
        f"{start} to {end} reversed": raw[:start] + raw[start:end][::-1] + raw[end:],
    }
    return random.choice(sorted(ways.items()))


def line(random: Random, text: str) -> tuple[str, str]:
    """Changes the lines of a text."""
    lines = text.split("\n")
    at, other = random.randrange(len(lines)), random.randrange(len(lines))
    ways = {
        f"line {at} missing": lines[:at] + lines[at + 1 :],
        f"line {at} twice": lines[:at] + [lines[at]] + lines[at:],
        f"line {at} empty": lines[:at] + [""] + lines[at + 1 :],
        f"line {at} ends with a carriage return": lines[:at] + [lines[at] + "\r"] + lines[at + 1 :],
        f"line {at} begins with a space": lines[:at] + [" " + lines[at]] + lines[at + 1 :],
        f"line {at} ends with a space": lines[:at] + [lines[at] + " "] + lines[at + 1 :],
        f"lines {at} and {other} swapped": _swapped(lines, at, other),
        f"a padding less in line {at}": lines[:at] + [lines[at].removesuffix("=")] + lines[at + 1 :],
        f"a padding more in line {at}": lines[:at] + [lines[at] + "="] + lines[at + 1 :],
    }
    change, changed = random.choice(sorted(ways.items()))
    return change, "\n".join(changed)


def stray_bits(random: Random, text: str) -> tuple[str, str]:
    """Changes the last letter before some padding: other bits that decoders may throw away."""
    places = [at for at in range(1, len(text)) if text[at] == "=" and text[at - 1] != "="]
    if not places:
        return "nothing", text
    at = random.choice(places) - 1
    letter = random.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    return f"the letter before a padding, at {at}", text[:at] + letter + text[at + 1 :]


def hashes(random: Random, proof: list[bytes], others: list[bytes]) -> tuple[str, list[bytes]]:
    """Changes a proof as the probes of transparency-dev do: garbage, roots and leaves before and behind, one more, one less."""
    at = random.randrange(len(proof) + 1)
    other = random.choice([*others, random.randbytes(32)])
    ways = {
        f"a hash inserted at {at}": proof[:at] + [other] + proof[at:],
        "a hash before all": [other, *proof],
        "a hash behind all": [*proof, other],
        f"hash {at} missing": proof[:at] + proof[at + 1 :],
        f"hash {at} with another bit": proof[:at]
        + [_flipped(random, step) for step in proof[at : at + 1]]
        + proof[at + 1 :],
        f"hash {at} replaced": proof[:at] + [other for _ in proof[at : at + 1]] + proof[at + 1 :],
        "no hash": [],
        "reversed": proof[::-1],
        "twice": proof * 2,
    }
    return random.choice(sorted(ways.items()))


def number(random: Random, value: int, limit: int) -> tuple[str, int]:
    """Changes a size or an index as the probes do; stays within 64 bits."""
    ways = {
        "one more": value + 1,
        "one less": value - 1,
        "another by its second bit": value ^ 2,
        "doubled": value * 2,
        "halved": value // 2,
        "none": 0,
        "the largest there is": 2**64 - 1,
        f"any up to {limit}": random.randrange(limit + 1),
    }
    change, changed = random.choice(sorted(ways.items()))
    return change, changed % 2**64


def _swapped(items: list[str], at: int, other: int) -> list[str]:
    swapped = list(items)
    swapped[at], swapped[other] = swapped[other], swapped[at]
    return swapped


def _flipped(random: Random, hash: bytes) -> bytes:
    return (int.from_bytes(hash, "big") ^ 1 << random.randrange(256)).to_bytes(32, "big")
