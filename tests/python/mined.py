"""Reads both logs for process mining with pm4py and prints what it counts in each, as one JSON object.

usage: mined.py LOG.json LOG.xes
"""

import collections
import json
import sys

import pm4py

ENDED = {"candidate_executed", "outcome_settled"}


def main():
    ocel, xes = sys.argv[1:]
    print(json.dumps({"ocel": object_centric(ocel), "xes": traces(xes)}))


def object_centric(file):
    ocel = pm4py.read_ocel2_json(file)
    types = ocel.objects[ocel.object_type_column].value_counts()
    # A log with one kind of object again: the events of each candidate.
    flat = pm4py.ocel_flattening(ocel, "candidate")
    return {
        "events": len(ocel.events),
        "objects": {name: int(count) for name, count in types.items()},
        **counted(flat),
    }


def traces(file):
    log = pm4py.read_xes(file, return_legacy_log_object=False)
    return {"events": len(log), **counted(log)}


def counted(log):
    """Counts candidates, their events by kind, those executed, those sent back after that, and those that evidence was added to."""
    # Events of one moment keep the order that they have in the file.
    log = log.sort_values("time:timestamp", kind="stable")
    by_candidate = collections.defaultdict(list)
    for name, kind, state in zip(
        log["case:concept:name"], log["concept:name"], log["state"]
    ):
        by_candidate[name].append((kind, state))
    executed = sent_back = added_to = added_after_rejection = 0
    kinds = collections.Counter()
    for events in by_candidate.values():
        kinds.update(kind for kind, _ in events)
        done, back, added, rejected = (
            [at for at, event in enumerate(events) if test(*event)]
            for test in (
                lambda kind, state: kind in ENDED and state == "EXECUTED",
                lambda kind, _: kind == "candidate_sent_back",
                lambda kind, _: kind == "evidence_added",
                lambda kind, _: kind == "candidate_rejected",
            )
        )
        executed += bool(done)
        sent_back += bool(done and back and back[-1] > done[0])
        added_to += bool(added)
        added_after_rejection += bool(added and rejected and added[-1] > rejected[0])
    return {
        "candidates": len(by_candidate),
        "kinds": dict(kinds),
        "executed": executed,
        "sent_back": sent_back,
        "evidence_added": {
            "candidates": added_to,
            "of_these_after_a_rejection": added_after_rejection,
        },
    }


if __name__ == "__main__":
    main()
