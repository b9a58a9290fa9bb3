"""A ledger's file as docs/ledger-format.md describes it, and one with anything in it changed."""

import sqlite3
import tempfile
import unittest
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

from .. import ledger_file
from ..audit import Audited, Finding
from ..checkpoint import Checkpoint
from ..commitment import commitment
from ..refusal import Refused, Unreadable
from ..sample.leaves import leaf
from ..sample.signer import LOG, ORIGIN, OTHER_LOG, text_of
from ..tree import leaf_hash, root

SIZE = 520
SIGNED = [1, 256, 300, SIZE]
SCHEMA = """
CREATE TABLE entries (workspace, entry_index, leaf, leaf_hash, salt, content, idempotency_key);
CREATE TABLE tiles (workspace, level, tile_index, hashes);
CREATE TABLE checkpoints (workspace, size, previous_size, signed_note);
"""


class LedgerFile(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = Path(self.folder.name) / "ledger.db"
        rng, hashes = Random(1), []
        with closing(sqlite3.connect(self.path)) as database:
            database.executescript(SCHEMA)
            for index in range(SIZE):
                salt, content = rng.randbytes(32), rng.randbytes(20)
                made = leaf(rng, appended_at_us=index, commitment=commitment(content, salt))
                hashes.append(leaf_hash(made.encode()))
                row = ("demo", index, made.encode(), hashes[-1], salt, content, made.idempotency_key)
                database.execute("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)", row)
            for index in range(2):
                tile = b"".join(hashes[index * 256 : index * 256 + 256])
                database.execute("INSERT INTO tiles VALUES ('demo', 0, ?, ?)", (index, tile))
            for before, size in zip([0, *SIGNED], SIGNED, strict=False):
                note = LOG.checkpoint(Checkpoint(ORIGIN, size, root(hashes[:size])))
                database.execute("INSERT INTO checkpoints VALUES ('demo', ?, ?, ?)", (size, before, note))
            database.commit()
        self.hashes = hashes

    def audit(self, *changes: str, remembered: list[Checkpoint] | None = None, keys: Path | None = None) -> Audited:
        """Audits the file with these changes to it."""
        copy = Path(self.folder.name) / "copy.db"
        copy.write_bytes(self.path.read_bytes())
        with closing(sqlite3.connect(copy)) as database:
            for change in changes:
                database.execute(change)
            database.commit()
        return ledger_file.audit(copy, "demo", LOG.key, ORIGIN, remembered, keys)

    def finds(self, first: int, *changes: str, **more: Any) -> None:
        with self.assertRaises(Finding, msg=str(changes)) as found:
            self.audit(*changes, **more)
        self.assertEqual(found.exception.first, first, f"{changes}: {found.exception}")

    def test_a_whole_log_is_found_whole(self) -> None:
        audited = self.audit()
        self.assertEqual((audited.size, audited.root, audited.contents), (SIZE, root(self.hashes), SIZE))
        self.assertEqual(ledger_file.workspaces(self.path), ["demo"])

    def test_any_changed_byte_of_an_entry_is_found_there(self) -> None:
        for column in ["leaf", "leaf_hash", "salt", "content", "idempotency_key"]:
            for at in (0, 255, 256, 519):
                changed = f"CAST(x'ff' || substr({column}, 2) AS BLOB)"
                self.finds(at, f"UPDATE entries SET {column} = {changed} WHERE entry_index = {at}")

    def test_rows_that_are_missing_moved_or_doubled_are_found(self) -> None:
        self.finds(300, "DELETE FROM entries WHERE entry_index = 300")
        self.finds(300, "UPDATE entries SET entry_index = entry_index - 1 WHERE entry_index > 300",
                   "DELETE FROM entries WHERE rowid = 301")  # fmt: skip
        self.finds(400, "DELETE FROM entries WHERE entry_index >= 400")
        self.finds(8, "INSERT INTO entries SELECT workspace, 7, leaf, leaf_hash, salt, content, idempotency_key"
                   " FROM entries WHERE entry_index = 6")  # fmt: skip
        self.finds(8, "UPDATE entries SET entry_index = 15 - entry_index WHERE entry_index IN (7, 8)")

    def test_a_key_that_occurs_twice_is_found(self) -> None:
        self.finds(9, "UPDATE entries SET (leaf, leaf_hash, salt, content, idempotency_key) = (SELECT leaf, leaf_hash, salt,"
                   " content, idempotency_key FROM entries WHERE entry_index = 8) WHERE entry_index = 9")  # fmt: skip

    def test_tiles_are_those_of_the_entries(self) -> None:
        self.finds(256, "UPDATE tiles SET hashes = zeroblob(8192) WHERE tile_index = 1")
        self.finds(0, "UPDATE tiles SET hashes = zeroblob(32) WHERE tile_index = 0")
        self.finds(256, "DELETE FROM tiles WHERE tile_index = 1")
        with self.assertRaises(Refused):
            self.audit("INSERT INTO tiles VALUES ('demo', 0, 2, zeroblob(8192))")

    def test_checkpoints_are_signed_and_stand_in_a_row(self) -> None:
        other = OTHER_LOG.checkpoint(Checkpoint(ORIGIN, 300, root(self.hashes[:300])))
        wrong = LOG.checkpoint(Checkpoint(ORIGIN, 300, bytes(32)))
        self.finds(256, f"UPDATE checkpoints SET signed_note = '{other}' WHERE size = 300")
        self.finds(256, f"UPDATE checkpoints SET signed_note = '{wrong}' WHERE size = 300")
        head = text_of(Checkpoint(ORIGIN, 300, root(self.hashes[:300])))
        for line in (OTHER_LOG.line(head), LOG.line(head)):
            self.finds(256, f"UPDATE checkpoints SET signed_note = signed_note || '{line}' WHERE size = 300")
        self.finds(256, "UPDATE checkpoints SET size = 301 WHERE size = 300")
        self.finds(256, "UPDATE checkpoints SET previous_size = 255 WHERE size = 300")
        self.finds(256, "DELETE FROM checkpoints WHERE size = 300")
        self.finds(300, f"DELETE FROM checkpoints WHERE size = {SIZE}")

    def test_a_log_that_was_cut_off_with_its_checkpoints_is_found_by_whoever_remembers(self) -> None:
        cut = ["DELETE FROM entries WHERE entry_index >= 300", f"DELETE FROM checkpoints WHERE size = {SIZE}",
               "DELETE FROM tiles WHERE tile_index = 1"]  # fmt: skip
        self.assertEqual(self.audit(*cut).size, 300)
        self.finds(300, *cut, remembered=[Checkpoint(ORIGIN, SIZE, root(self.hashes))])

    def test_what_is_no_ledger_is_said_to_be_none(self) -> None:
        for content in [None, b"", b"no database at all"]:
            path = Path(self.folder.name) / "other.db"
            if content is not None:
                path.write_bytes(content)
            with self.assertRaises(Unreadable):
                ledger_file.workspaces(path)
