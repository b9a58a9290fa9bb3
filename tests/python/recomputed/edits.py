"""Repeated edits, changed words and rules, by their definitions in `docs/metrics.md`."""

import collections

from . import chances
from .lives import is_decision
from .shares import SMALL, measured

ROWS_MAX = 50
CHANGE = ("path", "operation", "from", "to", "shift_days", "value")
WORDING = ("path", "change", "from", "to")
NOUNS = {
    "absent": "nothing",
    "empty": "nothing",
    "not known": "something",
    "boolean": "a yes or no",
    "email": "an email address",
    "phone": "a phone number",
    "name-like": "what looks like a name",
    "object": "an object",
}
Found = collections.namedtuple("Found", "key life person index week applies")
Group = collections.namedtuple("Group", "key candidates applied people examples")


class Shape:
    """The places of a payload as it was proposed, with the classes there."""

    def __init__(self, life):
        self.places = collections.defaultdict(set)
        for field in life.proposed["payload_fields"] or []:
            path, _, kind = field.partition(" ")
            self.places[path].add(kind)

    def could_take(self, path, before):
        here = self.places.get(path, set())
        if before != "absent":
            return before in here
        parent, slash, name = path.rpartition("/")
        has_room = self.places.get(parent, set()) & {"object", "list", "empty"}
        is_free = name in ("*", "?") or not here or "absent" in here
        return bool(slash and has_room and is_free)

    def had_words(self, path):
        here = self.places.get(path, set())
        return any(k in ("word", "name-like") or k.startswith("text of ") for k in here)


def edits_of(life):
    for event in life.events:
        if event["kind"] == "candidate_edited" and is_decision(event):
            yield event, event["occurred_at"].strftime("%G-W%V")


def found_in(lives, prefix, facts, key_of, applies):
    """Lists what edits did, one for each item of their lists."""
    for life in lives:
        for event, week in edits_of(life):
            lists = [event[f"{prefix}_{fact}"] or [] for fact in facts]
            for values in zip(*lists):
                key = key_of(*values)
                fits = applies(life.shape, key)
                index = event["entry_index"]
                yield Found(key, life, event["actor"], index, week, fits)


def change_key(path, operation, before, after, shift, value):
    same = "" if value is None else f"value {value}"
    same = same if shift is None else f"shift {shift}"
    return path, operation, before, after, same


def changes(lives):
    return list(
        found_in(lives, "edit", CHANGE, change_key, lambda s, k: s.could_take(k[0], k[2]))
    )


def wordings(lives):
    def key(path, change, before, after):
        return path, change, before or "", after or ""

    return list(
        found_in(lives, "wording", WORDING, key, lambda s, k: s.had_words(k[0]))
    )


def occurrences(found):
    """Gathers keys with their candidates, people and first examples; the most frequent first."""
    gathered = {}
    for key, candidate, person, index in found:
        candidates, people = gathered.setdefault(key, ({}, set()))
        candidates[candidate] = min(index, candidates.get(candidate, index))
        people.add(person)
    rows = []
    for key, (candidates, people) in gathered.items():
        examples = sorted(candidates, key=candidates.get)[:3]
        rows.append((key, len(candidates), len(people), examples))
    return sorted(rows, key=lambda row: (-row[1], row[0]))


def groups(found, key_of):
    """Gathers the same, and how many candidates it could have happened to as they were proposed."""
    applied = collections.defaultdict(set)
    rows = []
    for item in found:
        key = key_of(item)
        rows.append((key, item.life.name, item.person, item.index))
        if item.applies:
            applied[key].add(item.life.name)
    return [
        Group(key, count, len(applied[key]), people, examples)
        for key, count, people, examples in occurrences(rows)
    ]


def could(lives, fits):
    return sum(life.decided and fits(life.shape) for life in lives)


def change_in_words(before, after, same):
    kinds = f"{before} to {after}"
    if same.startswith("shift "):
        days = int(same[6:])
        unit = "day" if abs(days) == 1 else "days"
        if days == 0:
            return f"{kinds}, on the same day"
        return f"{kinds}, {abs(days)} {unit} {'later' if days > 0 else 'earlier'}"
    if same.startswith("value ") and after != "empty":
        return f"{kinds}, the same value ({same[6:14]})"
    return kinds


def noun(kind):
    return NOUNS.get(kind, f"a {kind}")


def named(path):
    return f"`{path}`" if path else "the payload"


