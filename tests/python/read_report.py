"""Reads the Parquet files of a report with PyArrow and with DuckDB, and prints where they say something else than its JSON.

usage: read_report.py DIR
"""

import json
import pathlib
import sys

import duckdb
import pyarrow.parquet

PROVENANCE = "log_origin first_index end_index log_root definition_version".split()


def main():
    folder = pathlib.Path(sys.argv[1])
    report = json.loads((folder / "report.json").read_text("utf-8"))
    tables = {
        table["id"]: table
        for question in report["questions"]
        for table in question["tables"]
    }
    files = {file.stem: file for file in (folder / "parquet").iterdir()}
    different = sorted({*tables} ^ {*files})
    values, types = 0, {}
    for name, table in tables.items():
        columns = [column["id"] for column in table["columns"]]
        expected = [[row[column] for column in columns] for row in table["rows"]]
        source = table["source"]
        origin = [source["origin"], source["first_index"], source["end_index"]]
        origin += [source["root"], table["definition_version"]]
        for read in (with_pyarrow, with_duckdb):
            found_columns, rows, metadata = read(files[name])
            same = found_columns == columns + PROVENANCE
            same &= rows == [row + origin for row in expected]
            same &= metadata == dict(zip(PROVENANCE, map(str, origin)))
            if not same:
                different.append(f"{name} as read by {read.__name__}")
        values += sum(map(len, expected))
        for field in pyarrow.parquet.read_schema(files[name]):
            types.setdefault(field.name, set()).add(str(field.type))
    different += [f"{name} is {found}" for name, found in types.items() if len(found) > 1]
    print(
        json.dumps(
            {
                "tables": len(tables),
                "values": values,
                "types": {name: min(found) for name, found in types.items()},
                "different": different,
            }
        )
    )


def with_pyarrow(file):
    table = pyarrow.parquet.read_table(file)
    rows = [[row[name] for name in table.column_names] for row in table.to_pylist()]
    return table.column_names, rows, ours(pyarrow.parquet.read_metadata(file).metadata.items())


def with_duckdb(file):
    answer = duckdb.sql(f"FROM read_parquet('{file}')")
    rows = [list(row) for row in answer.fetchall()]
    pairs = duckdb.sql(f"SELECT key, value FROM parquet_kv_metadata('{file}')")
    return answer.columns, rows, ours(pairs.fetchall())


def ours(pairs):
    """Returns the metadata that is the report's own."""
    prefix = "countersign.report."
    pairs = [(key.decode(), value.decode()) for key, value in pairs]
    return {k.removeprefix(prefix): v for k, v in pairs if k.startswith(prefix)}


if __name__ == "__main__":
    main()
