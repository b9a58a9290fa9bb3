"""The tables of a report, each by its definition in `docs/metrics.md`."""

import collections
import datetime

from . import chances, edits
from .edits import occurrences
from .lives import GROUPINGS, NOT_STATED, OF_EXECUTIONS, is_decision, micros
from .shares import SMALL, measured, share

DAY_US = 24 * 60 * 60 * 1_000_000
CLAIMS = {"HIGH": 0.95, "MEDIUM": 0.75, "LOW": 0.5}
CLOSED = {"EXECUTED", "REJECTED", "WITHDRAWN", "EXPIRED"}
TURNS = {
    "PROPOSED": "reviewers",
    "NEEDS_EVIDENCE": "whoever has the evidence",
    "NEEDS_OWNER": "whoever assigns owners",
    "EDITED": "reviewers",
    "HELD": "nobody: held",
    "APPROVED": "ledger and executor",
    "EXECUTING": "executor",
    "EXECUTED": "nobody: done",
    "FAILED": "reviewers",
    "OUTCOME_UNKNOWN": "reviewers",
    "REWORK": "reviewers",
}


def in_order(groups, by, size):
    """Sorts names of groups: the largest first, weeks in their order."""
    return sorted(groups, key=lambda g: (0 if by == "week" else -size(g), g))


def rate(lives, by, within, hit):
    """Returns each group with how many of how many."""
    of, hits = collections.Counter(), collections.Counter()
    for life in lives:
        if within(life):
            of[life.groups[by]] += 1
            hits[life.groups[by]] += bool(hit(life))
    return {g: (hits[g], of[g]) for g in in_order(of, by, of.__getitem__)}


def breakdown(pairs, by):
    """Returns the rows of a breakdown from lives and their categories."""
    groups = collections.defaultdict(collections.Counter)
    for life, category in pairs:
        groups[life.groups[by]][category] += 1
    rows = []
    for group in in_order(groups, by, lambda g: groups[g].total()):
        total = groups[group].total()
        for category, count in sorted(
            groups[group].items(), key=lambda item: (-item[1], item[0])
        ):
            rows.append(
                {"group": group, "category": category, **measured(count, total)}
            )
    return rows


def rates(lives):
    """Returns the questions that are answered with a rate: of what, and what is counted."""

    def has(kind, test=lambda e: True):
        return lambda c: any(e["kind"] == kind and test(e) for e in c.events)

    return {
        "rejections": (lambda c: c.decided, lambda c: c.rejected),
        "edits": (lambda c: c.decided, lambda c: c.edited),
        "failures": (lambda c: c.started, lambda c: c.failed),
        "rework": (lambda c: c.executed_at is not None, lambda c: c.sent_back),
        "outcome-unknown": (lambda c: c.started, lambda c: c.was_unknown),
        "expiry": (lambda c: c.state in CLOSED, lambda c: c.state == "EXPIRED"),
        "escalations": (
            lambda c: (c.proposed["escalation_steps"] or 0) > 0,
            has("candidate_escalated"),
        ),
        "harm": (lambda c: c.over, lambda c: c.harms),
        "conflicts": (
            lambda c: c.approved_at is not None,
            has("candidate_approved", lambda e: (e["conflicts_acknowledged"] or 0) > 0),
        ),
        "supersessions": (
            lambda c: True,
            has("candidate_withdrawn", lambda e: e["superseded"]),
        ),
    }


def outcome(life):
    for name, applies in (
        ("sent back", life.sent_back_at is not None),
        ("failed", life.failed),
        ("rejected", life.rejected),
        ("expired", life.state == "EXPIRED"),
        ("withdrawn", life.state == "WITHDRAWN"),
        ("executed after an edit", life.state == "EXECUTED" and life.edited),
        ("executed as proposed", life.state == "EXECUTED"),
    ):
        if applies:
            return name
    return "under way"


def reached(life):
    if life.approved_at is not None:
        return "approved, never executed"
    return "looked at, never approved" if life.decided else "nobody decided"


def first(life, test, column):
    event = next((e for e in life.events if test(e)), None)
    return None if event is None else (event[column] or NOT_STATED)


