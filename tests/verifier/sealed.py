"""Sealed contents: salt and content under the key of their subject, and the entries that say a key was destroyed."""

from __future__ import annotations

from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .commitment import SALT_BYTES
from .leaf import Leaf
from .refusal import Refused

NONCE_BYTES = 12
TAG_BYTES = 16
CUSTODY_KINDS = ("content_erased", "legal_hold_placed", "legal_hold_released")


def unseal(sealed: bytes, key: bytes, hash: bytes) -> tuple[bytes, bytes]:
    """Opens what was sealed for the entry with this leaf hash; returns salt and content."""
    if len(sealed) < NONCE_BYTES + SALT_BYTES + TAG_BYTES:
        raise Refused("too short for a sealed content")
    try:
        opened = AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], hash)
    except InvalidTag as error:
        raise Refused("the sealed content does not open under its key for this leaf") from error
    return opened[:SALT_BYTES], opened[SALT_BYTES:]


def fingerprint(number: int, key: bytes) -> bytes:
    return sha256(b"countersign/content-key/v1\n" + number.to_bytes(8, "big") + key).digest()


def content_subject(leaf: Leaf, index: int) -> str:
    """Returns whose key an entry's content is sealed under; what says that contents are gone is not about them."""
    return f"{leaf.subject}/custody/{index}" if leaf.kind in CUSTODY_KINDS else leaf.subject


class Erasures:
    """Holds contents that are gone against the entries that say so."""

    def __init__(self) -> None:
        self._kept: dict[str, int] = {}
        self._gone: dict[str, int] = {}

    def add(self, index: int, leaf: Leaf, is_kept: bool) -> None:
        """Takes the next entry; refuses an erasure that left something of its subject."""
        if leaf.kind == "content_erased":
            if leaf.subject in self._kept:
                raise Refused(f"says that the content of entry {self._kept[leaf.subject]} is destroyed, and it is not")
            self._gone.pop(leaf.subject, None)
        subject = content_subject(leaf, index)
        (self._kept if is_kept else self._gone).setdefault(subject, index)

    def lost(self) -> int | None:
        """Returns the first entry whose content is gone without an erasure."""
        return min(self._gone.values(), default=None)
