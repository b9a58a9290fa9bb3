"""Payloads: JSON texts, most of them awkward."""

from __future__ import annotations

import json
import math
import struct
from random import Random
from typing import Any

from . import alter

# Texts that JSON allows in more than one spelling, or not at all.
ODD = [
    '{"a":1,"a":2}', '{"a":1,"\\u0061":2}', '{"\\ud83d\\ude00":1,"😀":2}', '"\\ud800"', '"\\ud83dx"', '"\\udc00\\ud800"',
    '{"\\udead":1}', '"\\u0000"', '"\x7f"', '"\x1f"', '"\t"', '"\\/"', '"/"', '"\\x41"', "NaN", "Infinity", "-Infinity", "-0",
    "-0.0", "0e0", "00", "01", "1.", ".5", "+1", "1e400", "-1e400", "1e-400", "1E3", "1e+3", "100000000000000000000",
    "1e21", "1e20", "123456789012345678901234567890", "9007199254740991", "9007199254740992", "9007199254740993",
    "-9007199254740993", "9007199254740993.0", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
    "-9223372036854775809", "18446744073709551615", "18446744073709551616", "18446744073709550592", "4.50", "2e-3", "1e-6",
    "1e-7", "0.000001", "333333333.33333329", "1e23", "9.5e-310", "5e-324", "2.2250738585072014e-308", "1.7976931348623157e308",
    "1.7976931348623159e308", "true", "True", "null", "nul", "", " ", "[]", "[1,]", "[,1]", "{,}", '{"a"}', '{"a":}', "[1 2]",
    "[1]x", "1 1", "\ufeff1", "\u00a01", "\u20281", "/**/1", "'a'", '{a:1}', '["\u2028\u2029"]', '"\\u2028"', '"\ue000"',
    '{"\ue000":1,"😀":2,"é":3,"z":4,"A":5,"":6}', '"\u00e9"', '"e\u0301"', '"\\uD834\\uDD1E"', "1" + "0" * 400, "1e-2147483649",
    "1e2147483648", "0." + "0" * 400 + "1", '{"b":[{"d":1,"c":2}],"a":{}}', "\r\n\t 1", "\x0b1", "\x0c1", '"\\b\\f\\n\\r\\t\\"\\\\"',
]  # fmt: skip


def case(random: Random) -> dict[str, Any]:
    change, raw = random.choice([_odd, _random, _numbers, _deep, _large, _altered])(random)
    return {"change": change, "input": {"sent": raw.hex(), "nonce": random.randbytes(32).hex()}}


def _odd(random: Random) -> tuple[str, bytes]:
    text = random.choice(ODD)
    wrapped = random.choice(["{}", "[{}]", '{{"x":{}}}', " {} "]).format(text)
    return "an odd text", wrapped.encode("utf-8", "surrogatepass")


def _random(random: Random) -> tuple[str, bytes]:
    text = json.dumps(_value(random, 3), ensure_ascii=random.random() < 0.5, indent=random.choice([None, 1]))
    return "any value", text.encode("utf-8", "surrogatepass")


def _numbers(random: Random) -> tuple[str, bytes]:
    return "numbers", json.dumps([_number(random) for _ in range(8)]).encode()


def _deep(random: Random) -> tuple[str, bytes]:
    depth = random.choice([1, 63, 64, 65, 127, 128, 129, 5000])
    left, right = random.choice([("[", "]"), ('{"a":', "}")])
    inside = random.choice(["1", '""', "[]", "{}"])
    return f"{depth} deep", (left * depth + inside + right * depth).encode()


def _large(random: Random) -> tuple[str, bytes]:
    letters = random.choice([65_533, 65_534, 65_535, 65_536])
    letter = random.choice(["a", "é", "\\u0061", "\\u0001"])
    written = {"a": 1, "é": 2, "\\u0061": 1, "\\u0001": 6}[letter]
    return "about as large as a payload may be", ('"' + letter * (letters // written) + '"').encode()


def _altered(random: Random) -> tuple[str, bytes]:
    return alter.bytes_(random, json.dumps(_value(random, 3), ensure_ascii=False).encode("utf-8", "surrogatepass"))


def _value(random: Random, depth: int) -> Any:
    kind = random.randrange(7 if depth else 5)
    if kind == 0:
        return random.choice([None, True, False])
    if kind <= 2:
        return _number(random)
    if kind <= 4:
        return _text(random)
    if kind == 5:
        return [_value(random, depth - 1) for _ in range(random.randrange(5))]
    return {_text(random): _value(random, depth - 1) for _ in range(random.randrange(5))}


def _text(random: Random) -> str:
    ranges = random.choice(
        [(0x20, 0x7F), (0, 0x20), (0x80, 0x800), (0xD7F0, 0xE010), (0xFFF0, 0x10010), (0x1F600, 0x1F610)]
    )
    return "".join(chr(random.randrange(*ranges)) for _ in range(random.randrange(6)))


def _number(random: Random) -> float | int:
    while True:
        ways: list[float | int] = [
            struct.unpack(">d", random.randbytes(8))[0],
            random.uniform(-1, 1) * 10 ** random.randrange(-9, 24),
            random.randrange(-(2**65), 2**65),
            random.randrange(2**53 - 4, 2**53 + 4),
            round(random.uniform(-1000, 1000), random.randrange(4)),
            random.randrange(-1000, 1000),
        ]
        value = random.choice(ways)
        if not isinstance(value, float) or math.isfinite(value):
            return value
