//! Which places a payload has, and the kinds of value there: what an edit could have changed.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::class::class_of;
use super::path::generalize_token;

/// Stands for a value that some items of a list have at a place and others have not.
const ABSENT: &str = "absent";

/// Lists the places of a payload, itself included, each with the class of a value there: `/due date`. Sorted, each pair once.
///
/// Places are generalized as those of edits are, so that one place can have several classes. Where one item of a list has a member and
/// another has not, the member's place is `absent`, too.
pub(in crate::export) fn fields_of(payload: &Value) -> Vec<String> {
    let mut fields = Fields::default();
    fields.visit(String::new(), payload);
    fields.note_absent();
    fields.classes.into_iter().map(|(path, class)| format!("{path} {class}")).collect()
}

#[derive(Default)]
struct Fields {
    classes: BTreeSet<(String, &'static str)>,
    objects: BTreeMap<String, Objects>,
}

/// The objects at one generalized place.
#[derive(Default)]
struct Objects {
    count: usize,
    /// How many of them have a member of this name.
    with: BTreeMap<String, usize>,
}

impl Fields {
    fn visit(&mut self, path: String, value: &Value) {
        match value {
            Value::Object(members) => self.visit_members(&path, members),
            Value::Array(items) => items.iter().for_each(|item| self.visit(format!("{path}/*"), item)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
        self.classes.insert((path, class_of(value)));
    }

    fn visit_members(&mut self, path: &str, members: &Map<String, Value>) {
        let names: BTreeSet<&str> = members.keys().map(|key| generalize_token(key)).collect();
        let objects = self.objects.entry(path.to_owned()).or_default();
        objects.count += 1;
        for name in names {
            *objects.with.entry(name.to_owned()).or_default() += 1;
        }
        for (key, member) in members {
            self.visit(format!("{path}/{}", generalize_token(key)), member);
        }
    }

    fn note_absent(&mut self) {
        for (path, objects) in &self.objects {
            let some_lack = objects.with.iter().filter(|(_, with)| **with < objects.count);
            self.classes.extend(some_lack.map(|(name, _)| (format!("{path}/{name}"), ABSENT)));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn places_are_told_with_the_kinds_of_their_values_and_without_a_value() {
        let payload = json!({"due": "2026-11-30", "tags": ["urgent", 3], "note": "", "Anna Müller": true});
        let expected =
            [" object", "/? boolean", "/due date", "/note empty", "/tags list", "/tags/* number", "/tags/* word"];
        assert_eq!(fields_of(&payload), expected);
        assert_eq!(fields_of(&json!({})), [" empty"]);
    }

    #[test]
    fn a_member_that_only_some_items_have_is_absent_as_well() {
        let payload = json!({"items": [{"due": "2026-11-30", "n": 1}, {"n": 2}]});
        let fields = fields_of(&payload);
        assert!(fields.contains(&"/items/*/due date".to_owned()) && fields.contains(&"/items/*/due absent".to_owned()));
        assert!(!fields.contains(&"/items/*/n absent".to_owned()), "{fields:?}");
    }
}
