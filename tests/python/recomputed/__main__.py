"""Computes every table of a report again and prints what differs, as one JSON object.

usage: python -m recomputed EXPORT REPORT.json
"""

import json
import sys

from . import edits
from .lives import read
from .tables import calibration, every_table, first

# Six decimals stand in the report; the last may be rounded either way.
TOLERANCE = 1.5e-6

# What proposers are told of each level of confidence.
LEVEL = ("level", "claimed", "numerator", "denominator", "rate", "low", "high")


def main():
    export, report = sys.argv[1:]
    with open(report, encoding="utf-8") as file:
        report = json.load(file)
    entries, every = read(export)
    lives = [life for life in every if life.is_read]
    computed = every_table(entries, lives, report["terms"])
    computed = {
        "totals": totals(entries, every, lives),
        "proposers": proposers(lives),
        "tables": computed,
    }
    said = {
        "totals": report["totals"],
        "proposers": report["proposers"],
        "tables": {
            table["id"]: table["rows"]
            for question in report["questions"]
            for table in question["tables"]
        },
    }
    differences, figures = [], [0]
    compare("", said, computed, differences, figures)
    print(
        json.dumps(
            {
                "tables": len(computed["tables"]),
                "figures": figures[0],
                "different": len(differences),
                "differences": differences[:20],
            }
        )
    )


def totals(entries, every, lives):
    read_so = lambda reading: sum(e["reading"] == reading for e in entries)
    decisions = [e for life in lives for e in life.decisions]
    return {
        "entries": len(entries),
        "entries_known": read_so("known"),
        "entries_unknown_kind": read_so("unknown_kind"),
        "entries_erased": read_so("erased"),
        "entries_unreadable": read_so("unreadable"),
        "candidates": len(lives),
        "candidates_left_out": len(every) - len(lives),
        "decisions": len(decisions),
        "simulated_decisions": sum(bool(e["simulated"]) for e in decisions),
    }


def proposers(lives):
    groups = {}
    for life in lives:
        key = (life.groups["proposer"], life.groups["action-type"])
        groups.setdefault(key, []).append(life)
    rules = {rule["key"]: rule for rule in edits.rules(lives)}
    return [feedback(*key, groups[key], rules) for key in sorted(groups)]


def feedback(proposer, action_type, lives, rules):
    def is_rejection(event):
        return event["kind"] == "candidate_rejected"

    def rejections():
        for life in filter(lambda life: life.decided, lives):
            reason = first(life, is_rejection, "rejection_reason")
            if reason is not None:
                event = next(filter(is_rejection, life.events))
                yield reason, life.name, event["actor"], event["entry_index"]

    return {
        "proposer": proposer,
        "action_type": action_type,
        "proposed": len(lives),
        "decided": sum(life.decided for life in lives),
        "rejected": sum(life.decided and life.rejected for life in lives),
        "edited": sum(life.decided and life.edited for life in lives),
        "failed": sum(life.failed for life in lives),
        "sent_back": sum(life.sent_back for life in lives),
        "rejection_reasons": [
            {"reason": reason, "count": count, "examples": examples}
            for reason, count, _, examples in edits.occurrences(rejections())
        ],
        "calibration": [
            {name: level[name] for name in LEVEL} for level in calibration(lives, "all")[0]
        ],
        **edits.for_proposer(proposer, action_type, lives, rules),
    }


def compare(place, said, computed, differences, figures):
    if isinstance(said, dict) and isinstance(computed, dict):
        for name in {**said, **computed}:
            missing = object()
            pair = said.get(name, missing), computed.get(name, missing)
            if missing in pair:
                differences.append([f"{place}/{name}", name in said, name in computed])
            else:
                compare(f"{place}/{name}", *pair, differences, figures)
    elif isinstance(said, list) and isinstance(computed, list):
        if len(said) != len(computed):
            differences.append([place, len(said), len(computed)])
        for position, pair in enumerate(zip(said, computed)):
            compare(f"{place}/{position}", *pair, differences, figures)
    else:
        is_number = isinstance(computed, (int, float)) and not isinstance(
            computed, bool
        )
        figures[0] += is_number
        if isinstance(computed, float) and isinstance(said, (int, float)):
            same = abs(said - computed) <= TOLERANCE
        else:
            same = said == computed
        if not same:
            differences.append([place, said, computed])


if __name__ == "__main__":
    main()
