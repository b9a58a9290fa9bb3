"""Audits a log in the ledger's SQLite file, read-only, also while a server writes to it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from .audit import Audit, Audited, Entry, Finding
from .checkpoint import Checkpoint
from .note import Note, Pinned
from .refusal import Refused, Unreadable
from .sealed import Erasures, fingerprint, unseal
from .tiles import WIDTH, TileId, hashes_of_tile
from .tree import leaf_hash, root


LOG_OF_LOGS = "~logs"


def origin_of(prefix: str, workspace: str) -> str:
    """Returns the origin of a workspace's log, or of the log of logs."""
    return f"{prefix}/logs" if workspace == LOG_OF_LOGS else f"{prefix}/workspaces/{workspace}"


def workspaces(path: Path) -> list[str]:
    """Returns the workspaces that have a log in the file; the log of logs stands under a name that no workspace has."""
    with _open(path) as database:
        found = database.execute("SELECT workspace FROM entries UNION SELECT workspace FROM checkpoints ORDER BY 1")
        return [workspace for (workspace,) in found]


def audit(
    path: Path,
    workspace: str,
    key: Pinned,
    origin: str,
    remembered: list[Checkpoint] | None = None,
    content_keys: Path | None = None,
) -> Audited:
    """Audits one log against its own checkpoints, and those that the auditor remembers; raises `Finding`.

    Contents are looked into as far as their keys are given; who has none checks all but contents."""
    keys = read_content_keys(content_keys) if content_keys else None
    with _open(path) as database:
        signed = _checkpoints(database, workspace, key, origin)
        log = Audit(origin, [*signed, *(remembered or [])])
        tiles = _Tiles(database, workspace)
        erasures = Erasures()
        for entry, is_kept in _entries(database, workspace, keys):
            leaf = log.add(entry)
            tiles.add(leaf_hash(entry.leaf))
            try:
                erasures.add(entry.index, leaf, is_kept)
            except Refused as refused:
                raise Finding(entry.index, entry.index, str(refused)) from refused
        audited = log.finish()
        tiles.finish()
        if (lost := erasures.lost()) is not None:
            raise Finding(lost, lost, "the content is gone, and no entry says that it was erased")
        if audited.size and (not signed or signed[-1].size < audited.size):
            raise Finding(signed[-1].size if signed else 0, audited.size - 1, "under no checkpoint")
        return audited


def _checkpoints(database: sqlite3.Connection, workspace: str, key: Pinned, origin: str) -> list[Checkpoint]:
    signed: list[Checkpoint] = []
    rows = database.execute(
        "SELECT size, previous_size, signed_note FROM checkpoints WHERE workspace = ? ORDER BY size", (workspace,)
    )
    for size, previous_size, note in rows:
        before = signed[-1].size if signed else 0
        first, last = (min(before, size), max(before, size - 1))
        try:
            raw = str(note).encode()
            checkpoint = Checkpoint.verify(raw, key, origin)
            Note.parse(raw).check_stored(key.of_log(origin))
        except Refused as refused:
            raise Finding(first, last, f"the checkpoint at size {size}: {refused}") from refused
        if (checkpoint.size, previous_size) != (size, before):
            raise Finding(first, last, f"the checkpoint at size {size} stands in another's place")
        signed.append(checkpoint)
    return signed


def _entries(
    database: sqlite3.Connection, workspace: str, keys: dict[int, bytes] | None
) -> Iterator[tuple[Entry, bool]]:
    """Yields entries, and whether the content of each is still there."""
    is_sealed = "sealed" in (column for _, column, *_ in database.execute("PRAGMA table_info(entries)"))
    columns = "NULL, NULL, sealed, content_key" if is_sealed else "salt, content, content, 0"
    rows = database.execute(
        f"SELECT entry_index, leaf, leaf_hash, idempotency_key, {columns}"
        " FROM entries WHERE workspace = ? ORDER BY entry_index",
        (workspace,),
    )
    for index, leaf, hash, key, salt, content, kept, number in rows:
        if is_sealed and kept and keys is not None:
            salt, content = _unsealed(index, kept, number, keys, leaf_hash(leaf))
        yield Entry(index, leaf, hash, salt, content, {"idempotency_key": key}), len(kept) > 0


def _unsealed(index: int, sealed: bytes, number: int, keys: dict[int, bytes], hash: bytes) -> tuple[bytes, bytes]:
    try:
        if number not in keys:
            raise Refused(f"the content's key, number {number}, is missing")
        return unseal(sealed, keys[number], hash)
    except Refused as refused:
        raise Finding(index, index, str(refused)) from refused


def read_content_keys(path: Path) -> dict[int, bytes]:
    """Reads the file of content keys; refuses a key that is not the one its fingerprint was taken of."""
    with _open(path) as database:
        keys = {}
        for number, secret, stored in database.execute("SELECT number, secret, fingerprint FROM content_keys"):
            if fingerprint(number, secret) != stored:
                raise Refused(f"content key {number} is not the one that its fingerprint was taken of")
            keys[number] = secret
        return keys


class _Tiles:
    """The stored tiles of a log, held against the leaf hashes as they come."""

    def __init__(self, database: sqlite3.Connection, workspace: str) -> None:
        rows = database.execute("SELECT level, tile_index, hashes FROM tiles WHERE workspace = ?", (workspace,))
        self._stored = {TileId(level, index): hashes for level, index, hashes in rows}
        self._open: list[list[bytes]] = []

    def add(self, hash: bytes, level: int = 0) -> None:
        if level == len(self._open):
            self._open.append([])
        hashes = self._open[level]
        hashes.append(hash)
        if len(hashes) % WIDTH:
            return
        tile = TileId(level, len(hashes) // WIDTH - 1)
        self._compare(tile, self._stored.pop(tile, b""), hashes[-WIDTH:])
        self.add(root(hashes[-WIDTH:]), level + 1)

    def _compare(self, tile: TileId, stored: bytes, hashes: list[bytes]) -> None:
        """Names the entries below the first hash that is stored differently."""
        span = 1 << 8 * (tile.level or 0)
        first, last = tile.end() - WIDTH * span, tile.end() - 1
        try:
            pairs = zip(hashes_of_tile(tile, stored), hashes, strict=True)
        except Refused as refused:
            raise Finding(first, last, f"`{tile.path()}`: {refused}") from refused
        for at, (found, computed) in enumerate(pairs):
            if found != computed:
                raise Finding(first + at * span, first + (at + 1) * span - 1, f"`{tile.path()}` has another hash")

    def finish(self) -> None:
        if self._stored:
            tile = min(self._stored, key=lambda tile: (tile.level or 0, tile.index))
            raise Refused(f"`{tile.path()}` is no full tile of this log")


@contextmanager
def _open(path: Path) -> Iterator[sqlite3.Connection]:
    if not path.is_file():
        raise Unreadable(f"`{path}` is no file")
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            yield database
    except sqlite3.Error as error:
        raise Unreadable(f"`{path}` cannot be read as a ledger: {error}") from error
