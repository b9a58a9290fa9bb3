"""Exports: one that was made by the first implementation, signed anew, and altered at every level."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as arrow
import pyarrow.parquet

from .. import canonical_json
from ..checkpoint import Checkpoint
from ..leaf import Leaf
from ..tree import EMPTY_ROOT, leaf_hash, root
from . import alter
from .signer import EXPORTER, LOG, OTHER_LOG, Signer

Members = dict[str, Any]

# Columns that say what the leaf says, and values that they do not say.
CELLS: dict[str, list[Any]] = {
    "entry_index": [None, 0, 2**40],
    "leaf": [None, b"", b"\x01"],
    "leaf_hash": [None, b"", bytes(32)],
    "kind": [None, "", "candidate_approved", "candidate_proposed"],
    "candidate": [None, "", "workspaces/demo/candidates/01928f2e-7c00-7000-8000-00000000a001"],
    "candidate_slice": [None, 0, 255],
    "revision": [None, 0, 2**64 - 1],
    "actor_kind": [None, "", "human", "service", "robot"],
    "actor": [None, "", "p_somebody"],
    "appended_at": [None, 0, 2**62],
    "reading": [None, "erased"],
    "state": [None, "NOWHERE"],
}


SMALLER = "smaller parts"


class _Base:
    """An export as it should be, in memory."""

    def __init__(self, origin: str, table: arrow.Table, out: Path, names_contents: bool) -> None:
        self.origin, self.table, self.out, self.names_contents = origin, table, out, names_contents
        self.hashes = table.column("leaf_hash").to_pylist()


_bases: dict[str, _Base] = {}


def prepare(export: Path, out: Path) -> None:
    """Reads the export that cases are made from."""
    manifest = canonical_json.read((export / "manifest.json").read_bytes())
    table = arrow.concat_tables(pyarrow.parquet.read_table(export / part["file"]) for part in manifest["parts"])
    _bases["small"] = _Base(manifest["origin"], _plain(table), out, "has_contents" in manifest)


def case(random: Random) -> dict[str, Any]:
    makes = [_of_rows, _of_rows, _of_rows, _of_manifest, _of_manifest, _of_files, _of_files, _of_link, _of_size]
    change, folder, exporter = random.choice(makes)(random, _bases["small"])
    pinned = random.choice([None, exporter.vkey(), exporter.vkey(), Signer("countersign-export", "another").vkey()])
    return {"change": change, "input": {"folder": str(folder), "key": LOG.vkey(), "exporter": pinned}}


Made = tuple[str, Path, Signer]


def _of_rows(random: Random, base: _Base) -> Made:
    """The exporter signs for rows that are not the log's."""
    table, at, other = base.table, random.randrange(base.table.num_rows), random.randrange(base.table.num_rows)
    order = list(range(table.num_rows))
    swapped = list(order)
    swapped[at], swapped[other] = swapped[other], swapped[at]
    column = random.choice(sorted(CELLS))
    value = random.choice(CELLS[column])
    time = table.column("appended_at").cast(arrow.int64())
    ways: dict[str, Callable[[], arrow.Table]] = {
        "nothing": lambda: table,
        f"row {at} missing": lambda: table.take(order[:at] + order[at + 1 :]),
        f"row {at} twice": lambda: table.take(order[: at + 1] + order[at:]),
        f"rows {at} and {other} swapped": lambda: table.take(swapped),
        f"rows {at} and {other} swapped, renumbered": lambda: _column(table.take(swapped), "entry_index", order),
        f"no column {column}": lambda: table.drop_columns([column]),
        f"{column} as a text": lambda: _set(table, column, arrow.array(map(str, order), arrow.string())),
        f"times of another unit, {at % 2}": lambda: _set(
            table, "appended_at", time.cast(arrow.timestamp("ns") if at % 2 else arrow.timestamp("ms"))
        ),
        "times with a zone": lambda: _set(table, "appended_at", time.cast(arrow.timestamp("us", "UTC"))),
        "signed indices": lambda: _set(table, "entry_index", table.column("entry_index").cast(arrow.int64())),
        "columns in another order": lambda: table.select(table.column_names[::-1]),
        f"a bit of leaf {at}": lambda: _leaf(table, at, _bit(random, table.column("leaf")[at].as_py())),
        f"another actor in leaf {at}": lambda: _leaf(table, at, _actor(table.column("leaf")[at].as_py())),
    }
    if random.random() < 0.5:
        change, altered = f"{column} of row {at} is {value!r}"[:80], _cell(table, column, at, value)
    else:
        change, way = random.choice(sorted(ways.items()))
        altered = way()
    return change, _write(random, base, _parts(base, [altered])), EXPORTER


