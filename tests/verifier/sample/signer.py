"""Keys of the sample, and what is signed with them."""

from __future__ import annotations

from hashlib import sha256

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ..checkpoint import Checkpoint
from ..encoding import base64_text
from ..note import ED25519, VerifyingKey


class Signer:
    """A signing key that is known to everybody."""

    def __init__(self, name: str, about: str = "", type: int = ED25519) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(sha256(f"sample/{name}/{about}".encode()).digest())
        public = self._private.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        self.key = VerifyingKey(name, type, public)

    def vkey(self) -> str:
        typed = bytes([self.key.type]) + self.key.public
        return f"{self.key.name}+{self.key.hash().hex()}+{base64_text(typed)}"

    def line(self, text: str) -> str:
        """Returns a signature line over a text."""
        return self.raw_line(self._private.sign(text.encode()))

    def raw_line(self, signature: bytes) -> str:
        return f"— {self.key.name} {base64_text(self.key.hash() + signature)}\n"

    def cosign(self, text: str, time: int) -> str:
        """Returns a witness's line over a text."""
        signature = self._private.sign(f"cosignature/v1\ntime {time}\n{text}".encode())
        return self.raw_line((time % 2**64).to_bytes(8, "big") + signature)

    def note(self, text: str) -> str:
        return f"{text}\n{self.line(text)}"

    def checkpoint(self, checkpoint: Checkpoint) -> str:
        return self.note(text_of(checkpoint))


def text_of(checkpoint: Checkpoint) -> str:
    return f"{checkpoint.origin}\n{checkpoint.size}\n{base64_text(checkpoint.root)}\n"


ORIGIN = "ledger.example/workspaces/demo"
LOG = Signer("ledger.example")
OTHER_LOG = Signer("ledger.example", "another key of that name")
STRANGER = Signer("stranger.example")
WITNESS = Signer("witness.example", type=0x04)
EXPORTER = Signer("countersign-export")
