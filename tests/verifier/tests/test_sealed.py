"""Sealed contents, and the keys that are destroyed to erase them."""

import sqlite3
import tempfile
import unittest
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .. import ledger_file
from ..audit import Audited, Finding
from ..checkpoint import Checkpoint
from ..commitment import commitment
from ..refusal import Refused
from ..sample.leaves import leaf
from ..sample.signer import LOG, ORIGIN
from ..sealed import fingerprint, unseal
from ..tree import leaf_hash, root

KEY = bytes(range(32))
SEALED = bytes.fromhex(
    "010101010101010101010101 7ecaec3c618c616fdd5d6e11116e5bd1c26786d2988a1fd5fad20ee59400f738dfb70b2b"
    "8745675af8ee66c09af7d8a6216e25d2"
)
FINGERPRINT = "68925c31abd074dc3df26d772254ea551f0f4a65b75bfcab6f300e13e1ded532"


class Sealed(unittest.TestCase):
    def test_what_was_sealed_opens_for_its_leaf_alone(self) -> None:
        self.assertEqual(unseal(SEALED, KEY, b"\x07" * 32), (b"\x09" * 32, b"said"))
        self.assertEqual(fingerprint(5, KEY).hex(), FINGERPRINT)
        for sealed, key, hash in [
            (SEALED, KEY, b"\x08" * 32),
            (SEALED, KEY[::-1], b"\x07" * 32),
            (SEALED[:-1], KEY, b"\x07" * 32),
            (SEALED[:59], KEY, b"\x07" * 32),
            (b"", KEY, b"\x07" * 32),
            *((SEALED[:at] + b"\xaa" + SEALED[at + 1 :], KEY, b"\x07" * 32) for at in range(len(SEALED))),
        ]:
            with self.assertRaises(Refused, msg=sealed.hex()):
                unseal(sealed, key, hash)


class Erased(unittest.TestCase):
    """A log in which `s` is spoken of in entries 0, 1 and 4, and erased by entry 3; `t` in entry 2."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.ledger, self.keys = Path(folder.name) / "ledger.db", Path(folder.name) / "content-keys.db"

    def audit(self, gone: set[int], keys: bool = True, change: str | None = None) -> Audited:
        rng, hashes = Random(3), []
        self.ledger.unlink(missing_ok=True)
        self.keys.unlink(missing_ok=True)
        said: list[tuple[str, str, int]] = [
            ("candidate_proposed", "s", 1),
            ("candidate_edited", "s", 1),
            ("candidate_proposed", "t", 2),
            ("content_erased", "s", 3),
            ("candidate_withdrawn", "s", 4),
        ]
        with closing(sqlite3.connect(self.keys)) as database:
            database.execute("CREATE TABLE content_keys (number, secret, fingerprint)")
            secrets = {number: rng.randbytes(32) for number in (1, 2, 3, 4)}
            for number, secret in secrets.items():
                stored = (number, secret, fingerprint(number, secret))
                database.execute("INSERT INTO content_keys VALUES (?, ?, ?)", stored)
            if change:
                database.execute(change)
            database.commit()
        with closing(sqlite3.connect(self.ledger)) as database:
            database.execute(
                "CREATE TABLE entries (workspace, entry_index, leaf, leaf_hash, content_key, idempotency_key, sealed)"
            )
            database.execute("CREATE TABLE tiles (workspace, level, tile_index, hashes)")
            database.execute("CREATE TABLE checkpoints (workspace, size, previous_size, signed_note)")
            for index, (kind, subject, number) in enumerate(said):
                salt, content, nonce = rng.randbytes(32), rng.randbytes(9), rng.randbytes(12)
                fields: dict[str, Any] = {"kind": kind, "subject": subject, "appended_at_us": index}
                made = leaf(rng, commitment=commitment(content, salt), **fields)
                hashes.append(leaf_hash(made.encode()))
                sealed = nonce + AESGCM(secrets[number]).encrypt(nonce, salt + content, hashes[-1])
                row = (index, made.encode(), hashes[-1], number, made.idempotency_key, b"" if index in gone else sealed)
                database.execute("INSERT INTO entries VALUES ('demo', ?, ?, ?, ?, ?, ?)", row)
            note = LOG.checkpoint(Checkpoint(ORIGIN, len(said), root(hashes)))
            database.execute("INSERT INTO checkpoints VALUES ('demo', ?, 0, ?)", (len(said), note))
            database.commit()
        return ledger_file.audit(self.ledger, "demo", LOG.key, ORIGIN, None, self.keys if keys else None)

    def test_what_was_erased_is_gone_and_the_rest_is_there(self) -> None:
        audited = self.audit({0, 1})
        self.assertEqual((audited.size, audited.contents, audited.erased), (5, 3, 2))
        self.assertEqual(self.audit({0, 1}, keys=False).contents, 0)

    def test_a_loss_is_no_erasure(self) -> None:
        for gone, first in [({0, 1, 2}, 2), ({0, 1, 4}, 4), ({0, 1, 3}, 3)]:
            with self.assertRaises(Finding) as found:
                self.audit(gone)
            self.assertEqual(found.exception.first, first, str(found.exception))

    def test_an_erasure_that_left_something_is_found(self) -> None:
        for gone in [set[int](), {0}, {1}]:
            with self.assertRaises(Finding) as found:
                self.audit(gone)
            self.assertEqual(found.exception.first, 3, str(found.exception))

    def test_keys_are_those_that_sealed(self) -> None:
        with self.assertRaises(Refused):
            self.audit({0, 1}, change="UPDATE content_keys SET secret = zeroblob(32) WHERE number = 2")
        with self.assertRaises(Finding) as found:
            self.audit({0, 1}, change="DELETE FROM content_keys WHERE number = 2")
        self.assertEqual(found.exception.first, 2)
        self.audit({0, 1}, change="DELETE FROM content_keys WHERE number = 1")
