"""Reads an export's parts with PyArrow and with DuckDB, and prints what each finds there as one JSON object.

usage: read_export.py DIR
"""

import datetime
import json
import pathlib
import sys

import duckdb
import pyarrow.compute as compute
import pyarrow.dataset

EPOCH = datetime.datetime(1970, 1, 1)


def main():
    parts = sorted(map(str, pathlib.Path(sys.argv[1]).glob("part-*.parquet")))
    print(json.dumps({"pyarrow": with_pyarrow(parts), "duckdb": with_duckdb(parts)}))


def with_pyarrow(parts):
    table = pyarrow.dataset.dataset(parts).to_table()
    counts = compute.value_counts(table.column("kind").cast("string"))
    times = compute.min_max(table.column("appended_at")).as_py()
    return {
        "by_kind": {
            count["values"].as_py(): count["counts"].as_py() for count in counts
        },
        "appended_at_us": [micros(times["min"]), micros(times["max"])],
        "columns": table.column_names,
    }


def with_duckdb(parts):
    export = duckdb.read_parquet(parts)
    kinds = duckdb.sql("SELECT kind, count(*) FROM export GROUP BY kind").fetchall()
    [times] = duckdb.sql(
        "SELECT min(appended_at), max(appended_at) FROM export"
    ).fetchall()
    return {
        "by_kind": dict(kinds),
        "appended_at_us": list(map(micros, times)),
        "columns": export.columns,
    }


def micros(time):
    """Returns microseconds since 1970 of a time of UTC that does not say so."""
    return (time - EPOCH) // datetime.timedelta(microseconds=1)


if __name__ == "__main__":
    main()