def _of_manifest(random: Random, base: _Base) -> Made:
    """The exporter signs a manifest that says something else."""
    parts = _parts(base, [base.table])
    members, part = _members(base, parts), _parts(base, [base.table])[0][0]
    size, other = members["size"], base.hashes[0].hex()
    cut = random.choice([100, 128, 256])
    half = _parts(base, [base.table.slice(at, cut) for at in range(0, size, cut)])
    ways: dict[str, Members] = {
        "another version": {"format_version": 2},
        "another origin": {"origin": base.origin + "x"},
        "no exporter": {"exporter": None},
        "an exporter of another type": {"exporter": EXPORTER.vkey().replace("+A", "+B")},
        "one entry more": {"size": size + 1},
        "one entry less": {"size": size - 1},
        "no entries": {"size": 0, "root": EMPTY_ROOT.hex(), "parts": []},
        "more entries than a double counts": {"size": 2**53 + 1},
        "a size with a fraction": {"size": size + 0.5},
        "a negative size": {"size": -1},
        "a size as a text": {"size": str(size)},
        "another root": {"root": other},
        "a root in capitals": {"root": members["root"].upper()},
        "a member too many": {"comment": ""},
        "no parts": {"parts": []},
        "the part twice": {"parts": [part, part]},
        "a part of another name": {"parts": [{**part, "file": "part-000001.parquet"}]},
        "a part elsewhere": {"parts": [{**part, "file": "../part-000000.parquet"}]},
        "a part with other bytes": {"parts": [{**part, "bytes": part["bytes"] + 1}]},
        "a part with another hash": {"parts": [{**part, "sha256": other}]},
        "a part that begins later": {"parts": [{**part, "first_index": 1}]},
        "a part with a row more": {"parts": [{**part, "rows": size + 1}]},
        "a part with a row less": {"parts": [{**part, "rows": size - 1}]},
        "a part with another root": {"parts": [{**part, "root": other}]},
        "a part with a member too many": {"parts": [{**part, "comment": ""}]},
        "a part without its root": {"parts": [{name: part[name] for name in part if name != "root"}]},
        "a checkpoint by another key": {"checkpoint": OTHER_LOG.checkpoint(_checkpoint(base, size))},
        "a checkpoint of a smaller log": {"checkpoint": LOG.checkpoint(_checkpoint(base, size - 1))},
        "a checkpoint with a stranger's signature, too": {
            "checkpoint": members["checkpoint"] + Signer("witness").line("x\n")
        },
        "a checkpoint of another log": {
            "checkpoint": LOG.checkpoint(Checkpoint("other", size, bytes.fromhex(members["root"])))
        },
    }
    change, changed = random.choice([*sorted(ways.items()), (SMALLER, {"parts": [part for part, _ in half]})])
    if change == SMALLER:
        parts = half
    exporter = Signer(random.choice(["countersign-export", "countersign-export", "somebody"]))
    folder = _write(random, base, parts, {"exporter": exporter.vkey(), **changed}, exporter)
    return f"{change} ({cut}), by {exporter.key.name}", folder, exporter


