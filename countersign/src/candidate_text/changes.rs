//! What each edit changed: the recorded patches, replayed from the first payload on.

use std::collections::{BTreeMap, BTreeSet};

use countersign_api::candidate::v1::candidate_event::Event;
use countersign_api::candidate::v1::{CandidateEdited, CandidateEvent, Payload};
use json_patch::Patch;
use serde_json::{Map, Value, json};

/// The payload as the events so far have left it.
#[derive(Debug, Default)]
pub struct Replay {
    payload: Option<Value>,
}

/// What an edit changed.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// These values, and no others.
    Changed(Vec<Change>),
    /// Nobody can tell from the record.
    Unclear(&'static str),
}

/// One value, before and after; none where there was none.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Where it stands: a JSON Pointer (RFC 6901).
    pub pointer: String,
    /// The value before.
    pub before: Option<Value>,
    /// The value after.
    pub after: Option<Value>,
}

impl Replay {
    /// Takes the next event; returns what it changed, when it is an edit.
    pub fn follow(&mut self, event: &CandidateEvent) -> Option<Edit> {
        match &event.event {
            Some(Event::CandidateProposed(proposed)) => {
                self.payload = read(proposed.payload.as_ref());
                None
            }
            Some(Event::CandidateEdited(edited)) => Some(self.edit(edited)),
            Some(_) | None => None,
        }
    }

    fn edit(&mut self, edited: &CandidateEdited) -> Edit {
        let recorded = read(edited.payload.as_ref());
        let Some(before) = self.payload.take() else {
            self.payload = recorded;
            return Edit::Unclear("what stood before is not in the record any more");
        };
        let Some(after) = apply(&before, &edited.patch_json) else {
            self.payload = recorded;
            return Edit::Unclear("the recorded patch does not apply to what stood before");
        };
        if recorded.as_ref().is_some_and(|recorded| *recorded != after) {
            self.payload = recorded;
            return Edit::Unclear("the recorded patch does not lead to the recorded payload");
        }
        let changes = difference(&before, &after);
        self.payload = Some(after);
        Edit::Changed(changes)
    }
}

impl Edit {
    /// Returns it as JSON: a list, or what is unclear.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Changed(changes) => changes.iter().map(Change::to_json).collect(),
            Self::Unclear(why) => json!({ "unclear": why }),
        }
    }

    /// Returns it as people read it, a line for each value, named by `label`.
    pub fn lines(&self, label: impl Fn(&str) -> String) -> Vec<String> {
        match self {
            Self::Changed(changes) => changes.iter().map(|change| change.line(&label)).collect(),
            Self::Unclear(why) => vec![format!("what it changed is unclear: {why}")],
        }
    }
}

impl Change {
    fn to_json(&self) -> Value {
        let mut object = Map::from_iter([("pointer".to_owned(), Value::from(self.pointer.clone()))]);
        let values = [("before", &self.before), ("after", &self.after)];
        object.extend(values.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value.clone()?))));
        Value::Object(object)
    }

    /// Values stand as JSON, so that a text is told from a number, and the empty text from nothing.
    fn line(&self, label: impl Fn(&str) -> String) -> String {
        let shown = |value: &Option<Value>| value.as_ref().map_or_else(|| "(nothing)".to_owned(), Value::to_string);
        format!("{}: {} → {}", label(&self.pointer), shown(&self.before), shown(&self.after))
    }
}

fn read(payload: Option<&Payload>) -> Option<Value> {
    serde_json::from_str(&payload?.canonical_json).ok()
}

fn apply(before: &Value, patch_json: &str) -> Option<Value> {
    let patch: Patch = serde_json::from_str(patch_json).ok()?;
    let mut after = before.clone();
    json_patch::patch(&mut after, &patch.0).ok()?;
    Some(after)
}

