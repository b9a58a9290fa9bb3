"""The files of an export that hold contents, sealed as the ledger keeps them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .commitment import SALT_BYTES, commitment
from .leaf import Leaf
from .refusal import Refused
from .sealed import NONCE_BYTES, TAG_BYTES, unseal

ContentKeys = dict[int, bytes]


@dataclass
class Opened:
    """How many contents were looked into, and how many say nothing any more."""

    opened: int = 0
    erased: int = 0
    without_key: int = 0


class ContentsOfPart:
    """The rows of a file of contents, taken one for each row of its part."""

    def __init__(self, rows: Iterator[dict[str, Any]], keys: ContentKeys | None, counts: Opened) -> None:
        self._rows, self._keys, self._counts = rows, keys, counts

    def check_next(self, index: int, leaf: Leaf, hash: bytes, reading: str) -> None:
        """Refuses contents of another entry, and such that are not what the leaf commits to."""
        row = next(self._rows, None)
        if row is None or row["entry_index"] != index:
            raise Refused(f"entry {index}: its contents do not stand at its place")
        if row["erased"] is None or row["erased"] != (reading == "erased"):
            raise Refused(f"entry {index}: `erased` is not what `reading` says")
        if row["erased"]:
            if row["sealed"] is not None or row["content_key"] is not None:
                raise Refused(f"entry {index}: erased, and something is left")
            self._counts.erased += 1
            return
        number, sealed = row["content_key"], row["sealed"]
        if number is None or sealed is None or len(sealed) < NONCE_BYTES + SALT_BYTES + TAG_BYTES:
            raise Refused(f"entry {index}: no sealed content, and it was not erased")
        self._open(index, leaf, hash, number, sealed)

    def end(self) -> None:
        if next(self._rows, None) is not None:
            raise Refused("more contents than entries")

    def _open(self, index: int, leaf: Leaf, hash: bytes, number: str, sealed: bytes) -> None:
        keys = self._keys or {}
        key = keys.get(int(number)) if number.isascii() and number.isdecimal() else None
        if key is None:
            self._counts.without_key += 1
            return
        salt, content = unseal(sealed, key, hash)
        if commitment(content, salt) != leaf.commitment:
            raise Refused(f"entry {index}: the content is not what the leaf commits to")
        self._counts.opened += 1