def _of_files(random: Random, base: _Base) -> Made:
    """Files are altered after they were signed for."""
    folder = _write(random, base, _parts(base, [base.table]))
    manifest, signature, part = (folder / name for name in ("manifest.json", "manifest.sig", "part-000000.parquet"))
    raw, note = manifest.read_bytes(), signature.read_bytes()
    file = random.choice([manifest, signature, part])
    change, altered = alter.bytes_(random, file.read_bytes())
    text = f"countersign/export-manifest/v1\n{hashlib.sha256(raw).hexdigest()}\n"
    ways: dict[str, Callable[[], object]] = {
        f"{file.name}: {change}": lambda: file.write_bytes(altered),
        f"{change} in {file.name}": lambda: file.write_bytes(altered),
        f"no {file.name}": lambda: os.remove(file),
        "an empty folder": lambda: _emptied(folder),
        "no folder": lambda: shutil.rmtree(folder),
        "a part too many": lambda: shutil.copy(part, folder / "part-000001.parquet"),
        "a file that could be a part": lambda: (folder / "part-x.parquet").write_bytes(b""),
        "a file beside them": lambda: (folder / "README").write_bytes(b""),
        "a manifest with a line feed behind it": lambda: manifest.write_bytes(raw + b"\n"),
        "a manifest in another order": lambda: manifest.write_bytes(b'{"size":1,' + raw[1:]),
        "a signature for a journal": lambda: signature.write_text(
            EXPORTER.note(text.replace("-manifest", "-journal")), encoding="utf-8"
        ),
        "a signature with a line more": lambda: signature.write_text(EXPORTER.note(text + "x\n"), encoding="utf-8"),
        "a signature with a stranger's": lambda: signature.write_bytes(note + Signer("s").line(text).encode()),
        "another's signature": lambda: signature.write_text(Signer("s").note(text), encoding="utf-8"),
    }
    change, way = random.choice(sorted(ways.items()))
    way()
    return change, folder, EXPORTER


def _of_link(random: Random, base: _Base) -> Made:
    """The manifest goes on from one before."""
    size = random.choice([0, 1, random.randrange(len(base.hashes)), len(base.hashes), len(base.hashes) + 1])
    at_size = root(base.hashes[:size])
    before = random.choice([at_size, at_size, at_size, EMPTY_ROOT, base.hashes[0]])
    link: Members = {"sha256": random.randbytes(32).hex(), "size": size, "root": before.hex()}
    change = f"goes on from {size}{'' if before == at_size else ', with another root'}"
    ways = [link, link, link, link, {**link, "comment": ""}, {"size": size}, "", {**link, "sha256": ""}]
    return change, _write(random, base, _parts(base, [base.table]), {"previous": random.choice(ways)}), EXPORTER


def _of_size(random: Random, small: _Base) -> Made:
    """An export of many small parts, or of few entries."""
    if random.random() < 0.3:
        count = random.randrange(3)
        base = _Base(small.origin, small.table.slice(0, count), small.out, small.names_contents)
        return f"{count} entries", _write(random, base, _parts(base, [base.table] if count else [])), EXPORTER
    rows = random.choice([16, 32, 64, 128, 24])
    tables = [small.table.slice(at, rows) for at in range(0, len(small.hashes), rows)]
    at, other = random.randrange(len(tables)), random.randrange(len(tables))
    swapped = list(tables)
    swapped[at], swapped[other] = swapped[other], swapped[at]
    ways = {
        "nothing": tables,
        f"part {at} missing": tables[:at] + tables[at + 1 :],
        f"part {at} twice": tables[: at + 1] + tables[at:],
        f"parts {at} and {other} swapped": swapped,
        f"part {at} without its last row": [*tables[:at], tables[at].slice(0, rows - 1), *tables[at + 1 :]],
    }
    change, parts = random.choice([("nothing", tables), *sorted(ways.items())])
    return f"parts of {rows}: {change}", _write(random, small, _parts(small, parts)), EXPORTER


Part = tuple[Members, bytes]


def _parts(base: _Base, tables: list[arrow.Table]) -> list[Part]:
    """Writes parts, and what a manifest says of them."""
    parts: list[Part] = []
    first = 0
    for number, table in enumerate(tables):
        sink = arrow.BufferOutputStream()
        pyarrow.parquet.write_table(table, sink, compression="zstd", store_schema=False)
        raw = sink.getvalue().to_pybytes()
        hashes = table.column("leaf_hash").to_pylist() if "leaf_hash" in table.column_names else base.hashes
        members = {
            "file": f"part-{number:06}.parquet",
            "sha256": hashlib.sha256(raw).hexdigest(),
            "bytes": len(raw),
            "first_index": first,
            "rows": table.num_rows,
            "root": root(hash if isinstance(hash, bytes) else b"" for hash in hashes).hex(),
            **({"contents": None} if base.names_contents else {}),
        }
        parts.append((members, raw))
        first += table.num_rows
    return parts