def advice(path, operation, before, after, same):
    place = named(path)
    if operation == "remove":
        return f"leave out {place}"
    if after == "empty":
        return f"leave {place} empty"
    if same is not None and same.startswith("shift "):
        days = int(same[6:])
        unit = "day" if abs(days) == 1 else "days"
        if days == 0:
            return f"keep the day of {place} and write it otherwise"
        way = "later" if days > 0 else "earlier"
        return f"set {place} {abs(days)} {unit} {way} than you propose"
    if same is not None and same.startswith("value "):
        if before == "absent":
            return f"add {place} with the value that people give it ({same[6:14]})"
        return f"set {place} to the value that people give it ({same[6:14]})"
    if before == "absent":
        return f"add {place}: {noun(after)}"
    if before == after:
        return f"propose another value in {place}, {noun(after)}"
    return f"give {noun(after)} in {place}, not {noun(before)}"


def wording_advice(path, change, before, after):
    place, before, after = named(path), before[:8], after[:8]
    return {
        "removed": f"leave words out of {place} that people take out ({before})",
        "inserted": f"write words in {place} that people put in ({after})",
        "replaced": f"write other words in {place}: people put some ({after}) in the place of yours ({before})",
        "respelled": f"spell words in {place} as people do: they change case, spaces or marks alone ({after})",
        "punctuated": f"set the marks and spaces of {place} as people do",
        "rewritten": f"look at {place}: people write it anew",
    }[change]


def counted(count):
    return f"{count:,} candidate{'' if count == 1 else 's'}"


def sentence(action_type, advised, room, made, candidates):
    start = f"In `{action_type}`, {advised}: people changed it so in "
    if not made["denominator"]:
        return f"{start}{counted(candidates)}; of how many is not known."
    small = "; a small group" if made["small"] else ""
    rate, low, high = (f"{made[name] * 100:.1f} %" for name in ("rate", "low", "high"))
    of = f"{made['numerator']:,} of {counted(made['denominator'])} {room}"
    return f"{start}{of} ({rate}, 95 % interval {low} to {high}{small})."


def change_rule(action_type, key, same, made, candidates):
    path, operation, before, after = key
    if before != "absent":
        room = f"that had {noun(before)} there"
    else:
        room = "that had this list" if path.endswith("/*") else "that had nothing there"
    advised = advice(path, operation, before, after, same)
    return sentence(action_type, advised, room, made, candidates)


def wording_rule(action_type, key, made, candidates):
    advised = wording_advice(*key)
    return sentence(action_type, advised, "that had words there", made, candidates)


def wording_in_words(change, before, after):
    before, after = before[:8], after[:8]
    if not before and not after:
        return change
    if not before or not after or before == after:
        return f"{change} ({after or before})"
    return f"{change} ({before} by {after})"


def told_change(action_type, key, group, lives):
    """Returns a change with its share and its rule; `lives` are those it is told of."""
    of = could(lives, lambda shape: shape.could_take(key[0], key[2]))
    made = measured(group.applied, of)
    same = key[4] if len(key) == 5 else None
    rule = change_rule(action_type, key[:4], same, made, group.candidates)
    return made, rule


def told_wording(action_type, key, group, lives):
    of = could(lives, lambda shape: shape.had_words(key[0]))
    made = measured(group.applied, of)
    return made, wording_rule(action_type, key, made, group.candidates)


def row(what, group, made, rule):
    return {
        **what,
        "candidates": group.candidates,
        "people": group.people,
        **made,
        "examples": group.examples,
        "rule": rule,
    }


def every_table(lives):
    for life in lives:
        life.shape = Shape(life)
    of_type = collections.defaultdict(list)
    for life in lives:
        of_type[life.groups["action-type"]].append(life)
    changed, worded = changes(lives), wordings(lives)
    action_type = lambda found: found.life.groups["action-type"]

    repeated, kinds, words = [], [], []
    for group in groups(changed, lambda f: (action_type(f), *f.key)):
        if group.candidates >= 2:
            kind, *key = group.key
            made, rule = told_change(kind, key, group, of_type[kind])
            what = {"action_type": kind, "path": key[0], "operation": key[1]}
            what["change"] = change_in_words(*key[2:])
            repeated.append(row(what, group, made, rule))
    for group in groups(changed, lambda f: (action_type(f), *f.key[:4])):
        kind, *key = group.key
        made, rule = told_change(kind, key, group, of_type[kind])
        names = ("action_type", "path", "operation", "from", "to")
        rule = rule if group.candidates >= 2 else ""
        kinds.append(row(dict(zip(names, group.key)), group, made, rule))
    for group in groups(worded, lambda f: (action_type(f), *f.key)):
        if group.candidates >= 2:
            kind, *key = group.key
            made, rule = told_wording(kind, key, group, of_type[kind])
            what = {"action_type": kind, "path": key[0]}
            what["change"] = wording_in_words(*key[1:])
            words.append(row(what, group, made, rule))
    return {
        "repeated-edits": repeated[:ROWS_MAX],
        "edit-kinds": kinds[:ROWS_MAX],
        "repeated-wordings": words[:ROWS_MAX],
        "rules": [rule_row(rule) for rule in rules(lives)][:ROWS_MAX],
    }


