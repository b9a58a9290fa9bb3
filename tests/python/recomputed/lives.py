"""What happened to each candidate, read from an export's parts with DuckDB, without what the log has erased."""

import collections
import datetime
import pathlib

import duckdb

NOT_STATED = "(not stated)"
DECISIONS = {
    "approval_collected",
    "candidate_approved",
    "candidate_edited",
    "candidate_rejected",
    "candidate_held",
}
# Entries about contents themselves: no events of a candidate.
CUSTODY = {"content_erased", "legal_hold_placed", "legal_hold_released"}
EPOCH = datetime.datetime(1970, 1, 1)
COLUMNS = """entry_index kind candidate actor_kind actor appended_at reading occurred_at simulated state action_type proposer
model prompt_version risk_tier confidence source_system owner_team reading_bytes escalation_steps standing_approval drawn_for_audit
superseded conflicts_acknowledged approval_cause rejection_reason failure_class retry_planned fault connector edit_path edit_operation
edit_from edit_to edit_shift_days edit_value payload_fields wording_path wording_change wording_from wording_to""".split()
OF_CONTENT = COLUMNS[COLUMNS.index("reading") + 1 :]
GROUPINGS = (
    "all action-type proposer risk confidence source team model prompt-version week".split()
)
# What is asked about executions alone is told by connector, too.
OF_EXECUTIONS = "failures failure-classes rework rework-faults outcome-unknown outcome-unknown-now".split()


def micros(time):
    """Returns microseconds since 1970."""
    return (time - EPOCH) // datetime.timedelta(microseconds=1)


class Life:
    """One candidate: its events in order, and what the definitions ask of them."""

    def __init__(self, events):
        self.events = events
        self.is_read = all(event["reading"] == "known" for event in events)
        if self.is_read:
            self.look()

    def look(self):
        proposed = next(e for e in self.events if e["kind"] == "candidate_proposed")
        self.name = proposed["candidate"]
        self.proposed = proposed
        self.proposed_us = micros(proposed["occurred_at"])
        self.state = next(e["state"] for e in reversed(self.events) if e["state"])
        self.decisions = [e for e in self.events if is_decision(e)]
        self.decided = bool(self.decisions)
        of = self.indices
        self.edited_at = min(of("candidate_edited"), default=None)
        self.approved_at = min(of("candidate_approved"), default=None)
        settled = "outcome_settled"
        self.executed_at = min(
            of("candidate_executed", settled, state="EXECUTED"), default=None
        )
        self.sent_back_at = max(of("candidate_sent_back"), default=None)
        self.rejected = bool(of("candidate_rejected"))
        self.started = bool(of("execution_started"))
        self.failed = bool(of("execution_failed", settled, state="FAILED"))
        self.was_unknown = bool(of("outcome_lost", state="OUTCOME_UNKNOWN"))
        self.edited = self.edited_at is not None and (
            self.approved_at is None or self.edited_at < self.approved_at
        )
        self.sent_back = (
            self.executed_at is not None
            and self.sent_back_at is not None
            and self.sent_back_at > self.executed_at
        )
        self.harms = [
            name
            for name, harm in (
                ("rejected", self.rejected),
                ("edited", self.edited),
                ("failed", self.failed),
                ("sent back", self.sent_back_at is not None),
            )
            if harm
        ]
        self.over = self.decided and (bool(self.harms) or self.state == "EXECUTED")
        called = [
            e["connector"]
            for e in self.events
            if e["kind"] in ("candidate_executed", "execution_failed", settled)
            and e["connector"]
        ]
        self.groups = {
            "all": "all",
            "action-type": proposed["action_type"],
            "proposer": proposed["proposer"],
            "risk": proposed["risk_tier"],
            "confidence": proposed["confidence"],
            "source": proposed["source_system"],
            "team": proposed["owner_team"],
            "model": proposed["model"],
            "prompt-version": proposed["prompt_version"],
            "connector": next(iter(reversed(called)), None),
            "week": proposed["occurred_at"].strftime("%G-W%V"),
        }
        self.groups = {
            key: NOT_STATED if value is None else value
            for key, value in self.groups.items()
        }

    def indices(self, *kinds, state=None):
        return [
            e["entry_index"]
            for e in self.events
            if e["kind"] in kinds and state in (None, e["state"])
        ]

    def stays(self):
        """Returns how long it was in each state, in microseconds, the stay that still lasts left out."""
        stays = collections.Counter()
        for before, after in zip(self.events, self.events[1:]):
            took = micros(after["occurred_at"]) - micros(before["occurred_at"])
            if took > 0 and before["state"]:
                stays[before["state"]] += took
        return stays


def is_decision(event):
    return (
        event["reading"] == "known"
        and event["kind"] in DECISIONS
        and event["actor_kind"] == "human"
        and event["approval_cause"] != "STANDING_APPROVAL"
    )


def read(folder):
    """Returns all entries, and the lives of the candidates among them."""
    parts = sorted(map(str, pathlib.Path(folder).glob("part-*.parquet")))
    entries = read_parts(parts) if parts else []
    erase(entries)
    by_candidate = collections.defaultdict(list)
    for entry in entries:
        is_event = entry["kind"] not in CUSTODY or entry["reading"] != "known"
        if entry["candidate_slice"] is not None and is_event:
            by_candidate[entry["candidate"]].append(entry)
    return entries, [Life(events) for events in by_candidate.values()]


def read_parts(parts):
    rows = duckdb.sql(
        f"SELECT {', '.join(COLUMNS)}, candidate_slice FROM read_parquet({parts!r}) ORDER BY entry_index"
    ).fetchall()
    return [dict(zip([*COLUMNS, "candidate_slice"], row)) for row in rows]


def erase(entries):
    """Takes out of entries what a later entry erased: parts that were written before still have it."""
    erased_by = {
        entry["candidate"]: entry["entry_index"]
        for entry in entries
        if entry["kind"] == "content_erased"
    }
    for entry in entries:
        subject, index = entry["candidate"], entry["entry_index"]
        if entry["kind"] in CUSTODY:
            subject = f"{subject}/custody/{index}"
        if index < erased_by.get(subject, 0):
            entry.update(dict.fromkeys(OF_CONTENT), reading="erased")
