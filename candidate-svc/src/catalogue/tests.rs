use std::fs;

use serde_json::{Value, json};

use super::{Catalogue, FolderError};
use crate::domain::{ActionType, ChangedField, EvidenceKind, Impact, RiskTier};
use crate::keyed_toml::KeyError;

mod schema;

const GOOD: &str = include_str!("../../catalogue/create_task.toml");

fn wrong(from: &str, to: &str) -> KeyError {
    assert!(GOOD.contains(from), "the file has no `{from}`");
    let text = GOOD.replacen(from, to, 1);
    Catalogue::from_files([("create_task.toml", text.as_str())]).expect_err("it is wrong")
}

fn built_in(name: &str) -> ActionType {
    Catalogue::built_in().get(&name.parse().expect("a name")).expect("it is built in").clone()
}

fn verdict(action_type: &ActionType, payload: &Value) -> String {
    match action_type.schema.check(payload) {
        Ok(()) => "fits".into(),
        Err(violation) => violation.pointer,
    }
}

#[test]
fn seven_action_types_come_with_the_program() {
    let catalogue = Catalogue::built_in();
    let names: Vec<&str> = catalogue.iter().map(|action_type| action_type.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "add_note",
            "assign_owner",
            "change_policy",
            "create_task",
            "draft_reply",
            "request_information",
            "update_field"
        ]
    );
    for action_type in catalogue.iter() {
        assert_eq!(action_type.operation, action_type.name.as_str());
        assert!(action_type.retry_safe && !action_type.idempotency.is_empty() && !action_type.undo.is_empty());
    }
}

#[test]
fn what_touches_a_record_or_a_customer_is_never_low_and_shows_what_it_rests_on() {
    for (name, impact, least, evidence) in [
        ("add_note", Impact::InternalNote, RiskTier::Low, None),
        ("assign_owner", Impact::RecordField, RiskTier::ApprovalRequired, Some("record_field")),
        ("create_task", Impact::OwnerTask, RiskTier::Low, None),
        ("draft_reply", Impact::CustomerMessage, RiskTier::ApprovalRequired, Some("inquiry_text")),
        ("request_information", Impact::OwnerTask, RiskTier::Low, None),
        ("update_field", Impact::RecordField, RiskTier::ApprovalRequired, Some("record_field")),
    ] {
        let action_type = built_in(name);
        assert_eq!((action_type.impact, action_type.least_risk_tier), (impact, least), "{name}");
        let kinds: Vec<&str> = action_type.required_evidence_kinds.iter().map(EvidenceKind::as_str).collect();
        assert_eq!(kinds, Vec::from_iter(evidence), "{name}");
    }
}

#[test]
fn a_type_of_a_teams_own_names_an_operation_that_exists() {
    let own = GOOD.replacen("name = \"create_task\"", "name = \"escalate_ticket\"", 1);
    let catalogue = Catalogue::from_files([("create_task.toml", GOOD), ("escalate_ticket.toml", own.as_str())]);
    let catalogue = catalogue.expect("both are well formed");
    let escalate = catalogue.get(&"escalate_ticket".parse().expect("a name")).expect("it is there");
    assert_eq!((escalate.name.as_str(), escalate.operation.as_str()), ("escalate_ticket", "create_task"));
}

