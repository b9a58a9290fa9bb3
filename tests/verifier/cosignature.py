"""What witnesses add to a checkpoint (C2SP tlog-cosignature, the Ed25519 form)."""

from __future__ import annotations

from .note import Note, VerifyingKey
from .refusal import Refused

COSIGNATURE = 0x04
TIMESTAMP_BYTES = 8
TIMESTAMP_MAX = 2**63 - 1


def parse_witness_key(text: str) -> VerifyingKey:
    return VerifyingKey.parse(text, type=COSIGNATURE)


def verify(raw: bytes, witness: VerifyingKey) -> int:
    """Returns when the witness signed the note, in seconds since 1970: the latest, where it signed more than once."""
    note = Note.parse(raw)
    times = [_verify(line.signature, note.text, witness) for line in note.signatures if line.claims(witness)]
    if not times:
        raise Refused(f"no cosignature by `{witness.name}`")
    return max(times)


def _verify(timestamped: bytes, text: str, witness: VerifyingKey) -> int:
    time = int.from_bytes(timestamped[:TIMESTAMP_BYTES], "big")
    if len(timestamped) != TIMESTAMP_BYTES + 64 or time > TIMESTAMP_MAX:
        raise Refused("a cosignature is a time below 2^63 and 64 bytes")
    witness.verify(timestamped[TIMESTAMP_BYTES:], f"cosignature/v1\ntime {time}\n{text}".encode())
    return time
