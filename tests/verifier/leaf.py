"""The leaf: the clear fields of an entry, in one encoding."""

from __future__ import annotations

from dataclasses import dataclass

from .encoding import utf8
from .refusal import Refused

VERSION = b"\x01"
LEAF_BYTES_MAX = 65_535
PRINCIPAL_KINDS = {1: "human", 2: "generator", 3: "service"}


@dataclass(frozen=True)
class Leaf:
    """One leaf, its fields in the order of their bytes."""

    origin: str
    kind: str
    subject: str
    subject_revision: int
    principal_kind: str
    principal_reference: str
    appended_at_us: int
    idempotency_key: str
    payload_digest: bytes | None
    commitment: bytes

    @staticmethod
    def decode(raw: bytes) -> Leaf:
        """Decodes a leaf; refuses every byte string but the one encoding of its fields."""
        if len(raw) > LEAF_BYTES_MAX:
            raise Refused(f"a leaf has at most {LEAF_BYTES_MAX} bytes, not {len(raw)}")
        rest = _Reader(raw)
        if rest.take(1) != VERSION:
            raise Refused("a leaf of another version")
        leaf = Leaf(
            origin=rest.text(),
            kind=rest.text(),
            subject=rest.text(),
            subject_revision=int.from_bytes(rest.take(8), "big"),
            principal_kind=rest.principal_kind(),
            principal_reference=rest.text(),
            appended_at_us=int.from_bytes(rest.take(8), "big", signed=True),
            idempotency_key=rest.text(),
            payload_digest=rest.payload_digest(),
            commitment=rest.take(32),
        )
        if rest.left():
            raise Refused("bytes after the commitment")
        return leaf

    def encode(self) -> bytes:
        kinds = {kind: byte for byte, kind in PRINCIPAL_KINDS.items()}
        raw = b"".join(
            (
                VERSION,
                _text(self.origin),
                _text(self.kind),
                _text(self.subject),
                self.subject_revision.to_bytes(8, "big"),
                bytes([kinds[self.principal_kind]]),
                _text(self.principal_reference),
                self.appended_at_us.to_bytes(8, "big", signed=True),
                _text(self.idempotency_key),
                b"\x00" if self.payload_digest is None else b"\x01" + self.payload_digest,
                self.commitment,
            )
        )
        if len(raw) > LEAF_BYTES_MAX:
            raise Refused(f"a leaf has at most {LEAF_BYTES_MAX} bytes, not {len(raw)}")
        return raw


class _Reader:
    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._at = 0

    def take(self, count: int) -> bytes:
        if self.left() < count:
            raise Refused("the leaf ends early")
        self._at += count
        return self._raw[self._at - count : self._at]

    def left(self) -> int:
        return len(self._raw) - self._at

    def text(self) -> str:
        length = int.from_bytes(self.take(2), "big")
        if length == 0:
            raise Refused("an empty text in the leaf")
        return utf8(self.take(length))

    def principal_kind(self) -> str:
        kind = PRINCIPAL_KINDS.get(self.take(1)[0])
        if kind is None:
            raise Refused("an unknown kind of principal")
        return kind

    def payload_digest(self) -> bytes | None:
        presence = self.take(1)
        if presence not in (b"\x00", b"\x01"):
            raise Refused("an unknown presence byte")
        return self.take(32) if presence == b"\x01" else None


def _text(value: str) -> bytes:
    raw = value.encode()
    if not 0 < len(raw) <= 0xFFFF:
        raise Refused("a text has 1 to 65,535 bytes")
    return len(raw).to_bytes(2, "big") + raw
