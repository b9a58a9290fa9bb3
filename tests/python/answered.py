"""Answers the questions of a report with DuckDB from the same Parquet files, and prints how much time of the processor that took, how much by
the clock, both in milliseconds, and the peak of memory in KiB. Ends with 1 where a report counts something else.

Counts and times alone: what the report says besides, intervals and tests, it computes from these. What is compared are the counts of all rates.

usage: answered.py EXPORT [REPORT.json]
"""

import json
import pathlib
import resource
import sys
import time

import duckdb

GROUPINGS = {
    "all": "'all'",
    "action-type": "action_type",
    "proposer": "proposer",
    "risk": "risk_tier",
    "confidence": "confidence",
    "source": "source_system",
    "team": "owner_team",
    "model": "model",
    "prompt-version": "prompt_version",
    "connector": "connector",
    "week": "week",
}
CUSTODY = "kind IN ('content_erased', 'legal_hold_placed', 'legal_hold_released')"
# What a later entry erased is erased, also in parts that were written before. Erasures and legal holds are no events of a candidate.
ENTRIES = f"""WITH parts AS (FROM read_parquet($PARTS)),
    erasures AS (SELECT candidate AS erased, max(entry_index) AS erased_by FROM parts WHERE kind = 'content_erased' GROUP BY ALL)
    SELECT * EXCLUDE (erased, erased_by)
    REPLACE (CASE WHEN entry_index < erased_by THEN 'erased' ELSE reading END AS reading) FROM parts
    LEFT JOIN erasures ON erased = CASE WHEN {CUSTODY} THEN candidate || '/custody/' || entry_index ELSE candidate END"""
EVENT = f"candidate_slice IS NOT NULL AND NOT ({CUSTODY} AND reading = 'known')"
DECISION = """reading = 'known' AND kind IN ('approval_collected', 'candidate_approved', 'candidate_edited', 'candidate_rejected', 'candidate_held')
    AND actor_kind = 'human' AND approval_cause IS DISTINCT FROM 'STANDING_APPROVAL'"""
DECIDED, STARTED, EXECUTED = "decisions > 0", "attempts > 0", "executed_at IS NOT NULL"
CLOSED = "state IN ('EXECUTED', 'REJECTED', 'WITHDRAWN', 'EXPIRED')"
EDITED = "(edited_at IS NOT NULL AND (approved_at IS NULL OR edited_at < approved_at))"
SENT_BACK = "(sent_back_at IS NOT NULL AND sent_back_at > executed_at)"
HARM = f"(rejections > 0 OR {EDITED} OR failures > 0 OR sent_back_at IS NOT NULL)"
OVER = f"({DECIDED} AND ({HARM} OR state = 'EXECUTED'))"
# Question: of what, and what is counted.
RATES = {
    "rejections": (DECIDED, "rejections > 0"),
    "edits": (DECIDED, EDITED),
    "failures": (STARTED, "failures > 0"),
    "rework": (EXECUTED, SENT_BACK),
    "outcome-unknown": (STARTED, "unknown > 0"),
    "expiry": (CLOSED, "state = 'EXPIRED'"),
    "escalations": ("escalation_steps > 0", "escalations > 0"),
    "harm": (OVER, HARM),
    "conflicts": ("approved_at IS NOT NULL", "conflicts > 0"),
    "supersessions": ("true", "supersessions > 0"),
}
# What is asked about executions alone is told by connector.
OF_EXECUTIONS = ("failures", "rework", "outcome-unknown")
ONCE = """action_type proposer risk_tier confidence source_system owner_team model prompt_version reading_bytes
    escalation_steps standing_approval drawn_for_audit""".split()


def main():
    export, *report = sys.argv[1:]
    parts = sorted(map(str, pathlib.Path(export).glob("part-*.parquet")))
    begun, used = time.monotonic(), time.process_time()
    answers = answer(parts) if parts else {"rates": []}
    wall_ms = round(1000 * (time.monotonic() - begun))
    used_ms = round(1000 * (time.process_time() - used))
    peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    different = differences(answers, report[0]) if report else []
    if different:
        sys.exit(f"the report counts something else in {', '.join(different)}")
    print(used_ms, wall_ms, peak_kib)


