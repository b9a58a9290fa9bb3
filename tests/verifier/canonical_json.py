"""JSON in the canonical form of RFC 8785, and what is refused before it is written so."""

import json
import math
from typing import Any

from .encoding import utf8
from .refusal import Refused

DEPTH_MAX = 64
INTEGERS = range(-(2**63), 2**64)

_ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def canonicalise(sent: bytes) -> bytes:
    """Returns the canonical form of a JSON text."""
    return write(read(sent)).encode()


def read(sent: bytes) -> Any:
    """Reads a JSON text by RFC 8259, with numbers as doubles."""
    text = utf8(sent)
    try:
        value = json.loads(
            text, object_pairs_hook=_object, parse_int=_integer, parse_float=_double, parse_constant=_no_number
        )
    except (ValueError, RecursionError) as error:
        raise Refused(f"not JSON: {type(error).__name__}") from error
    _check(value, 0)
    return value


def write(value: Any) -> str:
    """Writes a value that `read` returned."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, (int, float)):
        return number(float(value))
    if isinstance(value, list):
        return "[" + ",".join(map(write, value)) + "]"
    # Members stand in the order of their keys as UTF-16 code units, which is not that of code points.
    members = sorted(value.items(), key=lambda member: member[0].encode("utf-16-be"))
    return "{" + ",".join(_quoted(key) + ":" + write(item) for key, item in members) + "}"


def number(value: float) -> str:
    """Writes a double as ECMAScript's Number::toString does (ECMA-262, 6.1.6.1.20)."""
    if value == 0:
        return "0"
    if value < 0:
        return "-" + number(-value)
    # Python's repr has the same shortest digits; only where the point and the exponent stand differs.
    mantissa, _, exponent = repr(value).partition("e")
    whole, _, fraction = mantissa.partition(".")
    fraction = "" if fraction == "0" else fraction
    leading = len(whole + fraction) - len((whole + fraction).lstrip("0"))
    point = len(whole) + int(exponent or 0) - leading
    digits = (whole + fraction).strip("0")
    count = len(digits)
    if count <= point <= 21:
        return digits + "0" * (point - count)
    if 0 < point <= 21:
        return digits[:point] + "." + digits[point:]
    if -6 < point <= 0:
        return "0." + "0" * -point + digits
    power = f"e{'+' if point > 0 else '-'}{abs(point - 1)}"
    return digits[0] + ("." + digits[1:] if count > 1 else "") + power


def _object(members: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(members)
    if len(value) != len(members):
        raise Refused("an object names a key twice")
    return value


def _integer(digits: str) -> float:
    value = _double(digits)
    # Longer texts are beyond these integers, and Python reads no more than 4,300 digits.
    if len(digits) <= 20 and int(digits) in INTEGERS and int(digits) != int(number(value)):
        raise Refused("an integer that canonical JSON would write as another: send it as a string")
    return value


def _double(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise Refused("a number beyond the range of a double")
    return value


def _no_number(word: str) -> Any:
    raise Refused(f"`{word}` is no JSON")


def _check(value: Any, depth: int) -> None:
    """Refuses lone surrogates, and lists and objects that stand too deep inside one another."""
    if isinstance(value, str):
        _check_text(value)
    if not isinstance(value, (list, dict)):
        return
    if depth == DEPTH_MAX:
        raise Refused(f"lists and objects more than {DEPTH_MAX} deep")
    if isinstance(value, dict):
        for key in value:
            _check_text(key)
    for item in value.values() if isinstance(value, dict) else value:
        _check(item, depth + 1)


def _check_text(text: str) -> None:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise Refused("a lone surrogate") from error


def _quoted(text: str) -> str:
    return '"' + "".join(_ESCAPES.get(c) or (f"\\u{ord(c):04x}" if c < " " else c) for c in text) + '"'
