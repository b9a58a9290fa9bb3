use countersign_api::candidate::v1::{ActionType, Candidate, RecordReference};
use serde_json::Value;

/// Says what does not fit together in a candidate, for a reviewer to look into before anything else.
///
/// What runs is the payload: when it names another record than the candidate is said to be about, what was looked at was
/// not what would be changed.
pub fn doubts(candidate: &Candidate, action_types: &[ActionType]) -> Vec<String> {
    let action_type = action_types.iter().find(|action_type| action_type.name == candidate.action_type);
    let Some((object_type, id)) = action_type.and_then(|action_type| named_record(candidate, action_type)) else {
        return Vec::new();
    };
    let record = candidate.record.as_ref();
    // Where the proposer names no target, the record stands in for it; it is doubted once.
    let target = candidate.target.as_ref().filter(|target| Some(*target) != record);
    let others = [("record", record), ("target", target)].into_iter().filter_map(|(what, record)| {
        let record: &RecordReference = record?;
        let is_another = (record.object_type.as_str(), record.id.as_str()) != (object_type.as_str(), id.as_str());
        is_another.then(|| {
            format!(
                "the payload changes {object_type} {id}, but the {what} named is {} {}",
                record.object_type, record.id
            )
        })
    });
    others.collect()
}

/// Returns kind and id of the record that the payload names, where its action type says where they stand.
fn named_record(candidate: &Candidate, action_type: &ActionType) -> Option<(String, String)> {
    let named = action_type.payload_record.as_ref()?;
    let payload: Value = serde_json::from_str(&candidate.payload.as_ref()?.canonical_json).ok()?;
    let text_at = |pointer: &str| payload.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    Some((text_at(&named.object_type_pointer)?, text_at(&named.id_pointer)?))
}

#[cfg(test)]
mod tests {
    use countersign_api::candidate::v1::{Payload, PayloadRecord};

    use super::*;

    fn note_on(id: &str) -> (Candidate, ActionType) {
        let record = RecordReference { object_type: "deal".into(), id: id.into(), ..RecordReference::default() };
        let canonical_json = r#"{"object_type":"deal","record_id":"OP-2029","text":"x"}"#.into();
        let candidate = Candidate {
            action_type: "add_note".into(),
            record: Some(record),
            payload: Some(Payload { canonical_json, ..Payload::default() }),
            ..Candidate::default()
        };
        let pointers = PayloadRecord { object_type_pointer: "/object_type".into(), id_pointer: "/record_id".into() };
        let name = "add_note".into();
        (candidate, ActionType { name, payload_record: Some(pointers), ..ActionType::default() })
    }

    #[test]
    fn a_payload_about_another_record_is_doubted() {
        let (candidate, action_type) = note_on("OP-9999");
        let expected = "the payload changes deal OP-2029, but the record named is deal OP-9999";
        assert_eq!(doubts(&candidate, std::slice::from_ref(&action_type)), [expected]);
        let (candidate, action_type) = note_on("OP-2029");
        assert!(doubts(&candidate, &[action_type]).is_empty());
    }

    #[test]
    fn a_payload_that_names_no_record_is_not_doubted() {
        let (candidate, action_type) = note_on("OP-9999");
        assert!(doubts(&candidate, &[ActionType { payload_record: None, ..action_type }]).is_empty());
        assert!(doubts(&candidate, &[]).is_empty());
    }
}
