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


def rows(raw: bytes) -> Iterator[dict[str, Any]]:
    """Yields the rows of a part by these columns, times as microseconds since 1970."""
    try:
        file = pyarrow.parquet.ParquetFile(io.BytesIO(raw))
        _check_schema(file.schema)
        for batch in file.iter_batches(columns=list(COLUMNS)):
            columns = {name: batch.column(name).cast(type) for name, (*_, type) in COLUMNS.items()}
            yield from arrow.RecordBatch.from_pydict(columns).to_pylist()
    except (arrow.ArrowException, OSError) as error:
        raise Refused(f"not a part of an export: {error}") from error


def _check_schema(schema: pyarrow.parquet.ParquetSchema) -> None:
    found = {column.path: column for column in map(schema.column, range(len(schema.names)))}
    for name, (physical, logical, _) in COLUMNS.items():
        column = found.get(name)
        if not column or column.physical_type != physical or not str(column.logical_type).startswith(logical):
            raise Refused(f"no column `{name}` of its type")
