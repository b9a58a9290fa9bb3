"""The digest that a reviewer approves and an executor compares."""

from hashlib import sha256

from .canonical_json import canonicalise
from .refusal import Refused

PAYLOAD_BYTES_MAX = 65_536
NONCE_BYTES = 32


def digest(payload: bytes, nonce: bytes) -> bytes:
    """Returns the digest of a payload as it stands; who draws the nonce has brought it into canonical form."""
    if len(nonce) != NONCE_BYTES:
        raise Refused(f"a nonce has {NONCE_BYTES} bytes, not {len(nonce)}")
    return sha256(b"countersign/payload/v1\n" + nonce + payload).digest()


def canonical(sent: bytes) -> bytes:
    """Returns the canonical form of a payload, if it is one."""
    form = canonicalise(sent)
    if len(form) > PAYLOAD_BYTES_MAX:
        raise Refused(f"a payload has at most {PAYLOAD_BYTES_MAX} bytes, not {len(form)}")
    return form
