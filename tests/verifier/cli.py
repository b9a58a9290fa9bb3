"""The command line."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any

from . import cosignature, export, ledger_file, vectors
from .checkpoint import Checkpoint
from .note import VerifyingKey, VerifyingKeys
from .permit import CheckFailed
from .refusal import Refused, Unreadable
from .tlog_proof import TlogProof

DONE, REFUSED, MISUSED, UNREADABLE = 0, 1, 2, 3

EXAMPLES = """
examples (from the folder `tests`; DATA is the data folder of a server):
  python -m verifier ledger DATA/ledger.db --key DATA/keys/ledger.pub
  python -m verifier export DATA/export/demo --key DATA/keys/ledger.pub --export-key DATA/keys/export.pub
  python -m verifier proof entry.tlog-proof --key ledger.pub
  python -m verifier checkpoint checkpoint.txt --key ledger.pub --witness w1.pub
  python -m verifier vectors ../ledger-format/testdata

exit codes: 0 it verifies; 1 it does not; 2 the command line is wrong; 3 a file cannot be read
"""


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        told = options.run(options)
    except Refused as refused:
        return _fail(options, REFUSED, "refused", refused)
    except Unreadable as unreadable:
        return _fail(options, UNREADABLE, "cannot be read", unreadable)
    if told is not None:
        _tell(options, told)
    return DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m verifier",
        description="Verifies what Countersign's ledger hands out. Made from docs/ledger-format.md alone.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="answer with one JSON object")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[Any], object], text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=text)
        added.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="answer with one JSON object")
        added.set_defaults(run=run)
        return added

    def keyed(added: argparse.ArgumentParser) -> argparse.ArgumentParser:
        added.add_argument("--key", type=Path, required=True, metavar="FILE", help="the log's verifying keys")
        return added

    added = keyed(command("ledger", _ledger, "audits the logs in a ledger's SQLite file"))
    added.add_argument("file", type=Path, metavar="LEDGER.DB")
    added.add_argument("--workspace", metavar="ID", help="only the log of this one")
    added.add_argument("--content-keys", type=Path, metavar="FILE", help="content-keys.db, to look into contents")
    added.add_argument("--remembered", type=Path, metavar="FILE", help="a checkpoint that was seen before")

    added = keyed(command("export", _export, "verifies an export: manifest, signatures, parts, leaves and roots"))
    added.add_argument("folder", type=Path, metavar="DIR")
    added.add_argument("--export-key", type=Path, metavar="FILE", help="the exporter's verifying key")
    added.add_argument("--content-keys", type=Path, metavar="FILE", help="content-keys.db, to look into contents")
    added.add_argument(
        "--earlier", type=Path, metavar="FILE", help="the manifest.json of the export before, kept elsewhere"
    )

    added = keyed(command("proof", _proof, "verifies a tlog-proof file"))
    added.add_argument("file", type=Path, metavar="FILE")
    added.add_argument("--leaf", type=Path, metavar="FILE", help="the leaf's bytes, where the file does not bring them")

    added = keyed(command("checkpoint", _checkpoint, "verifies a checkpoint, and the cosignatures of witnesses"))
    added.add_argument("file", type=Path, metavar="FILE")
    added.add_argument("--witness", type=Path, action="append", default=[], metavar="FILE", help="a witness's key")

    added = command("vectors", _vectors, "recomputes the golden vectors")
    added.add_argument("folder", type=Path, metavar="DIR")

    added = command("sample", _sample, "writes cases and this verifier's verdicts on them, a JSON object on each line")
    added.add_argument("--seed", type=int, required=True, metavar="N")
    added.add_argument("--count", type=int, required=True, metavar="N")
    added.add_argument("--export", type=Path, required=True, metavar="DIR", help="an export to alter")
    added.add_argument("--out", type=Path, required=True, metavar="DIR", help="where altered exports are written")
    return parser


def _ledger(options: Any) -> object:
    key = _keys(options.key)
    found = ledger_file.workspaces(options.file)
    if options.workspace is not None and options.workspace not in found:
        raise Refused(f"no log of `{options.workspace}`; there are: {', '.join(found)}")
    remembered = Checkpoint.of(_read(options.remembered), key) if options.remembered else None
    if remembered and remembered.origin not in [ledger_file.origin_of(key.name, workspace) for workspace in found]:
        raise Refused(f"a log is gone that had {remembered.size} entries: `{remembered.origin}`")
    logs = []
    for workspace in [options.workspace] if options.workspace else found:
        origin = ledger_file.origin_of(key.name, workspace)
        known = [remembered] if remembered and remembered.origin == origin else []
        audited = ledger_file.audit(options.file, workspace, key, origin, known, options.content_keys)
        logs.append({"origin": origin, **asdict(audited)})
    return {"logs": logs}


def _export(options: Any) -> object:
    exporter = _key(options.export_key) if options.export_key else None
    earlier = _read(options.earlier) if options.earlier else None
    keys = ledger_file.read_content_keys(options.content_keys) if options.content_keys else None
    return export.verify(options.folder, _keys(options.key), exporter, earlier, keys)


def _proof(options: Any) -> object:
    proof = TlogProof.parse(_read(options.file))
    leaf = _read(options.leaf) if options.leaf else proof.extra
    if leaf is None:
        raise Refused("the file does not bring the leaf: name it with `--leaf`")
    return proof.verify_leaf(leaf, _keys(options.key))


def _checkpoint(options: Any) -> object:
    raw, key = _read(options.file), _keys(options.key)
    checkpoint = Checkpoint.of(raw, key)
    witnesses = [cosignature.parse_witness_key(_read_text(path)) for path in options.witness]
    return {**asdict(checkpoint), "witnessed": {key.name: cosignature.verify(raw, key) for key in witnesses}}


def _vectors(options: Any) -> object:
    return vectors.check(options.folder)


def _sample(options: Any) -> None:
    from . import sample  # altering exports needs PyArrow, and nobody else does

    for case in sample.cases(options.seed, options.count, options.export, options.out):
        json.dump(case, sys.stdout, ensure_ascii=True)
        sys.stdout.write("\n")


def _key(path: Path) -> VerifyingKey:
    return VerifyingKey.parse(_read_text(path))


def _keys(path: Path) -> VerifyingKeys:
    return VerifyingKeys.parse(_read_text(path))


def _read_text(path: Path) -> str:
    return _read(path).decode("utf-8", "replace").removesuffix("\n")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Unreadable(f"`{path}` cannot be read: {error.strerror}") from error


def _tell(options: Any, told: object) -> None:
    shown = _shown(asdict(told) if is_dataclass(told) and not isinstance(told, type) else told)
    if options.json:
        print(json.dumps(shown))
        return
    print("verified")
    for line in _lines(shown):
        print(f"  {line}")


def _lines(value: Any, place: str = "") -> Iterator[str]:
    """Yields a line for each value, named by its place: `logs.0.size: 7`."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if items is None:
        yield f"{place}: {value}"
        return
    for name, item in items:
        yield from _lines(item, f"{place}.{name}" if place else str(name))


def _shown(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {name: _shown(item) for name, item in value.items()}
    return list(map(_shown, value)) if isinstance(value, (list, tuple)) else value


def _fail(options: Any, code: int, word: str, error: Exception) -> int:
    if options.json:
        told = {"error": word, "what": str(error)}
        if isinstance(error, CheckFailed):
            told["check"] = str(error.check)
        for name in ("first", "last"):
            if hasattr(error, name):
                told[name] = getattr(error, name)
        print(json.dumps(told), file=sys.stderr)
    else:
        print(f"{word}: {error}", file=sys.stderr)
    return code
