"""As much of the protobuf wire format as it takes to read one field of a content."""

from collections.abc import Iterator

from .encoding import utf8
from .refusal import Refused

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5

Field = tuple[int, int, int | bytes]


def fields(message: bytes) -> Iterator[Field]:
    """Yields number, wire type and value of each field as they stand."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        number, type = key >> 3, key & 7
        value: int | bytes
        if type == VARINT:
            value, at = _varint(message, at)
        else:
            if type == BYTES:
                length, at = _varint(message, at)
            elif type in (FIXED64, FIXED32):
                length = 8 if type == FIXED64 else 4
            else:
                raise Refused("an unknown wire type")
            value, at = message[at : at + length], at + length
            if at > len(message) or number == 0:
                raise Refused("a field ends early or has no number")
        yield number, type, value


def number(message: bytes, field: int) -> int:
    """Returns an integer field, 0 where it is missing; the last one counts."""
    found = [value for at, type, value in fields(message) if at == field and type == VARINT]
    return int(found[-1]) if found else 0


def text(message: bytes, field: int) -> str:
    """Returns a string field, empty where it is missing; the last one counts."""
    found = [value for at, type, value in fields(message) if at == field and type == BYTES]
    return utf8(bytes(found[-1])) if found else ""


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at == len(message):
            break
        byte, at = message[at], at + 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise Refused("a number ends early")
