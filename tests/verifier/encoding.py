"""Base64, hexadecimal and decimals, each with one encoding for each value."""

import base64
import binascii
import re

from .refusal import Refused

U64_MAX = 2**64 - 1

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,19}")
_HASH = re.compile(r"[0-9a-f]{64}")


def base64_bytes(text: str) -> bytes:
    """Decodes RFC 4648, section 4, with padding; refuses other paddings, stray bits and white space."""
    try:
        decoded = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise Refused("not base64") from error
    if base64_text(decoded) != text:
        raise Refused("base64 with stray bits or padding")
    return decoded


def base64_text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def decimal(text: str) -> int:
    """Reads ASCII digits without sign and leading zeroes, below 2^64."""
    if not _DECIMAL.fullmatch(text) or int(text) > U64_MAX:
        raise Refused("not a decimal number below 2^64")
    return int(text)


def hash_of_hex(text: object) -> bytes:
    """Reads a hash: 64 lowercase hexadecimal digits."""
    if not isinstance(text, str) or not _HASH.fullmatch(text):
        raise Refused("not a hash of 64 lowercase hexadecimal digits")
    return bytes.fromhex(text)


def utf8(raw: bytes) -> str:
    try:
        return raw.decode("utf-8", "strict")
    except UnicodeDecodeError as error:
        raise Refused("not UTF-8") from error