def rules(lives):
    """Finds what five candidates were changed to by two people, and compares before with after."""
    made, people = collections.defaultdict(dict), collections.defaultdict(dict)
    for found in changes(lives):
        if found.applies:
            whose = found.life.groups["proposer"], found.life.groups["action-type"]
            key = (*whose, *found.key)
            proposed = found.life.groups["week"]
            seen = made[key].setdefault(found.life.name, (proposed, found.week))
            made[key][found.life.name] = (proposed, min(seen[1], found.week))
            first = people[key].setdefault(found.person, found.week)
            people[key][found.person] = min(first, found.week)
    told = []
    for key in sorted(made):
        edits = made[key].values()
        enough = [
            week
            for week in {edited for _, edited in edits}
            if sum(edited <= week for _, edited in edits) >= 5
            and sum(first <= week for first in people[key].values()) >= 2
        ]
        if not enough:
            continue
        since = min(enough)
        sides = []
        for is_after in (False, True):
            of = [
                life
                for life in lives
                if (life.groups["proposer"], life.groups["action-type"]) == key[:2]
                and (life.groups["week"] > since) == is_after
            ]
            hits = sum((proposed > since) == is_after for proposed, _ in edits)
            fits = could(of, lambda shape: shape.could_take(key[2], key[4]))
            sides.append(measured(hits, fits))
        told.append({"key": key, "since": since, "sides": sides, "p": None, "q": None})
    tested = [rule for rule in told if not any(side["small"] for side in rule["sides"])]
    counts = [
        [side[name] for side in rule["sides"] for name in ("numerator", "denominator")]
        for rule in tested
    ]
    p = [chances.fisher(*four) for four in counts]
    for rule, p, q in zip(tested, p, chances.adjusted(p)):
        rule.update(p=p, q=q)
    for rule in told:
        rule["verdict"] = verdict(rule)
    return told


def verdict(rule):
    if rule["q"] is None:
        return "too few"
    before, after = (side["rate"] for side in rule["sides"])
    if rule["q"] > 0.05:
        return "not followed"
    return "followed" if after < before else "more often"


def rule_row(rule):
    proposer, action_type, path, operation, before, after, same = rule["key"]
    sides = {
        f"{when}_{name}": side[name]
        for when, side in zip(("before", "after"), rule["sides"])
        for name in ("numerator", "denominator", "rate", "low", "high")
    }
    return {
        "proposer": proposer,
        "action_type": action_type,
        "path": path,
        "operation": operation,
        "change": change_in_words(before, after, same),
        "since": rule["since"],
        **sides,
        "p": rule["p"],
        "q": rule["q"],
        "verdict": rule["verdict"],
    }


def unmarked(made):
    """Returns a share as proposers are told it."""
    return {name: value for name, value in made.items() if name != "small"}


def history(rule):
    if rule is None:
        return None
    before, after = map(unmarked, rule["sides"])
    told = {name: rule[name] for name in ("since", "p", "q", "verdict")}
    return {**told, "before": before, "after": after}


def for_proposer(proposer, action_type, lives, every_rule):
    """Returns the repeated edits and changes of words that one proposer is told for one action type."""
    repeated, words = [], []
    for group in groups(changes(lives), lambda found: found.key):
        if group.candidates >= 2:
            made, rule = told_change(action_type, group.key, group, lives)
            stood = every_rule.get((proposer, action_type, *group.key))
            repeated.append(
                {
                    "path": group.key[0],
                    "operation": group.key[1],
                    "change": change_in_words(*group.key[2:]),
                    "count": group.candidates,
                    "people": group.people,
                    "examples": group.examples,
                    **unmarked(made),
                    "rule": rule,
                    "history": history(stood),
                }
            )
    for group in groups(wordings(lives), lambda found: found.key):
        if group.candidates >= 2:
            made, rule = told_wording(action_type, group.key, group, lives)
            words.append(
                {
                    **dict(zip(WORDING, group.key)),
                    "count": group.candidates,
                    "people": group.people,
                    "examples": group.examples,
                    **unmarked(made),
                    "rule": rule,
                }
            )
    return {"repeated_edits": repeated[:50], "repeated_wordings": words[:50]}
