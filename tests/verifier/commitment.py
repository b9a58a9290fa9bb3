"""What binds a leaf to its content without telling anything about it."""

from hashlib import sha256

from .refusal import Refused

CONTENT_BYTES_MAX = 262_144
SALT_BYTES = 32


def commitment(content: bytes, salt: bytes) -> bytes:
    if len(salt) != SALT_BYTES:
        raise Refused(f"a salt has {SALT_BYTES} bytes, not {len(salt)}")
    if len(content) > CONTENT_BYTES_MAX:
        raise Refused(f"a content has at most {CONTENT_BYTES_MAX} bytes, not {len(content)}")
    length = len(content).to_bytes(8, "big")
    return sha256(b"countersign/content/v1\n" + salt + length + content).digest()
