"""A whole export: manifest, signatures, files, rows, leaves and roots (docs/export-format.md)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any

from . import names
from .contents import ContentKeys, ContentsOfPart, Opened
from .leaf import Leaf
from .manifest import Manifest, Part, verify_signature
from .note import Pinned, VerifyingKey
from .refusal import Refused, Unreadable
from .tree import Edge, leaf_hash

Rows = Iterator[dict[str, Any]]


@dataclass(frozen=True)
class VerifiedExport:
    """What holds of an export."""

    origin: str
    size: int
    root: bytes
    parts: int
    manifest_sha256: bytes
    previous_sha256: bytes | None
    exporter_pinned: bool
    contents: Opened | None


def verify(
    folder: Path,
    key: Pinned,
    exporter: VerifyingKey | None = None,
    earlier: bytes | None = None,
    content_keys: ContentKeys | None = None,
) -> VerifiedExport:
    """Verifies an export with the log's key; with the exporter's, too, where it is known; with the bytes of the manifest
    before, where they were kept; and contents, as far as their keys are given."""
    raw = _read_manifest(folder)
    manifest = Manifest.parse(raw)
    manifest.verify(key)
    verify_signature(_read(folder, "manifest.sig"), raw, manifest.exporter)
    if exporter is not None and manifest.exporter != exporter:
        raise Refused("the export is by another exporter")
    _verify_earlier(manifest, earlier)
    _verify_files(folder, manifest)
    counts = Opened()
    _verify_rows(folder, manifest, content_keys, counts)
    return VerifiedExport(
        manifest.origin,
        manifest.size,
        manifest.root,
        len(manifest.parts),
        sha256(raw).digest(),
        manifest.previous.sha256 if manifest.previous else None,
        exporter is not None,
        counts if manifest.has_contents else None,
    )


def _verify_earlier(manifest: Manifest, earlier: bytes | None) -> None:
    if earlier is None:
        return
    before, previous = Manifest.parse(earlier), manifest.previous
    if previous is None or previous.sha256 != sha256(earlier).digest():
        raise Refused("the export does not go on from the manifest that was kept")
    if (previous.size, previous.root) != (before.size, before.root):
        raise Refused("the link to the manifest before has another size or root")


def _verify_files(folder: Path, manifest: Manifest) -> None:
    named = {part.file for part in manifest.parts}
    named |= {part.contents.file for part in manifest.parts if part.contents}
    if odd := _part_names(folder) ^ named:
        raise Refused(f"`{min(odd)}` is missing or too many")


def _verify_rows(folder: Path, manifest: Manifest, keys: ContentKeys | None, counts: Opened) -> None:
    whole, time = Edge(), None
    previous = manifest.previous
    for part in manifest.parts:
        own = Edge()
        contents = _contents(folder, part, keys, counts)
        for row in _rows(folder, part):
            leaf = _verify_row(row, whole.size, manifest.origin)
            if time is not None and leaf.appended_at_us < time:
                raise Refused(f"entry {whole.size}: appended before the entry before it")
            time = leaf.appended_at_us
            if contents:
                contents.check_next(whole.size, leaf, row["leaf_hash"], row["reading"])
            own.append(row["leaf_hash"])
            whole.append(row["leaf_hash"])
            if previous and whole.size == previous.size and whole.root() != previous.root:
                raise Refused("the entries do not lead to the root of the export before")
        if contents:
            contents.end()
        if (own.size, own.root()) != (part.rows, part.root):
            raise Refused(f"`{part.file}` has other rows, or leads to another root")
    if previous and previous.size == 0 and previous.root != Edge().root():
        raise Refused("the export before has a root of no entries that is none")
    if (whole.size, whole.root()) != (manifest.size, manifest.root):
        raise Refused("the entries do not lead to the signed root")


def _rows(folder: Path, part: Part) -> Rows:
    raw = _named(folder, part.file, part.size, part.sha256)
    parquet = _parquet()
    rows: Rows = parquet.rows(raw, parquet.COLUMNS | parquet.READING if part.contents else parquet.COLUMNS)
    return rows


def _contents(folder: Path, part: Part, keys: ContentKeys | None, counts: Opened) -> ContentsOfPart | None:
    if part.contents is None:
        return None
    raw = _named(folder, part.contents.file, part.contents.size, part.contents.sha256)
    parquet = _parquet()
    return ContentsOfPart(parquet.rows(raw, parquet.CONTENTS), keys, counts)


def _named(folder: Path, file: str, size: int, hash: bytes) -> bytes:
    raw = _read(folder, file)
    if (len(raw), sha256(raw).digest()) != (size, hash):
        raise Refused(f"`{file}` is not the file that the manifest names")
    return raw


def _parquet() -> ModuleType:
    try:
        from . import parquet
    except ImportError as error:
        raise Unreadable("reading exports needs PyArrow: `pip install pyarrow`") from error
    return parquet


def _verify_row(row: dict[str, Any], index: int, origin: str) -> Leaf:
    if row["entry_index"] != index:
        raise Refused(f"entry {index}: another stands in its place, {row['entry_index']}")
    if row["leaf"] is None or leaf_hash(row["leaf"]) != row["leaf_hash"]:
        raise Refused(f"entry {index}: the leaf hash is not the leaf's")
    leaf = Leaf.decode(row["leaf"])
    if leaf.origin != origin:
        raise Refused(f"entry {index}: a leaf of another log")
    expected = {
        "kind": leaf.kind,
        "candidate": leaf.subject,
        "candidate_slice": candidate_slice(leaf.subject),
        "revision": leaf.subject_revision,
        "actor_kind": leaf.principal_kind,
        "actor": leaf.principal_reference,
        "appended_at": leaf.appended_at_us,
    }
    for column, value in expected.items():
        if row[column] != value:
            raise Refused(f"entry {index}: `{column}` is not the leaf's")
    return leaf


def candidate_slice(subject: str) -> int | None:
    """Returns the last byte of a candidate's id, and nothing for another subject."""
    name = names.parse(subject)
    return name.id.bytes[-1] if name and name.collection == "candidates" else None


def _read_manifest(folder: Path) -> bytes:
    """Reads the manifest; where nothing of an export lies, there is nothing to say anything of."""
    if any((folder / name).exists() for name in ("manifest.json", "journal.json", *_part_names(folder))):
        return _read(folder, "manifest.json")
    raise Unreadable(f"`{folder}` holds no export")


def _part_names(folder: Path) -> set[str]:
    return {path.name for family in ("part", "contents") for path in folder.glob(f"{family}-*.parquet")}


def _read(folder: Path, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except FileNotFoundError as error:
        raise Refused(f"`{name}` is missing") from error
    except OSError as error:
        raise Unreadable(f"`{folder / name}` cannot be read: {error.strerror}") from error