#[test]
fn payloads_of_the_built_in_types_are_judged() {
    let task = built_in("create_task");
    assert_eq!(verdict(&task, &json!({ "subject": "Call", "owner": "humans/anna", "due": "2026-11-30" })), "fits");
    assert_eq!(verdict(&task, &json!({ "subject": "Call", "owner": "humans/anna", "due": "2026-02-30" })), "/due");
    assert_eq!(verdict(&task, &json!({ "subject": "", "owner": "humans/anna", "due": "2026-11-30" })), "/subject");

    let ask = built_in("request_information");
    let asked = json!({ "subject": "Deal", "question": "Which?", "recipient": "humans/anna", "fields": ["account"] });
    assert_eq!(verdict(&ask, &asked), "fits");
    let nothing = json!({ "subject": "Deal", "question": "Which?", "recipient": "humans/anna", "fields": [] });
    assert_eq!(verdict(&ask, &nothing), "/fields");

    let update = built_in("update_field");
    let change = json!({ "object_type": "deal", "record_id": "7", "field": "product", "from": "", "to": "GTX Pro" });
    assert_eq!(verdict(&update, &change), "fits");
    let without_from = json!({ "object_type": "deal", "record_id": "7", "field": "product", "to": "GTX Pro" });
    assert_eq!(verdict(&update, &without_from), "");

    let draft = built_in("draft_reply");
    let reply = |to: &str, body: &str| json!({ "to": to, "subject": "Your inquiry", "body": body });
    assert_eq!(verdict(&draft, &reply("kim@example.com", "Thank you.")), "fits");
    assert_eq!(verdict(&draft, &reply("Kim", "Thank you.")), "/to");
    assert_eq!(verdict(&draft, &reply("kim@example.com", "")), "/body");

    let note = built_in("add_note");
    let text = |text: &str| json!({ "object_type": "deal", "record_id": "7", "text": text });
    assert_eq!(verdict(&note, &text("Met at the fair.")), "fits");
    assert_eq!(verdict(&note, &text(&"x".repeat(4001))), "/text");

    let assign = built_in("assign_owner");
    let owners = |from: &str, to: &str| json!({ "object_type": "deal", "record_id": "7", "from": from, "to": to });
    assert_eq!(verdict(&assign, &owners("", "humans/anna")), "fits");
    assert_eq!(verdict(&assign, &owners("humans/anna", "")), "/to");
}

#[test]
fn what_is_wrong_is_named_by_file_and_key() {
    for (from, to, key, words) in [
        ("name = \"create_task\"", "name = \"Create task\"", "name", "lower-case"),
        ("name = \"create_task\"", "name = \"create_note\"", "name", "create_note.toml"),
        ("name = \"create_task\"\n", "", "name", "missing"),
        ("description = \"Puts", "description = 7 # \"Puts", "description", "string"),
        ("default_risk_tier = \"LOW\"", "default_risk_tier = \"TINY\"", "default_risk_tier", "TINY"),
        ("least_risk_tier = \"LOW\"", "least_risk_tier = \"HIGH\"", "default_risk_tier", "below"),
        ("impact = \"OWNER_TASK\"", "impact = \"NONE\"", "impact", "NONE"),
        ("retry_safe = true", "retry_safe = \"yes\"", "retry_safe", "bool"),
        ("idempotency = \"The", "idempotency = \"\" # \"The", "idempotency", "retry_safe"),
        ("operation = \"create_task\"", "operation = \"create task\"", "operation", "lower-case"),
        ("operation = ", "operatoin = ", "operatoin", "did you mean `operation`"),
        ("undo = ", "undoo = ", "undoo", "did you mean `undo`"),
        ("retry_safe = true", "retry_safe = true\nretries = 3", "retries", "no such key"),
        ("pointer = \"/notes\"", "pointer = \"/note\"", "labels[3].pointer", "/note"),
        ("pointer = \"/notes\"", "pointer = \"/due\"", "labels[3].pointer", "label already"),
        ("label = \"Notes\"", "label = \"By which day\"", "labels[3].label", "another field"),
        ("    { pointer = \"/notes\", label = \"Notes\" },\n", "", "labels", "/notes"),
        ("type = \"object\"", "type = \"array\"", "payload_schema.type", "object"),
        ("additionalProperties = false\n", "", "payload_schema.additionalProperties", "false"),
        ("type = \"string\"\nformat", "type = \"strnig\"\nformat", "payload_schema", "strnig"),
        (
            "format = \"date\"",
            "\"$ref\" = \"https://example.com/date\"",
            "payload_schema.properties.due.$ref",
            "outside",
        ),
        ("name = ", "name = = ", "", "line `2`"),
    ] {
        let error = wrong(from, to);
        assert_eq!((error.file.as_str(), error.key.as_str()), ("create_task.toml", key), "{error}");
        assert!(error.reason.contains(words), "{error}");
    }
}