def _checkpoint(base: _Base, size: int) -> Checkpoint:
    return Checkpoint(base.origin, size, root(base.hashes[:size]))


def _members(base: _Base, parts: list[Part]) -> Members:
    whole = _checkpoint(base, len(base.hashes))
    return {
        "format_version": 1,
        "origin": base.origin,
        "exporter": EXPORTER.vkey(),
        "previous": None,
        "size": whole.size,
        "root": whole.root.hex(),
        "checkpoint": LOG.checkpoint(whole),
        "parts": [members for members, _ in parts],
        **({"has_contents": False} if base.names_contents else {}),
    }


def _write(
    random: Random, base: _Base, parts: list[Part], changed: Members | None = None, exporter: Signer = EXPORTER
) -> Path:
    """Writes a folder, all of it signed."""
    folder = base.out / f"{random.getrandbits(64):016x}"
    folder.mkdir(parents=True)
    for members, raw in parts:
        (folder / members["file"]).write_bytes(raw)
    manifest = _json({**_members(base, parts), **(changed or {})}).encode()
    (folder / "manifest.json").write_bytes(manifest)
    text = f"countersign/export-manifest/v1\n{hashlib.sha256(manifest).hexdigest()}\n"
    (folder / "manifest.sig").write_text(exporter.note(text), encoding="utf-8")
    return folder


def _emptied(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()


def _json(value: Any) -> str:
    """Writes canonical JSON, but integers as they are: some are none that canonical JSON has."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, list):
        return "[" + ",".join(map(_json, value)) + "]"
    if isinstance(value, dict):
        return "{" + ",".join(f"{canonical_json.write(key)}:{_json(value[key])}" for key in sorted(value)) + "}"
    return canonical_json.write(value)


def _plain(table: arrow.Table) -> arrow.Table:
    """Replaces types that only Arrow has; Parquet has one for each."""
    plain = {arrow.binary_view(): arrow.binary(), arrow.string_view(): arrow.string()}
    for at, field in enumerate(table.schema):
        if field.type in plain:
            table = table.set_column(at, field.name, table.column(at).cast(plain[field.type]))
        elif arrow.types.is_large_list(field.type) or arrow.types.is_list(field.type):
            value = plain.get(field.type.value_type, field.type.value_type)
            table = table.set_column(
                at, field.name, arrow.chunked_array([arrow.array(table.column(at).to_pylist(), arrow.list_(value))])
            )
    return table.replace_schema_metadata(None)


def _set(table: arrow.Table, name: str, column: Any) -> arrow.Table:
    return table.set_column(table.schema.get_field_index(name), name, column)


def _column(table: arrow.Table, name: str, values: list[Any]) -> arrow.Table:
    return _set(table, name, arrow.array(values, table.schema.field(name).type))


def _cell(table: arrow.Table, name: str, row: int, value: Any) -> arrow.Table:
    values = table.column(name)
    if name == "appended_at":
        values = values.cast(arrow.int64())
    changed = values.to_pylist()
    changed[row] = value
    return _column(table, name, changed)


def _leaf(table: arrow.Table, row: int, raw: bytes) -> arrow.Table:
    return _cell(_cell(table, "leaf", row, raw), "leaf_hash", row, leaf_hash(raw))


def _bit(random: Random, raw: bytes) -> bytes:
    at = random.randrange(len(raw))
    return raw[:at] + bytes([raw[at] ^ 1 << random.randrange(8)]) + raw[at + 1 :]


def _actor(raw: bytes) -> bytes:
    return Leaf(**{**vars(Leaf.decode(raw)), "principal_reference": "p_somebody"}).encode()