/// Returns every single value that differs, objects taken apart, in the order of their pointers.
fn difference(before: &Value, after: &Value) -> Vec<Change> {
    let (mut old, mut new) = (BTreeMap::new(), BTreeMap::new());
    take_apart(before, String::new(), &mut old);
    take_apart(after, String::new(), &mut new);
    let pointers: BTreeSet<String> = old.keys().chain(new.keys()).cloned().collect();
    let changes = pointers.into_iter().map(|pointer| Change {
        before: old.get(&pointer).copied().cloned(),
        after: new.get(&pointer).copied().cloned(),
        pointer,
    });
    changes.filter(|change| change.before != change.after).collect()
}

fn take_apart<'a>(value: &'a Value, pointer: String, values: &mut BTreeMap<String, &'a Value>) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (name, member) in members {
                let escaped = name.replace('~', "~0").replace('/', "~1");
                take_apart(member, format!("{pointer}/{escaped}"), values);
            }
        }
        whole => {
            values.insert(pointer, whole);
        }
    }
}

#[cfg(test)]
mod tests {
    use countersign_api::candidate::v1::CandidateProposed;

    use super::*;

    fn payload(json: &Value) -> Payload {
        Payload { canonical_json: json.to_string(), ..Payload::default() }
    }

    fn proposed(json: &Value) -> CandidateEvent {
        let event = Event::CandidateProposed(CandidateProposed { payload: Some(payload(json)), ..Default::default() });
        CandidateEvent { event: Some(event), ..CandidateEvent::default() }
    }

    fn edited(patch: &Value, after: Option<Payload>) -> CandidateEvent {
        let patch_json = patch.to_string();
        let event = Event::CandidateEdited(CandidateEdited { patch_json, payload: after, ..Default::default() });
        CandidateEvent { event: Some(event), ..CandidateEvent::default() }
    }

    fn lines(edit: Option<Edit>) -> Vec<String> {
        edit.expect("an edit").lines(str::to_owned)
    }

    #[test]
    fn every_edit_says_what_stood_before_and_after_it() {
        let mut replay = Replay::default();
        assert_eq!(replay.follow(&proposed(&json!({ "to": "a", "notes": "call\nfirst", "at": { "day": 1 } }))), None);
        let after = json!({ "to": "z", "at": { "day": 1 } });
        let patch = json!([{ "op": "remove", "path": "/notes" }, { "op": "replace", "path": "/to", "value": "z" }]);
        let first = replay.follow(&edited(&patch, Some(payload(&after))));
        assert_eq!(lines(first.clone()), [r#"/notes: "call\nfirst" → (nothing)"#, r#"/to: "a" → "z""#]);
        let told = json!([{ "pointer": "/notes", "before": "call\nfirst" }, { "pointer": "/to", "before": "a", "after": "z" }]);
        assert_eq!(first.expect("an edit").to_json(), told);

        // A whole new payload, and a text in the place of a number: the second edit goes on from the first.
        let after = json!({ "to": "", "at": { "day": "1" } });
        let patch = json!([{ "op": "replace", "path": "", "value": after }]);
        let second = replay.follow(&edited(&patch, Some(payload(&after))));
        assert_eq!(lines(second), [r#"/at/day: 1 → "1""#, r#"/to: "z" → """#]);
    }

    #[test]
    fn what_the_record_contradicts_or_has_no_more_is_said_to_be_unclear() {
        let replace = json!([{ "op": "replace", "path": "/to", "value": "z" }]);
        let unclear = |edit: Option<Edit>, word: &str| {
            assert!(matches!(&edit, Some(Edit::Unclear(why)) if why.contains(word)), "{edit:?}");
        };
        unclear(Replay::default().follow(&edited(&replace, Some(payload(&json!({ "to": "z" }))))), "any more");

        let mut replay = Replay::default();
        replay.follow(&proposed(&json!({ "to": "a" })));
        unclear(replay.follow(&edited(&replace, Some(payload(&json!({ "to": "y" }))))), "does not lead");
        unclear(replay.follow(&edited(&json!([{ "op": "remove", "path": "/no" }]), None)), "does not apply");
    }
}
