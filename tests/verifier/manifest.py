"""An export's manifest and the signature over it (docs/export-format.md)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from . import canonical_json
from .checkpoint import Checkpoint
from .encoding import hash_of_hex
from .note import Note, Pinned, VerifyingKey
from .refusal import Refused

FORMAT_VERSION = 1
PART_ROWS = 65_536
PART_SIZES = {1 << level for level in range(17)}


@dataclass(frozen=True)
class Contents:
    """What the manifest says of the file with the contents of a part."""

    file: str
    sha256: bytes
    size: int


@dataclass(frozen=True)
class Part:
    """What the manifest says of one part."""

    file: str
    sha256: bytes
    size: int
    first_index: int
    rows: int
    root: bytes
    contents: Contents | None


@dataclass(frozen=True)
class Previous:
    """The export before in the same folder."""

    sha256: bytes
    size: int
    root: bytes


@dataclass(frozen=True)
class Manifest:
    """What an export consists of."""

    origin: str
    exporter: VerifyingKey
    previous: Previous | None
    size: int
    root: bytes
    checkpoint: bytes
    has_contents: bool
    parts: list[Part]

    @staticmethod
    def parse(raw: bytes) -> Manifest:
        """Reads a manifest in its one writing; nothing in it is verified yet."""
        value = canonical_json.read(raw)
        if canonical_json.write(value).encode() != raw:
            raise Refused("the manifest is not in canonical form")
        members = _Members(value, "the manifest")
        if members.number("format_version") != FORMAT_VERSION:
            raise Refused("an export of another format version")
        has_contents = members.flag("has_contents") if "has_contents" in value else None
        manifest = Manifest(
            origin=members.text("origin"),
            exporter=VerifyingKey.parse(members.text("exporter")),
            previous=_previous(members.any("previous")),
            size=members.number("size"),
            root=hash_of_hex(members.text("root")),
            checkpoint=members.text("checkpoint").encode(),
            has_contents=bool(has_contents),
            parts=[_part(part, has_contents is not None) for part in members.list("parts")],
        )
        members.end()
        manifest._check_parts()
        return manifest

    def verify(self, key: Pinned) -> None:
        """Refuses unless the log's key signed size and root."""
        checkpoint = Checkpoint.verify(self.checkpoint, key, self.origin)
        if (checkpoint.size, checkpoint.root) != (self.size, self.root):
            raise Refused("the checkpoint has another size or root than the manifest")

    def _check_parts(self) -> None:
        """Refuses parts that do not lie side by side, each but the last with the same power of two of entries."""
        entries = self.parts[0].rows if len(self.parts) > 1 else PART_ROWS
        if entries not in PART_SIZES:
            raise Refused(f"no full part has {entries} entries")
        first = 0
        for number, part in enumerate(self.parts):
            if (part.file, part.first_index) != (part_name(number), first):
                raise Refused(f"`{part.file}` is not the part that stands at its place")
            contents = contents_name(number) if self.has_contents else None
            if (part.contents.file if part.contents else None) != contents:
                raise Refused(f"`{part.file}` has other contents than its export")
            if part.rows != entries and (part is not self.parts[-1] or not 0 < part.rows < entries):
                raise Refused(f"`{part.file}` is not as long as the others")
            first += part.rows
        if first != self.size:
            raise Refused("the parts have more or fewer entries than the export")
        if self.previous and self.previous.size > self.size:
            raise Refused("the previous export was larger")


def part_name(number: int) -> str:
    return f"part-{number:06}.parquet"


def contents_name(number: int) -> str:
    return f"contents-{number:06}.parquet"


def verify_signature(signature: bytes, manifest: bytes, exporter: VerifyingKey) -> None:
    """Refuses unless the exporter signed these bytes of a manifest."""
    text = f"countersign/export-manifest/v1\n{sha256(manifest).hexdigest()}\n"
    if Note.parse(signature).signed_by(exporter) != text:
        raise Refused("the exporter's signature is over another manifest")


class _Members:
    """The members of an object, each of which is asked for once."""

    def __init__(self, value: Any, what: str) -> None:
        if not isinstance(value, dict):
            raise Refused(f"{what} is no object")
        self._left, self._what = dict(value), what

    def any(self, name: str) -> Any:
        if name not in self._left:
            raise Refused(f"{self._what} has no `{name}`")
        return self._left.pop(name)

    def text(self, name: str) -> str:
        value = self.any(name)
        if not isinstance(value, str):
            raise Refused(f"`{name}` of {self._what} is no text")
        return value

    def number(self, name: str) -> int:
        value = self.any(name)
        if not isinstance(value, float) or value < 0 or not value.is_integer():
            raise Refused(f"`{name}` of {self._what} is no number from 0 on")
        return int(value)

    def flag(self, name: str) -> bool:
        value = self.any(name)
        if not isinstance(value, bool):
            raise Refused(f"`{name}` of {self._what} is neither true nor false")
        return value

    def list(self, name: str) -> Iterable[Any]:
        value = self.any(name)
        if not isinstance(value, list):
            raise Refused(f"`{name}` of {self._what} is no list")
        return value

    def end(self) -> None:
        if self._left:
            raise Refused(f"{self._what} has a member too many, `{min(self._left)}`")


def _previous(value: Any) -> Previous | None:
    if value is None:
        return None
    members = _Members(value, "`previous`")
    previous = Previous(hash_of_hex(members.text("sha256")), members.number("size"), hash_of_hex(members.text("root")))
    members.end()
    return previous


def _part(value: Any, may_have_contents: bool) -> Part:
    members = _Members(value, "a part")
    part = Part(
        file=members.text("file"),
        sha256=hash_of_hex(members.text("sha256")),
        size=members.number("bytes"),
        first_index=members.number("first_index"),
        rows=members.number("rows"),
        root=hash_of_hex(members.text("root")),
        contents=_contents(members.any("contents")) if may_have_contents else None,
    )
    members.end()
    return part


def _contents(value: Any) -> Contents | None:
    if value is None:
        return None
    members = _Members(value, "`contents`")
    contents = Contents(members.text("file"), hash_of_hex(members.text("sha256")), members.number("bytes"))
    members.end()
    return contents