def breakdowns(lives):
    def pairs(category, within=lambda c: True):
        found = ((c, category(c)) for c in lives if within(c))
        return [(c, name) for c, name in found if name is not None]

    def ended(e):
        return (
            e["kind"] in ("execution_failed", "outcome_settled")
            and e["state"] == "FAILED"
        )

    def back_after(c):
        return (
            lambda e: e["kind"] == "candidate_sent_back"
            and e["entry_index"] > c.executed_at
        )

    return {
        "states": pairs(lambda c: c.state),
        "rejection-reasons": pairs(
            lambda c: first(
                c, lambda e: e["kind"] == "candidate_rejected", "rejection_reason"
            ),
            lambda c: c.decided,
        ),
        "failure-classes": pairs(
            lambda c: first(c, ended, "failure_class"), lambda c: c.started
        ),
        "rework-faults": pairs(
            lambda c: first(c, back_after(c), "fault"),
            lambda c: c.executed_at is not None,
        ),
        "outcome-unknown-now": pairs(
            lambda c: c.state, lambda c: c.started and c.was_unknown
        ),
        "expiry-reached": pairs(reached, lambda c: c.state == "EXPIRED"),
        "outcomes": pairs(outcome),
    }


def quantiles(times, by="all"):
    """Returns the rows of a table of times, from groups and their milliseconds."""
    rows = []
    for group in in_order(times, by, lambda g: len(times[g])):
        values = sorted(times[group])
        ranks = chances.median_ranks(len(values))
        low, high = (values[rank - 1] for rank in ranks) if ranks else (None, None)
        rows.append(
            {
                "group": group,
                "candidates": len(values),
                "p50_ms": values[-(-len(values) // 2) - 1],
                "p50_low_ms": low,
                "p50_high_ms": high,
                "p90_ms": values[-(-9 * len(values) // 10) - 1],
                "small": len(values) < SMALL,
            }
        )
    return rows


def decision_times(lives, by):
    times = collections.defaultdict(list)
    for life in lives:
        if life.decided:
            at = min(micros(e["occurred_at"]) for e in life.decisions)
            if at >= life.proposed_us:
                times[life.groups[by]].append((at - life.proposed_us) // 1_000)
    return quantiles(times, by)


def stays(lives):
    states, turns = collections.defaultdict(list), collections.defaultdict(list)
    for life in lives:
        by_turn = collections.Counter()
        for state, took in life.stays().items():
            if state in TURNS:
                states[state].append(took // 1_000)
                by_turn[TURNS[state]] += took
        for turn, took in by_turn.items():
            turns[turn].append(took // 1_000)
    return quantiles(states), quantiles(turns)


def versions(lives):
    found = {}
    for life in lives:
        key = tuple(
            life.groups[name]
            for name in ("proposer", "action-type", "model", "prompt-version")
        )
        version = found.setdefault(key, [0, 0, life.proposed["entry_index"]])
        version[0] += life.over and bool(life.harms)
        version[1] += life.over
        version[2] = min(version[2], life.proposed["entry_index"])
    order = sorted(found, key=lambda key: (key[:2], found[key][2]))
    tests = {}
    for before, after in zip(order, order[1:]):
        (a, n, _), (b, m, _) = found[before], found[after]
        if before[:2] == after[:2] and min(n, m) >= SMALL:
            tests[after] = chances.fisher(a, n, b, m)
    q = dict(zip(tests, chances.adjusted(list(tests.values()))))
    names = ("proposer", "action_type", "model", "prompt_version")
    return [
        {
            **dict(zip(names, key)),
            **measured(*found[key][:2]),
            "p": tests.get(key),
            "q": q.get(key),
        }
        for key in order
    ]


def calibration(lives, by):
    groups = collections.defaultdict(dict)
    for life in lives:
        if life.decided:
            level = groups[life.groups[by]].setdefault(life.groups["confidence"], [0, 0])
            level[0] += not life.rejected and not life.edited
            level[1] += 1
    levels, scores = [], []
    claimed = list(CLAIMS)
    for group in in_order(groups, by, lambda g: sum(n for _, n in groups[g].values())):
        ordered = sorted(
            groups[group],
            key=lambda name: (claimed.index(name) if name in claimed else 3, name),
        )
        brier = error = claiming = 0
        for level in ordered:
            right, of = groups[group][level]
            claim = CLAIMS.get(level)
            levels.append(
                {
                    "group": group,
                    "level": level,
                    "claimed": claim,
                    **measured(right, of),
                }
            )
            if claim is not None:
                claiming += of
                brier += right * (1 - claim) ** 2 + (of - right) * claim**2
                error += abs(right - claim * of)
        scores.append(
            {
                "group": group,
                "claiming": claiming,
                "brier": share(brier, claiming),
                "calibration_error": share(error, claiming),
                "small": claiming < SMALL,
            }
        )
    return levels, scores


def reviewers(entries, lives):
    by_name = {life.name: life for life in lives}
    last, seen = {}, set()
    people = collections.defaultdict(collections.Counter)
    verbs = {
        "approval_collected": "approved",
        "candidate_approved": "approved",
        "candidate_edited": "edited",
        "candidate_rejected": "rejected",
        "candidate_held": "held",
    }
    for event in filter(is_decision, entries):
        person, at = event["actor"], micros(event["occurred_at"])
        before = last.get(person)
        last[person] = at
        life = by_name.get(event["candidate"])
        if life is None or (life.name, person) in seen:
            continue
        seen.add((life.name, person))
        count = people[person]
        count["candidates"] += 1
        count[verbs[event["kind"]]] += 1
        available = at - life.proposed_us
        if before is not None:
            available = min(available, at - before)
        if life.proposed["reading_bytes"] is not None and available >= 0:
            count["timed"] += 1
            needed = life.proposed["reading_bytes"] * (1_000_000 // 60)
            count["too_fast"] += available < needed
    total = sum(count["candidates"] for count in people.values())
    rows = []
    for person in sorted(people, key=lambda p: (-people[p]["candidates"], p)):
        count = people[person]
        fast = measured(count["too_fast"], count["timed"])
        del fast["numerator"], fast["denominator"]
        names = "candidates approved edited rejected held too_fast timed".split()
        rows.append(
            {
                "person": person,
                **{name: count[name] for name in names},
                "share": share(count["candidates"], total),
                **fast,
            }
        )
    return rows


def agreement(lives, by):
    of, same = collections.Counter(), collections.Counter()
    for life in lives:
        verdicts = {}
        for event in life.decisions:
            if event["kind"] in ("approval_collected", "candidate_approved"):
                verdicts.setdefault(event["actor"], "approved")
            elif event["kind"] == "candidate_rejected":
                verdicts.setdefault(event["actor"], "rejected")
        if len(verdicts) > 1:
            of[life.groups[by]] += 1
            same[life.groups[by]] += len(set(verdicts.values())) == 1
    return {g: (same[g], of[g]) for g in in_order(of, by, of.__getitem__)}


def standing(lives, threshold):
    under = collections.defaultdict(list)
    for life in lives:
        if life.proposed["standing_approval"] is not None:
            under[life.proposed["standing_approval"]].append(life)
    rows = []
    for name in sorted(under):
        looks = sorted(
            (c for c in under[name] if c.over),
            key=lambda c: c.decisions[0]["entry_index"],
        )
        drawn = [bool(c.proposed["drawn_for_audit"]) for c in under[name]]
        unseen = [c for c in under[name] if not c.decided]
        wrong = [c for c in unseen if c.failed or c.sent_back_at is not None]
        outcomes = [bool(c.harms) for c in looks]
        turned = threshold and chances.turned_after(outcomes, threshold, 10_000, 0.05)
        rows.append(
            {
                "standing_approval": name,
                "used": sum(not c.proposed["drawn_for_audit"] for c in unseen),
                "drawn": sum(drawn),
                "looked_at": sum(c.decided for c in under[name]),
                **measured(sum(outcomes), len(outcomes)),
                "went_wrong": len(wrong),
                "turned_after": turned,
            }
        )
    return rows


def period_changes(lives, last_us, length_us):
    asked = rates(lives)
    now = [c for c in lives if last_us - length_us < c.proposed_us]
    before = [
        c
        for c in lives
        if last_us - 2 * length_us < c.proposed_us <= last_us - length_us
    ]
    rows = []
    for figure in ("rejections", "edits", "failures", "rework", "harm"):
        for by in ("all", "action-type", "proposer", "risk", "confidence"):
            then, lately = (rate(c, by, *asked[figure]) for c in (before, now))
            both = {g: (*then.get(g, (0, 0)), *lately.get(g, (0, 0))) for g in {*then, *lately}}
            for group in in_order(both, by, lambda g: both[g][1] + both[g][3]):
                a, n, b, m = both[group]
                rows.append(
                    {
                        "figure": figure,
                        "grouping": by,
                        "group": group,
                        "before_numerator": a,
                        "before_denominator": n,
                        "before_rate": share(a, n),
                        "numerator": b,
                        "denominator": m,
                        "rate": share(b, m),
                        "small": min(n, m) < SMALL,
                        "p": None,
                        "q": None,
                        "changed": False,
                    }
                )
    tested = [row for row in rows if not row["small"]]
    names = ("before_numerator", "before_denominator", "numerator", "denominator")
    p = [chances.fisher(*(row[name] for name in names)) for row in tested]
    for row, p, q in zip(tested, p, chances.adjusted(p)):
        row.update(p=p, q=q, changed=q <= 0.05)
    return rows


def lighter_review(lives, last_us, threshold):
    categories, against = {}, []
    for life in lives:
        if life.groups["risk"] != "LOW":
            continue
        index = life.proposed["entry_index"]
        key = tuple(life.groups[n] for n in ("action-type", "proposer", "confidence"))
        found = categories.setdefault(key, [0, 0, 0, index])
        found[0] += life.over and bool(life.harms)
        found[1] += life.over
        found[2] += life.proposed_us > last_us - 90 * DAY_US
        found[3] = min(found[3], index)
        if life.decided:
            against += [((*key, harm), life.name, "", index) for harm in life.harms]
    rows = []
    order = sorted(categories, key=lambda key: categories[key][3])
    for position, key in enumerate(order, 1):
        harmful, decided, recent, _ = categories[key]
        alpha = 0.05 / (position * (position + 1))
        missing = audit = None
        if threshold is not None:
            missing = chances.harmless_missing(harmful, decided, threshold, alpha)
            uses = min(max(recent, 1), 10_000)
            looks = chances.looks_to_notice(threshold, uses, alpha, threshold * 3)
            audit = max(-(-1_000 * -int(-looks // 1) // uses), 10)
            audit = audit if audit < 1_000 else None
        rows.append(
            {
                **dict(zip(("action_type", "proposer", "confidence"), key)),
                "harmful": harmful,
                "decided": decided,
                "rate": share(harmful, decided),
                "bound": chances.harm_at_most(harmful, decided, alpha),
                "confidence_level": 1 - alpha,
                "threshold": threshold,
                "harmless_missing": missing,
                "recent": recent,
                "audit_per_mille": audit,
                "suggested": missing == 0 and audit is not None,
            }
        )
    names = ("action_type", "proposer", "confidence", "harm")
    against = [
        {**dict(zip(names, key)), "candidates": count, "examples": examples}
        for key, count, _, examples in occurrences(against)
    ]
    return rows, against


def failed_attempts(lives):
    failed, retried = collections.Counter(), collections.Counter()
    for life in lives:
        for event in life.events:
            if event["kind"] == "execution_failed":
                name = event["failure_class"] or NOT_STATED
                failed[name] += 1
                retried[name] += bool(event["retry_planned"])
    return [
        {"class": name, "failed": failed[name], "retried": retried[name]}
        for name in sorted(failed, key=lambda n: (-failed[n], n))
    ]


def groupings_of(question):
    """Returns by what a question is told."""
    return GROUPINGS + ["connector"] * (question in OF_EXECUTIONS)


def every_table(entries, lives, terms):
    """Returns every table of a report under its terms, by id."""
    tables = {}
    last_us = micros(entries[-1]["appended_at"]) if entries else 0
    threshold = terms["harm_at_most_per_mille"]
    threshold = None if threshold is None else threshold / 1_000
    for name, (within, hit) in rates(lives).items():
        for by in groupings_of(name):
            found = rate(lives, by, within, hit)
            rows = [{"group": g, **measured(*counts)} for g, counts in found.items()]
            tables[f"{name}-by-{by}"] = rows
    for name, pairs in breakdowns(lives).items():
        for by in groupings_of(name):
            tables[f"{name}-by-{by}"] = breakdown(pairs, by)
    for by in GROUPINGS:
        tables[f"decision-time-by-{by}"] = decision_times(lives, by)
        agreed = agreement(lives, by)
        tables[f"agreement-by-{by}"] = [
            {"group": g, **measured(*counts)} for g, counts in agreed.items()
        ]
    for by in ("all", "action-type", "proposer", "model", "prompt-version"):
        levels, scores = calibration(lives, by)
        tables[f"calibration-by-{by}"] = levels
        tables[f"calibration-scores-by-{by}"] = scores
    tables.update(edits.every_table(lives))
    tables["failed-attempts"] = failed_attempts(lives)
    tables["state-times"], tables["turn-times"] = stays(lives)
    tables["turns"] = [{"state": s, "turn": turn} for s, turn in TURNS.items()]
    tables["versions"] = versions(lives)
    tables["reviewers"] = reviewers(entries, lives)
    tables["standing-approvals"] = standing(lives, threshold)
    days = {"week": 7, "four-weeks": 28}[terms["period"]]
    tables["changes"] = period_changes(lives, last_us, days * DAY_US)
    light, against = lighter_review(lives, last_us, threshold)
    tables["lighter-review"], tables["lighter-review-against"] = light, against
    readings = collections.Counter((e["kind"], e["reading"]) for e in entries)
    tables["readings"] = [
        {"kind": kind, "reading": reading, "entries": count}
        for (kind, reading), count in sorted(readings.items())
    ]
    return tables
