"""Resource names: `workspaces/{id}/candidates/{uuid}` and their like."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass

_NAME = re.compile(r"workspaces/([a-z0-9][a-z0-9._-]{0,62})/(candidates|standingApprovals)/([0-9a-f-]{36})")


@dataclass(frozen=True)
class Name:
    workspace: str
    collection: str
    id: uuid.UUID


def parse(text: str) -> Name | None:
    """Reads a name whose id is in hyphenated lower case; none where it is anything else."""
    parts = _NAME.fullmatch(text)
    if not parts:
        return None
    workspace, collection, id = parts.groups()
    try:
        read = uuid.UUID(id)
    except ValueError:
        return None
    return Name(workspace, collection, read) if str(read) == id else None
