"""Signed notes and verifying keys (C2SP signed-note), with Ed25519 (RFC 8032)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from hashlib import sha256
from unicodedata import category

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from .encoding import base64_bytes, utf8
from .refusal import Refused

NOTE_BYTES_MAX = 262_144
SIGNATURES_MAX = 100
KEY_HASH_BYTES = 4
KEY_NAME_BYTES_MAX = 255
KEYS_MAX = 32
ED25519 = 0x01

_LINE = re.compile("— ([^ ]+) ([^ ]+)")
_KEY_HASH = re.compile(r"[0-9a-f]{8}")


@dataclass(frozen=True)
class VerifyingKey:
    """A public key with the name and the purpose it is used under."""

    name: str
    type: int
    public: bytes

    @staticmethod
    def parse(text: str, *, type: int = ED25519) -> VerifyingKey:
        """Reads `name+hash+base64(type ‖ public key)` and recomputes the hash."""
        parts = text.split("+", 2)
        if len(parts) != 3:
            raise Refused("a verifying key has three parts, joined by `+`")
        name, key_hash, encoded = parts
        check_key_name(name)
        if len(name.encode()) > KEY_NAME_BYTES_MAX:
            raise Refused(f"a key name has at most {KEY_NAME_BYTES_MAX} bytes")
        typed = base64_bytes(encoded)
        if len(typed) != 33 or typed[0] != type:
            raise Refused(f"not an Ed25519 key of type {type:#04x}")
        key = VerifyingKey(name, type, typed[1:])
        if not _KEY_HASH.fullmatch(key_hash) or bytes.fromhex(key_hash) != key.hash():
            raise Refused("the key hash is not that of the key")
        return key

    def listed(self) -> tuple[VerifyingKey, ...]:
        return (self,)

    def of_log(self, origin: str) -> VerifyingKey:
        """Returns the key as it signs for a log: for the log of logs under that log's origin, for all others as it is."""
        return replace(self, name=origin) if origin == f"{self.name}/logs" else self

    def hash(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + bytes([self.type]) + self.public).digest()[:KEY_HASH_BYTES]

    def verify(self, signature: bytes, message: bytes) -> None:
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError) as error:
            raise Refused(f"a signature of `{self.name}` does not verify") from error


@dataclass(frozen=True)
class VerifyingKeys:
    """The keys of one log, all of one name, the newest first: what a rotation leaves."""

    keys: tuple[VerifyingKey, ...]

    @staticmethod
    def parse(text: str) -> VerifyingKeys:
        """Reads one key a line."""
        keys = tuple(map(VerifyingKey.parse, text.split("\n")))
        if len(keys) > KEYS_MAX:
            raise Refused(f"a list has at most {KEYS_MAX} keys, not {len(keys)}")
        if len({key.name for key in keys}) > 1 or len(set(keys)) < len(keys):
            raise Refused("the keys of a list have one name, and none stands twice")
        return VerifyingKeys(keys)

    @property
    def name(self) -> str:
        return self.keys[0].name

    def listed(self) -> tuple[VerifyingKey, ...]:
        return self.keys

    def of_log(self, origin: str) -> VerifyingKeys:
        return VerifyingKeys(tuple(key.of_log(origin) for key in self.keys))


Pinned = VerifyingKey | VerifyingKeys


@dataclass(frozen=True)
class Signature:
    """One line under a note, not verified."""

    name: str
    key_hash: bytes
    signature: bytes

    def claims(self, key: VerifyingKey) -> bool:
        return (self.name, self.key_hash) == (key.name, key.hash())


@dataclass(frozen=True)
class Note:
    """A note as it was read: nothing in it is to be believed before `signed_by`."""

    text: str
    signatures: tuple[Signature, ...]

    @staticmethod
    def parse(raw: bytes) -> Note:
        if len(raw) > NOTE_BYTES_MAX:
            raise Refused(f"a note has at most {NOTE_BYTES_MAX} bytes, not {len(raw)}")
        note = utf8(raw)
        if any(character < " " and character != "\n" for character in note):
            raise Refused("a note holds no control character but line feeds")
        text, blank, lines = note.rpartition("\n\n")
        if not blank or not lines.endswith("\n"):
            raise Refused("a note is text, an empty line, and signature lines")
        signatures = lines[:-1].split("\n")
        if len(signatures) > SIGNATURES_MAX:
            raise Refused(f"a note has at most {SIGNATURES_MAX} signatures, not {len(signatures)}")
        return Note(text + "\n", tuple(map(_signature, signatures)))

    def signed_by(self, pinned: Pinned) -> str:
        """Returns the text if a pinned key signed it, and every line that claims to be by one is."""
        claiming = [(key, line) for key in pinned.listed() for line in self.signatures if line.claims(key)]
        if not claiming:
            raise Refused(f"no signature by `{pinned.listed()[0].name}`")
        for key, line in claiming:
            key.verify(line.signature, self.text.encode())
        return self.text

    def check_stored(self, pinned: Pinned) -> None:
        """Refuses what no log stores under a checkpoint: a line of a key that is not listed, and a second one of the same key."""
        of_keys = [sum(line.claims(key) for line in self.signatures) for key in pinned.listed()]
        if max(of_keys) > 1 or sum(of_keys) < len(self.signatures):
            raise Refused("a stored note holds one line of each key that signed, and no other")


def check_key_name(name: str) -> None:
    if not name or any(c == "+" or c.isspace() or category(c) == "Cc" for c in name):
        raise Refused("a key name is not empty and holds no space, no `+` and no control character")


def _signature(line: str) -> Signature:
    parts = _LINE.fullmatch(line)
    if not parts:
        raise Refused("not a signature line")
    name, encoded = parts.groups()
    check_key_name(name)
    raw = base64_bytes(encoded)
    if len(raw) <= KEY_HASH_BYTES:
        raise Refused("a signature line without a signature")
    return Signature(name, raw[:KEY_HASH_BYTES], raw[KEY_HASH_BYTES:])
