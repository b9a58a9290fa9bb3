"""Reads parts of an export. The one file that needs PyArrow."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pyarrow as arrow
import pyarrow.parquet

from .refusal import Refused

# The columns that say what the leaf says: what Parquet holds them as, and what they are read as.
UINT64 = ("INT64", "Int(bitWidth=64, isSigned=false)", arrow.uint64())
INT32 = ("INT32", "None", arrow.int32())
BINARY = ("BYTE_ARRAY", "None", arrow.binary())
STRING = ("BYTE_ARRAY", "String", arrow.string())
# Times are of UTC, whether the file says so or not.
TIMESTAMP = (
    "INT64",
    ("Timestamp(isAdjustedToUTC=false, timeUnit=micro", "Timestamp(isAdjustedToUTC=true, timeUnit=micro"),
    arrow.int64(),
)
BOOLEAN = ("BOOLEAN", "None", arrow.bool_())
COLUMNS: dict[str, Any] = {
    "entry_index": UINT64,
    "leaf": BINARY,
    "leaf_hash": BINARY,
    "kind": STRING,
    "candidate": STRING,
    "candidate_slice": INT32,
    "revision": UINT64,
    "actor_kind": STRING,
    "actor": STRING,
    "appended_at": TIMESTAMP,
}
# The column that says whether there was a content to read, and those of a file of contents.
READING: dict[str, Any] = {"reading": STRING}
CONTENTS: dict[str, Any] = {"entry_index": UINT64, "content_key": STRING, "sealed": BINARY, "erased": BOOLEAN}


def rows(raw: bytes, wanted: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yields the rows of a file by these columns, times as microseconds since 1970."""
    try:
        file = pyarrow.parquet.ParquetFile(io.BytesIO(raw))
        _check_schema(file.schema, wanted)
        for batch in file.iter_batches(columns=list(wanted)):
            columns = {name: batch.column(name).cast(type) for name, (*_, type) in wanted.items()}
            yield from arrow.RecordBatch.from_pydict(columns).to_pylist()
    except (arrow.ArrowException, OSError) as error:
        raise Refused(f"not a part of an export: {error}") from error


def _check_schema(schema: pyarrow.parquet.ParquetSchema, wanted: dict[str, Any]) -> None:
    found = {column.path: column for column in map(schema.column, range(len(schema.names)))}
    for name, (physical, logical, _) in wanted.items():
        column = found.get(name)
        if not column or column.physical_type != physical or not str(column.logical_type).startswith(logical):
            raise Refused(f"no column `{name}` of its type")
