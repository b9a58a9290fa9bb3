"""Checkpoints: a log's size and root, signed (C2SP tlog-checkpoint)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from .encoding import base64_bytes, decimal
from .note import Note, Pinned
from .refusal import Refused
from .tree import HASH_BYTES

ORIGIN_BYTES_MAX = 255


@dataclass(frozen=True)
class Checkpoint:
    """What a log says of itself."""

    origin: str
    size: int
    root: bytes

    @staticmethod
    def verify(raw: bytes, key: Pinned, origin: str) -> Checkpoint:
        """Reads a checkpoint that the pinned key signed for the expected log."""
        checkpoint = Checkpoint.of(raw, key)
        if checkpoint.origin != origin:
            raise Refused(f"a checkpoint of another log, `{checkpoint.origin}`")
        return checkpoint

    @staticmethod
    def of(raw: bytes, key: Pinned) -> Checkpoint:
        """Reads a checkpoint that the pinned key signed, for whichever of its logs."""
        note = Note.parse(raw)
        # The first line names the log; it is believed once the key of that log has signed.
        return Checkpoint.parse(note.signed_by(key.of_log(note.text.partition("\n")[0])))

    @staticmethod
    def parse(text: str) -> Checkpoint:
        """Reads the text of a note whose signature was verified."""
        lines = text.split("\n")
        if len(lines) < 4 or lines.pop() != "" or "" in lines:
            raise Refused("a checkpoint has three lines or more, none of them empty")
        origin, size, root = lines[:3]
        check_origin(origin)
        checkpoint = Checkpoint(origin, decimal(size), base64_bytes(root))
        if len(checkpoint.root) != HASH_BYTES:
            raise Refused("a root has 32 bytes")
        return checkpoint


def check_origin(origin: str) -> None:
    if not 0 < len(origin.encode()) <= ORIGIN_BYTES_MAX:
        raise Refused(f"an origin has 1 to {ORIGIN_BYTES_MAX} bytes")
    if any(unicodedata.category(character) == "Cc" for character in origin):
        raise Refused("an origin holds no control character")
