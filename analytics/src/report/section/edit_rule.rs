//! Repeated edits as rules for the proposer, a sentence each.

use crate::report::rate::Rate;
use crate::report::words::{counted, percent, thousands};

/// Hex digits of a hash that are shown to tell one value from another.
const SHOWN_HEX_CHARS: usize = 8;

/// States a change as a rule: what to propose instead, and how often people made it so.
///
/// `key` is path, operation, class before and class after; `sameness` says what else is the same in all these changes, if anything is.
pub(super) fn of_change(
    action_type: &str,
    key: [&str; 4],
    sameness: Option<&str>,
    made: Rate,
    candidates: u64,
) -> String {
    let [path, _, from, _] = key;
    let room = match from {
        "absent" if path.ends_with("/*") => "that had this list".to_owned(),
        "absent" => "that had nothing there".to_owned(),
        class => format!("that had {} there", noun(class)),
    };
    rule(action_type, &advice(key, sameness), &room, made, candidates)
}

/// States a change of words as a rule; what went and came are told by their hashes, or by the words themselves to whoever may see them.
pub(super) fn of_wording(
    action_type: &str,
    [path, change, from, to]: [&str; 4],
    made: Rate,
    candidates: u64,
) -> String {
    let place = place(path);
    let advice = match change {
        "removed" => format!("leave words out of {place} that people take out ({from})"),
        "inserted" => format!("write words in {place} that people put in ({to})"),
        "replaced" => format!("write other words in {place}: people put some ({to}) in the place of yours ({from})"),
        "respelled" => format!("spell words in {place} as people do: they change case, spaces or marks alone ({to})"),
        "punctuated" => format!("set the marks and spaces of {place} as people do"),
        _ => format!("look at {place}: people write it anew"),
    };
    rule(action_type, &advice, "that had words there", made, candidates)
}

/// Returns as much of a hash as is shown.
pub(super) fn shown(hash: &str) -> &str {
    hash.get(..SHOWN_HEX_CHARS).unwrap_or(hash)
}

fn rule(action_type: &str, advice: &str, room: &str, made: Rate, candidates: u64) -> String {
    let did = match (made.share(), made.interval()) {
        (Some(share), Some((low, high))) => format!(
            "{} of {} {room} ({}, 95 % interval {} to {}{})",
            thousands(made.numerator),
            counted(made.denominator, "candidate"),
            percent(share),
            percent(low),
            percent(high),
            if made.is_small() { "; a small group" } else { "" },
        ),
        _ => format!("{}; of how many is not known", counted(candidates, "candidate")),
    };
    format!("In `{action_type}`, {advice}: people changed it so in {did}.")
}

fn advice([path, operation, from, to]: [&str; 4], sameness: Option<&str>) -> String {
    let place = place(path);
    if operation == "remove" {
        return format!("leave out {place}");
    }
    if to == "empty" {
        return format!("leave {place} empty");
    }
    if let Some(days) = sameness.and_then(|same| same.strip_prefix("shift ")).and_then(|days| days.parse::<i64>().ok())
    {
        let unit = if days.abs() == 1 { "day" } else { "days" };
        return match days {
            0 => format!("keep the day of {place} and write it otherwise"),
            1.. => format!("set {place} {days} {unit} later than you propose"),
            _ => format!("set {place} {} {unit} earlier than you propose", -days),
        };
    }
    let value = sameness.and_then(|same| same.strip_prefix("value ")).map(shown);
    match (value, from) {
        (Some(hash), "absent") => format!("add {place} with the value that people give it ({hash})"),
        (Some(hash), _) => format!("set {place} to the value that people give it ({hash})"),
        (None, "absent") => format!("add {place}: {}", noun(to)),
        (None, from) if from == to => format!("propose another value in {place}, {}", noun(to)),
        (None, from) => format!("give {} in {place}, not {}", noun(to), noun(from)),
    }
}

fn place(path: &str) -> String {
    if path.is_empty() { "the payload".to_owned() } else { format!("`{path}`") }
}

fn noun(class: &str) -> String {
    match class {
        "absent" | "empty" => "nothing".to_owned(),
        "not known" => "something".to_owned(),
        "boolean" => "a yes or no".to_owned(),
        "email" => "an email address".to_owned(),
        "phone" => "a phone number".to_owned(),
        "name-like" => "what looks like a name".to_owned(),
        "object" => "an object".to_owned(),
        class => format!("a {class}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MADE: Rate = Rate { numerator: 41, denominator: 120 };

    fn told(key: [&str; 4], sameness: Option<&str>) -> String {
        let text = of_change("create_task", key, sameness, MADE, 41);
        let text = text.strip_prefix("In `create_task`, ").expect("the action type first");
        text.split(" people changed").next().expect("the advice").to_owned()
    }

    #[test]
    fn a_rule_says_what_to_do_and_how_often_people_did_so() {
        assert_eq!(
            of_change("create_task", ["/due", "replace", "date", "date"], Some("shift 7"), MADE, 41),
            "In `create_task`, set `/due` 7 days later than you propose: people changed it so in 41 of 120 candidates \
             that had a date there (34.2 %, 95 % interval 25.8 % to 43.4 %)."
        );
        let few = Rate { numerator: 2, denominator: 3 };
        assert!(
            of_change("t", ["/due", "add", "absent", "date"], None, few, 2)
                .contains("3 candidates that had nothing there")
        );
        assert!(of_change("t", ["/due", "add", "absent", "date"], None, few, 2).ends_with("; a small group)."));
        let unknown =
            of_change("t", ["/due", "replace", "not known", "date"], None, Rate { numerator: 0, denominator: 0 }, 2);
        assert!(unknown.ends_with("people changed it so in 2 candidates; of how many is not known."), "{unknown}");
    }

    #[test]
    fn every_kind_of_change_has_its_advice() {
        for (key, sameness, advice) in [
            (["/due", "replace", "date", "date"], Some("shift -1"), "set `/due` 1 day earlier than you propose:"),
            (["/due", "replace", "date", "time"], Some("shift 0"), "keep the day of `/due` and write it otherwise:"),
            (["/note", "remove", "word", "absent"], Some(""), "leave out `/note`:"),
            (["/note", "replace", "word", "empty"], Some("value 00"), "leave `/note` empty:"),
            (
                ["/p", "replace", "word", "word"],
                Some("value 0123456789"),
                "set `/p` to the value that people give it (01234567):",
            ),
            (
                ["/t/*", "add", "absent", "word"],
                Some("value 0123456789"),
                "add `/t/*` with the value that people give it (01234567):",
            ),
            (["/t/*", "add", "absent", "word"], None, "add `/t/*`: a word:"),
            (["/n", "replace", "word", "number"], None, "give a number in `/n`, not a word:"),
            (["/n", "replace", "number", "number"], None, "propose another value in `/n`, a number:"),
            (["", "replace", "object", "list"], None, "give a list in the payload, not an object:"),
        ] {
            assert_eq!(told(key, sameness), advice);
        }
    }

    #[test]
    fn words_are_told_by_their_hashes_alone() {
        let rule = of_wording("draft_reply", ["/body", "removed", "01234567", ""], MADE, 41);
        assert!(
            rule.starts_with("In `draft_reply`, leave words out of `/body` that people take out (01234567): people"),
            "{rule}"
        );
        for change in ["inserted", "replaced", "respelled", "punctuated", "rewritten"] {
            let rule = of_wording("draft_reply", ["/body", change, "a1", "b2"], MADE, 41);
            assert!(rule.contains("41 of 120 candidates that had words there"), "{rule}");
        }
    }
}