#[test]
fn a_folder_is_a_catalogue() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("create_task.toml"), GOOD).expect("a file");
    fs::write(folder.path().join("README.md"), "not a type").expect("a file");
    let catalogue = Catalogue::from_dir(folder.path()).expect("a catalogue");
    let names: Vec<&str> = catalogue.iter().map(|action_type| action_type.name.as_str()).collect();
    assert_eq!(names, ["change_policy", "create_task"], "what changes the policy is always there");

    fs::write(folder.path().join("add_note.toml"), "name = \"add_note\"").expect("a file");
    let error = Catalogue::from_dir(folder.path()).expect_err("it is wrong");
    let FolderError::Wrong(wrong) = &error else { panic!("{error}") };
    assert_eq!(wrong.to_string(), "`add_note.toml`, key `default_risk_tier`: it is missing: add it");
}

#[test]
fn the_policy_is_changed_under_one_name_and_at_high_risk_alone() {
    let file = include_str!("../../catalogue/change_policy.toml");
    let renamed = file.replacen("name = \"change_policy\"", "name = \"tweak_policy\"", 1);
    let error = Catalogue::from_files([("tweak_policy.toml", renamed.as_str())]).expect_err("another name");
    assert_eq!(error.key, "operation");
    let diverted = file.replace("operation = \"change_policy\"", "operation = \"create_task\"");
    let error = Catalogue::from_files([("change_policy.toml", diverted.as_str())]).expect_err("another operation");
    assert_eq!((error.file.as_str(), error.key.as_str()), ("change_policy.toml", "operation"));
    assert!(error.reason.contains("no policy could be changed"), "{error}");
    let lowered = file.replace("least_risk_tier = \"HIGH\"", "least_risk_tier = \"LOW\"");
    let error = Catalogue::from_files([("change_policy.toml", lowered.as_str())]).expect_err("a lower risk");
    assert_eq!(error.key, "least_risk_tier");
    for (from, to) in [
        ("required = [\"policy_toml\", \"base_revision\", \"summary\"]", "required = [\"policy_toml\", \"summary\"]"),
        ("required = [\"policy_toml\", \"base_revision\", \"summary\"]", "required = [\"base_revision\", \"summary\"]"),
        (
            "[payload_schema.properties.base_revision]\ntype = \"integer\"\nminimum = 1",
            "[payload_schema.properties.base_revision]\ntype = \"integer\"\nminimum = 2",
        ),
        ("policy_toml]\ntype = \"string\"\nminLength = 1", "policy_toml]\ntype = \"string\"\nminLength = 40000"),
        ("summary]\ntype = \"string\"", "summary]\ntype = \"integer\""),
    ] {
        assert!(file.contains(from), "{from}");
        let frozen = file.replace(from, to);
        let error = Catalogue::from_files([("change_policy.toml", frozen.as_str())]).expect_err(to);
        assert_eq!(error.key, "payload_schema", "{error}");
        assert!(error.reason.contains("no policy could be changed"), "{error}");
    }
}

#[test]
fn a_type_asks_for_no_more_evidence_than_a_candidate_holds() {
    let asking = |count: usize| {
        let kinds: Vec<String> = (0..count).map(|number| format!("\"kind_{number}\"")).collect();
        let text =
            GOOD.replacen("impact = ", &format!("required_evidence_kinds = [{}]\nimpact = ", kinds.join(", ")), 1);
        Catalogue::from_files([("create_task.toml", text.as_str())])
    };
    assert!(asking(32).is_ok());
    let error = asking(33).expect_err("one too many");
    assert_eq!(error.key, "required_evidence_kinds");
    assert!(error.reason.contains("`33` kinds"), "{error}");
}

