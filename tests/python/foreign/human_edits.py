"""What writers changed in drafts of language models (LAMP), by plain counting."""

import collections
import json
import re

WRITERS = ("W12", "W3")
ROWS_MAX = 50


def figures(folder):
    edits = [
        (writer, draft["source"], kind_of(edit["categorization"]), edit["editedText"])
        for writer in WRITERS
        for draft in json.loads((folder / f"{writer}_edits.json").read_text("utf-8"))
        for edit in draft["fine_grained_edits"]
    ]
    count = lambda place: collections.Counter(edit[place] for edit in edits)
    every = lambda counts: {group: [n, n] for group, n in counts.items()}
    same = collections.defaultdict(list)
    for writer, _, kind, text in edits:
        same[kind, text].append(writer)
    repeated = [
        {
            "action_type": kind,
            "path": "/instead",
            "operation": "add",
            "candidates": len(writers),
            "people": len(set(writers)),
        }
        for (kind, _), writers in same.items()
        if len(writers) > 1
    ]
    assert len(repeated) <= ROWS_MAX, "the report cuts its table there"
    return {
        "totals": {"candidates": len(edits), "decisions": len(edits)},
        "rates": {
            "edits-by-all": {"all": [len(edits), len(edits)]},
            "edits-by-action-type": every(count(2)),
            "edits-by-model": every(count(1)),
            "rejections-by-action-type": {kind: [0, n] for kind, n in count(2).items()},
        },
        "rows": {
            "repeated-edits": repeated,
            "reviewers": [
                {"candidates": n, "edited": n, "approved": 0, "rejected": 0}
                for n in count(0).values()
            ],
        },
    }


def kind_of(category):
    """Makes an id of a category; its two spellings are one."""
    return re.sub("[^a-z0-9]+", "-", category.lower()).strip("-")