def answer(parts):
    duckdb.sql(f"CREATE VIEW entries AS {ENTRIES.replace('$PARTS', repr(parts))}")
    gather()
    measures = ", ".join(
        f"""count(*) FILTER ({of} AND {hit}) AS "{name}", count(*) FILTER ({of}) AS "of {name}" """
        for name, (of, hit) in RATES.items()
    )
    groups = ", ".join(f'{of} AS "{name}"' for name, of in GROUPINGS.items())
    duckdb.sql(f"CREATE TEMP TABLE grouped AS SELECT *, {groups} FROM candidates")
    rates = by_group(measures, "grouped")
    periods = [
        by_group(measures, f"grouped WHERE proposed_at > last - INTERVAL '{end} days' AND proposed_at <= last - INTERVAL '{start} days'")
        for start, end in ((0, 28), (28, 56))
    ]
    decision_us = "epoch_us(decided_at) - epoch_us(proposed_at)"
    took = f"quantile_disc({decision_us} // 1000, [0.5, 0.9]), count(*)"
    times = by_group(took, f"grouped WHERE {decision_us} >= 0")
    breakdowns = [
        by_group("count(*)", f"grouped WHERE {within}", of)
        for of, within in (
            ("state", "true"),
            ("state", "unknown > 0"),
            ("approved_at IS NULL, decisions > 0", "state = 'EXPIRED'"),
            (f"sent_back_at IS NULL, failures > 0, rejections > 0, state, {EDITED}", "true"),
            ("reason", "rejections > 0"),
            ("failure", "failures > 0"),
            ("fault", SENT_BACK),
            ("confidence", DECIDED),
        )
    ]
    others = [
        duckdb.sql(query).fetchall()
        for query in (
            f"SELECT proposer, action_type, model, prompt_version, min(proposed_index), count(*) FILTER ({OVER} AND {HARM}), count(*) FILTER ({OVER}) FROM candidates GROUP BY ALL",
            f"SELECT action_type, proposer, confidence, count(*) FILTER ({OVER} AND {HARM}), count(*) FILTER ({OVER}), count(*) FILTER (proposed_at > last - INTERVAL 90 days) FROM candidates WHERE risk_tier = 'LOW' GROUP BY ALL",
            f"SELECT standing_approval, count(*), count(*) FILTER (drawn_for_audit), count(*) FILTER ({OVER} AND {HARM}) FROM candidates WHERE standing_approval IS NOT NULL GROUP BY ALL",
            "SELECT kind, reading, count(*) FROM entries GROUP BY ALL",
            "SELECT failure_class, count(*), count(*) FILTER (retry_planned) FROM entries SEMI JOIN candidates USING (candidate) WHERE kind = 'execution_failed' GROUP BY ALL",
            STAYS,
            EDITS,
            REVIEWERS,
            AGREEMENT,
        )
    ]
    return {"rates": rates, "rest": (periods, times, breakdowns, others)}


def gather():
    """Makes one row of each candidate's entries."""
    once = ", ".join(f"any_value({name}) FILTER (kind = 'candidate_proposed') AS {name}" for name in ONCE)
    is_kind = lambda kind: f"FILTER (kind = '{kind}')"
    duckdb.sql(
        f"""CREATE TEMP TABLE candidates AS SELECT candidate, {once},
        min(entry_index) {is_kind('candidate_proposed')} AS proposed_index,
        min(occurred_at) {is_kind('candidate_proposed')} AS proposed_at,
        strftime(min(occurred_at) {is_kind('candidate_proposed')}, '%G-W%V') AS week,
        arg_max(connector, entry_index) FILTER (connector IS NOT NULL AND kind IN ('candidate_executed', 'execution_failed', 'outcome_settled'))
            AS connector,
        arg_max(state, entry_index) AS state, (SELECT max(appended_at) FROM entries) AS last,
        min(occurred_at) FILTER ({DECISION}) AS decided_at, count(*) FILTER ({DECISION}) AS decisions,
        min(entry_index) {is_kind('candidate_edited')} AS edited_at,
        min(entry_index) {is_kind('candidate_approved')} AS approved_at,
        min(entry_index) FILTER (kind IN ('candidate_executed', 'outcome_settled') AND state = 'EXECUTED') AS executed_at,
        max(entry_index) {is_kind('candidate_sent_back')} AS sent_back_at,
        count(*) {is_kind('candidate_rejected')} AS rejections, count(*) {is_kind('execution_started')} AS attempts,
        count(*) FILTER (kind IN ('execution_failed', 'outcome_settled') AND state = 'FAILED') AS failures,
        count(*) FILTER (kind = 'outcome_lost' AND state = 'OUTCOME_UNKNOWN') AS unknown,
        count(*) {is_kind('candidate_escalated')} AS escalations,
        count(*) FILTER (kind = 'candidate_approved' AND conflicts_acknowledged > 0) AS conflicts,
        count(*) FILTER (kind = 'candidate_withdrawn' AND superseded) AS supersessions,
        arg_min(rejection_reason, entry_index) {is_kind('candidate_rejected')} AS reason,
        arg_min(failure_class, entry_index) FILTER (kind IN ('execution_failed', 'outcome_settled') AND state = 'FAILED') AS failure,
        arg_max(fault, entry_index) {is_kind('candidate_sent_back')} AS fault
        FROM entries WHERE {EVENT} GROUP BY candidate HAVING bool_and(reading = 'known')"""
    )


