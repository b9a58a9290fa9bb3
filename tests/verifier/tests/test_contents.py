"""Exports with contents: made here from docs/export-format.md, whole and altered."""

import hashlib
import json
import tempfile
import unittest
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as arrow
import pyarrow.parquet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .. import export
from ..checkpoint import Checkpoint
from ..commitment import commitment
from ..contents import Opened
from ..export import candidate_slice
from ..refusal import Refused
from ..sample.leaves import leaf
from ..sample.signer import EXPORTER, LOG, ORIGIN
from ..tree import leaf_hash, root

KEYS = {number: bytes([number]) * 32 for number in (1, 2, 3)}
SIZE = 6
ERASED = 4


class Contents(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        rng = Random(5)
        self.rows: list[dict[str, Any]] = []
        self.contents: list[dict[str, Any]] = []
        for index in range(SIZE):
            salt, content, nonce = rng.randbytes(32), rng.randbytes(20), rng.randbytes(12)
            made = leaf(rng, appended_at_us=index, commitment=commitment(content, salt))
            raw, number = made.encode(), index % 3 + 1
            sealed = nonce + AESGCM(KEYS[number]).encrypt(nonce, salt + content, leaf_hash(raw))
            gone = index == ERASED
            self.rows.append({
                "entry_index": index, "leaf": raw, "leaf_hash": leaf_hash(raw), "kind": made.kind,
                "candidate": made.subject, "candidate_slice": candidate_slice(made.subject),
                "revision": made.subject_revision, "actor_kind": made.principal_kind, "actor": made.principal_reference,
                "appended_at": index, "reading": "erased" if gone else "known",
            })  # fmt: skip
            self.contents.append({
                "entry_index": index, "content_key": None if gone else str(number), "sealed": None if gone else sealed,
                "erased": gone,
            })  # fmt: skip

    def verify(self, keys: dict[int, bytes] | None = None, **changed: Any) -> Opened | None:
        """Writes and verifies the export, with these members of its manifest changed."""
        hashes = [row["leaf_hash"] for row in self.rows]
        types = {"entry_index": arrow.uint64(), "candidate_slice": arrow.int32(), "revision": arrow.uint64()}
        types |= {"appended_at": arrow.timestamp("us"), "content_key": arrow.string(), "sealed": arrow.binary()}
        named = {}
        for family, rows in [("part", self.rows), ("contents", self.contents)]:
            columns = {name: arrow.array([row[name] for row in rows], types.get(name)) for name in rows[0]}
            file = self.folder / f"{family}-000000.parquet"
            pyarrow.parquet.write_table(arrow.table(columns), file)
            raw = file.read_bytes()
            named[family] = {"file": file.name, "sha256": hashlib.sha256(raw).hexdigest(), "bytes": len(raw)}
        top = root(hashes)
        part = {
            **named["part"],
            "first_index": 0,
            "rows": len(hashes),
            "root": top.hex(),
            "contents": named["contents"],
        }
        manifest = {
            "format_version": 1, "origin": ORIGIN, "exporter": EXPORTER.vkey(), "previous": None, "size": len(hashes),
            "root": top.hex(), "checkpoint": LOG.checkpoint(Checkpoint(ORIGIN, len(hashes), top)), "has_contents": True,
            "parts": [part], **changed,
        }  # fmt: skip
        raw = json.dumps(manifest, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        (self.folder / "manifest.json").write_bytes(raw)
        text = f"countersign/export-manifest/v1\n{hashlib.sha256(raw).hexdigest()}\n"
        (self.folder / "manifest.sig").write_text(EXPORTER.note(text), encoding="utf-8")
        return export.verify(self.folder, LOG.key, EXPORTER.key, None, keys).contents

    def test_contents_open_as_far_as_there_are_keys(self) -> None:
        self.assertEqual(self.verify(KEYS), Opened(opened=5, erased=1, without_key=0))
        self.assertEqual(self.verify({1: KEYS[1]}), Opened(opened=2, erased=1, without_key=3))
        self.assertEqual(self.verify(), Opened(opened=0, erased=1, without_key=5))

    def test_contents_of_another_entry_are_refused(self) -> None:
        changes: list[tuple[int, dict[str, Any]]] = [
            (0, {"entry_index": 1}),
            (0, {"sealed": None}),
            (0, {"content_key": None}),
            (0, {"sealed": bytes(59)}),
            (0, {"erased": True}),
            (0, {"erased": True, "sealed": None, "content_key": None}),
            (ERASED, {"erased": False}),
            (ERASED, {"sealed": b"left"}),
            (ERASED, {"content_key": "2"}),
        ]
        for at, change in changes:
            before = dict(self.contents[at])
            self.contents[at].update(change)
            with self.assertRaises(Refused, msg=str(change)):
                self.verify()
            self.contents[at] = before
        self.contents[0]["sealed"] = self.contents[3]["sealed"]
        self.assertEqual(self.verify(), Opened(opened=0, erased=1, without_key=5))
        with self.assertRaises(Refused):
            self.verify(KEYS)

    def test_there_is_a_row_for_each_entry(self) -> None:
        whole = list(self.contents)
        for rows in [whole[:-1], [*whole, whole[-1]], whole[::-1], whole[1:]]:
            self.contents = rows
            with self.assertRaises(Refused):
                self.verify()

    def test_the_manifest_names_all_contents_or_none(self) -> None:
        with self.assertRaises(Refused):
            self.verify(has_contents=False)
        with self.assertRaises(Refused):
            self.verify(has_contents=None)
        self.verify()
        (self.folder / "contents-000001.parquet").write_bytes(b"")
        with self.assertRaises(Refused):
            export.verify(self.folder, LOG.key)
