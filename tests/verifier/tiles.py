"""Tiles and entry bundles: a tree and its leaves in pieces of 256 (C2SP tlog-tiles)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from .encoding import U64_MAX
from .refusal import Refused
from .tree import HASH_BYTES, Edge, leaf_hash, root

WIDTH = 256

_PATH = re.compile(r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


@dataclass(frozen=True)
class TileId:
    """Names the hashes of `width` perfect subtrees of level 8·level; level `None` names a bundle of entries."""

    level: int | None
    index: int
    width: int = WIDTH

    @staticmethod
    def parse(path: str) -> TileId:
        parts = _PATH.fullmatch(path)
        if not parts:
            raise Refused("not the path of a tile")
        level, index, width = parts.groups()
        tile = TileId(None if level == "entries" else int(level), int(re.sub("[x/]", "", index)), int(width or WIDTH))
        if tile.path() != path or (tile.level or 0) > 63 or tile.end() > U64_MAX + 1:
            raise Refused("no such tile")
        return tile

    def path(self) -> str:
        groups: list[str] = []
        rest = self.index
        while not groups or rest:
            rest, group = divmod(rest, 1000)
            groups.append(f"{'x' if groups else ''}{group:03}")
        level = "entries" if self.level is None else str(self.level)
        partial = f".p/{self.width}" if self.width < WIDTH else ""
        return f"tile/{level}/{'/'.join(reversed(groups))}{partial}"

    def end(self) -> int:
        """Returns the number of leaves up to the end of the full tile."""
        return (self.index + 1) << 8 * ((self.level or 0) + 1)


def hashes_of_tile(tile: TileId, raw: bytes) -> list[bytes]:
    """Splits the bytes of a tile."""
    if len(raw) != tile.width * HASH_BYTES:
        raise Refused(f"a tile of {tile.width} hashes has {tile.width * HASH_BYTES} bytes, not {len(raw)}")
    return [raw[at : at + HASH_BYTES] for at in range(0, len(raw), HASH_BYTES)]


def entries_of_bundle(bundle: TileId, raw: bytes) -> list[bytes]:
    """Splits the bytes of an entry bundle."""
    entries, at = [], 0
    while at < len(raw):
        length = int.from_bytes(raw[at : at + 2], "big")
        entry = raw[at + 2 : at + 2 + length]
        if len(raw) < at + 2 or len(entry) != length:
            raise Refused("the bundle ends early")
        entries.append(entry)
        at += 2 + length
    if len(entries) != bundle.width:
        raise Refused(f"a bundle of {bundle.width} entries has {len(entries)}")
    return entries


def verify_bundle(bundle: Sequence[bytes], tile: Sequence[bytes]) -> None:
    """Refuses unless each entry hashes to the hash of the tile of level 0 beside it."""
    if [leaf_hash(entry) for entry in bundle] != list(tile):
        raise Refused("the entries are not those of the tile")


def tiles_of(size: int) -> Iterator[TileId]:
    """Names all tiles of a tree, full and partial, level by level."""
    level, width = 0, size
    while width:
        full, rest = divmod(width, WIDTH)
        yield from (TileId(level, index) for index in range(full))
        if rest:
            yield TileId(level, full, rest)
        level, width = level + 1, full


def verify_tiles(size: int, expected: bytes, read: Callable[[TileId], bytes]) -> None:
    """Refuses unless all tiles of a tree, read one by one, agree with each other and lead to its root."""
    below: list[bytes] = []
    level, whole = 0, Edge()
    above: list[bytes] = []
    for tile in tiles_of(size):
        if tile.level != level:
            below, above, level = above, [], level + 1
        hashes = hashes_of_tile(tile, read(tile))
        if level and hashes != below[tile.index * WIDTH : tile.index * WIDTH + tile.width]:
            raise Refused(f"`{tile.path()}` is not the tile over those below it")
        if tile.width == WIDTH:
            above.append(root(hashes))
        if not level:
            for hash in hashes:
                whole.append(hash)
    if whole.root() != expected:
        raise Refused("the tiles lead to another root")