STAYS = f"""WITH stays AS (SELECT candidate, state, lead(epoch_us(occurred_at)) OVER (PARTITION BY candidate ORDER BY entry_index)
    - epoch_us(occurred_at) AS us FROM entries SEMI JOIN candidates USING (candidate) WHERE {EVENT}),
    sums AS (SELECT candidate, state, sum(us) AS us FROM stays WHERE us > 0 GROUP BY ALL)
    SELECT state, count(*), quantile_disc(us // 1000, [0.5, 0.9]) FROM sums GROUP BY ALL"""
EDITS = """WITH changes AS (SELECT candidate, actor, entry_index, unnest(edit_path) AS path, unnest(edit_operation) AS operation,
    unnest(edit_from) AS "from", unnest(edit_to) AS "to", unnest(edit_shift_days) AS days, unnest(edit_value) AS value
    FROM entries WHERE kind = 'candidate_edited')
    SELECT action_type, path, operation, "from", "to", coalesce(days::VARCHAR, value) AS same, count(DISTINCT candidate),
    count(DISTINCT actor), min(changes.entry_index, 3) FROM changes JOIN candidates USING (candidate) GROUP BY ALL"""
REVIEWERS = f"""WITH decisions AS (SELECT candidate, actor, kind, entry_index, occurred_at,
    lag(occurred_at) OVER (PARTITION BY actor ORDER BY entry_index) AS before FROM entries WHERE {DECISION}),
    firsts AS (SELECT actor, candidate, arg_min(kind, entry_index) AS kind, arg_min(occurred_at, entry_index) AS made_at,
        arg_min(before, entry_index) AS before FROM decisions GROUP BY ALL)
    SELECT actor, kind, count(*), count(*) FILTER (made_at - greatest(before, proposed_at) < to_microseconds(reading_bytes::BIGINT * 16666))
    FROM firsts JOIN candidates USING (candidate) GROUP BY ALL"""
AGREEMENT = f"""WITH verdicts AS (SELECT candidate, actor, arg_min(kind = 'candidate_rejected', entry_index) AS no FROM entries
    WHERE {DECISION} AND kind IN ('approval_collected', 'candidate_approved', 'candidate_rejected') GROUP BY ALL),
    people AS (SELECT candidate, count(DISTINCT no) AS verdicts FROM verdicts GROUP BY ALL HAVING count(*) > 1)
    SELECT action_type, proposer, risk_tier, confidence, source_system, owner_team, model, prompt_version, week, count(*),
    count(*) FILTER (verdicts = 1) FROM people JOIN candidates USING (candidate) GROUP BY ALL"""


def by_group(measures, source, *category):
    """Answers for every grouping at once."""
    names = ", ".join(f'"{name}"' for name in GROUPINGS)
    extra = "".join(f", {of}" for of in category)
    sets = ", ".join(f'("{name}"{extra})' for name in GROUPINGS)
    query = f"""SELECT grouping({names}), {names}{extra}, {measures} FROM {source} GROUP BY GROUPING SETS ({sets})"""
    return duckdb.sql(query).fetchall()


def differences(answers, file):
    """Names the tables of rates in which the report counts something else."""
    report = json.loads(pathlib.Path(file).read_text("utf-8"))
    tables = {
        table["id"]: {row["group"]: (row["numerator"], row["denominator"]) for row in table["rows"]}
        for question in report["questions"]
        for table in question["tables"]
        if table["id"].split("-by-")[0] in RATES
    }
    found = {name: {} for name in tables}
    for row in answers["rates"]:
        # The bit of a column is set where it is not grouped by.
        places = [at for at in range(len(GROUPINGS)) if not row[0] >> (len(GROUPINGS) - 1 - at) & 1]
        [place] = places
        group = row[1 + place] if row[1 + place] is not None else "(not stated)"
        counts = row[1 + len(GROUPINGS) :]
        for at, name in enumerate(RATES):
            if list(GROUPINGS)[place] == "connector" and name not in OF_EXECUTIONS:
                continue
            if counts[2 * at + 1]:
                table = found[f"{name}-by-{list(GROUPINGS)[place]}"]
                table[group] = (counts[2 * at], counts[2 * at + 1])
    return sorted(name for name in tables if tables[name] != found[name])


if __name__ == "__main__":
    main()