#[test]
fn a_folder_without_types_is_none() {
    let folder = tempfile::tempdir().expect("a folder");
    assert!(matches!(Catalogue::from_dir(folder.path()), Err(FolderError::Empty { .. })));
    let absent = folder.path().join("absent");
    let error = Catalogue::from_dir(&absent).expect_err("it is absent");
    assert!(matches!(&error, FolderError::Unreadable { path, .. } if *path == absent), "{error}");
}

#[test]
fn a_file_in_the_place_of_a_folder_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("catalogue");
    fs::write(&file, GOOD).expect("a file");
    let error = Catalogue::from_dir(&file).expect_err("it is no folder");
    assert!(matches!(&error, FolderError::NoFolder { path } if *path == file), "{error}");
    assert!(error.to_string().contains("a catalogue is a folder"), "{error}");
}

#[test]
fn a_file_is_not_passed_over_for_the_letter_case_of_its_ending() {
    for name in ["other.TOML", "another.Toml"] {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("create_task.toml"), GOOD).expect("a file");
        fs::write(folder.path().join(name), GOOD).expect("a file");
        let error = Catalogue::from_dir(folder.path()).expect_err(name);
        assert!(matches!(&error, FolderError::LetterCase { path } if path.ends_with(name)), "{error}");
        assert!(error.to_string().contains("`.toml`"), "{error}");
    }
}

/// What is approved ahead for one record must not be usable on another: a payload that names a record says where.
#[test]
fn payloads_that_name_their_record_say_where() {
    let catalogue = Catalogue::built_in();
    for entry in catalogue.iter() {
        let names_a_record = entry.labels.iter().any(|label| label.pointer == "/record_id");
        assert_eq!(entry.payload_record.is_some(), names_a_record, "{}", entry.name);
    }
    let text = include_str!("../../catalogue/add_note.toml").replace("id = \"/record_id\"", "id = \"/record\"");
    let error = Catalogue::from_files([("add_note.toml", text.as_str())]).expect_err("no such field");
    assert_eq!((error.key.as_str(), error.reason.contains("`/record`")), ("record_named_at", true), "{error}");
}

/// A number would never be compared: what names the record or the field is text.
#[test]
fn what_names_a_record_or_a_field_is_text() {
    let text = include_str!("../../catalogue/update_field.toml");
    for (field, key) in [("record_id", "record_named_at"), ("field", "changes_field_named_at")] {
        let at = format!("[payload_schema.properties.{field}]\ntype = \"");
        let changed = text.replace(&format!("{at}string\""), &format!("{at}integer\""));
        assert_ne!(changed, text, "{field}");
        let error = Catalogue::from_files([("update_field.toml", changed.as_str())]).expect_err("a number");
        assert_eq!((error.key.as_str(), error.reason.contains("string")), (key, true), "{error}");
    }
}

#[test]
fn fields_are_listed_one_by_one() {
    let text = include_str!("../../catalogue/create_task.toml");
    let open = format!("{text}\n[payload_schema.patternProperties.\"^x_\"]\ntype = \"string\"\n");
    let error = Catalogue::from_files([("create_task.toml", open.as_str())]).expect_err("a pattern");
    assert!(error.key.ends_with("patternProperties"), "{error}");
}

/// Who owns a record is a field like any other: a new owner and a change of the field `owner` conflict.
#[test]
fn a_new_owner_is_a_change_of_the_field_owner() {
    let catalogue = Catalogue::built_in();
    let assign_owner = catalogue.get(&"assign_owner".parse().expect("a name")).expect("a shipped type");
    assert_eq!(assign_owner.changes, Some(ChangedField::Always("owner".to_owned())));
}
