//! What anybody may write, and what is said of what is no proposal.

use countersign_api::candidate::v1 as api;
use futures::StreamExt as _;
use ledger_format::sha256;

use super::item::read_item;
use super::*;
use crate::propose::{Item, Origin};

const SMALLEST: &str = r#"{"action_type":"create_task","payload":{"subject":"Call"},"trigger":{"source_system":"crm","type":"note_added","source_id":"N-1"}}"#;

fn read(text: &str) -> Item {
    read_item(3, text).expect("a proposal")
}

fn refused(text: &str) -> LineError {
    read_item(3, text).expect_err("no proposal")
}

#[test]
fn everything_that_can_be_said_arrives_as_it_was_said() {
    let Item { request_id, origin, proposal } = read(
        r#"{"request_id":"mine-1","action_type":"update_field","payload":{"to": 1.50, "from":"a"},"owner":"humans/anna",
        "trigger":{"source_system":"crm","type":"deal_changed","source_id":"E-9","occur_time":"2026-03-04T08:15:00+01:00",
            "fields":[{"name":"stage","value":"Won"},{"name":"account"}]},
        "record":{"system":"crm","object_type":"deal","id":"D-1","display_name":"Alto for Rund","link":"https://crm.example/D-1"},
        "target":{"system":"crm","object_type":"account","id":"rund"},
        "evidence":[{"kind":"record_field","title":"Deal D-1","summary":"Read today.","link":"https://crm.example/D-1",
            "content_sha256":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            "read_time":"2026-03-04T08:15:00.5Z","fields":[{"name":"product","value":"Alto"}]}],
        "confidence":{"level":"needs_review","basis":"insufficient_data","note":"A guess."},"risk_tier":"approval_required",
        "context_summary":"What is going on.","known_unknowns":["why"],"missing_fields":["account"],"reason":"Because.",
        "evidence_numbers":[1],"due_time":"2026-03-06T00:00:00Z","dedup_key":"crm/D-1",
        "generator":{"name":"my-generator","model":"m-1","prompt_version":"p-7"}}"#,
    );
    assert_eq!((request_id.as_str(), origin), ("mine-1", Origin::Line(3)));
    // Numbers stay as they were written.
    assert_eq!(proposal.payload_json, r#"{"to": 1.50, "from":"a"}"#);
    let record = |object_type: &str, id: &str| api::RecordReference {
        system: "crm".to_owned(),
        object_type: object_type.to_owned(),
        id: id.to_owned(),
        ..api::RecordReference::default()
    };
    let seconds = |seconds| Some(prost_types::Timestamp { seconds, nanos: 0 });
    let expected = api::Proposal {
        generator: Some(api::Generator {
            name: "my-generator".to_owned(),
            model: "m-1".to_owned(),
            prompt_version: "p-7".to_owned(),
        }),
        trigger: Some(api::Trigger {
            source_system: "crm".to_owned(),
            r#type: "deal_changed".to_owned(),
            source_id: "E-9".to_owned(),
            occur_time: seconds(1_772_608_500),
            fields: vec![
                api::SourceField { name: "stage".to_owned(), value: "Won".to_owned() },
                api::SourceField { name: "account".to_owned(), value: String::new() },
            ],
            ..api::Trigger::default()
        }),
        record: Some(api::RecordReference {
            display_name: "Alto for Rund".to_owned(),
            link: "https://crm.example/D-1".to_owned(),
            ..record("deal", "D-1")
        }),
        target: Some(record("account", "rund")),
        context_summary: "What is going on.".to_owned(),
        known_unknowns: vec!["why".to_owned()],
        missing_fields: vec!["account".to_owned()],
        evidence: vec![api::Evidence {
            kind: "record_field".to_owned(),
            title: "Deal D-1".to_owned(),
            summary: "Read today.".to_owned(),
            link: "https://crm.example/D-1".to_owned(),
            content_sha256: sha256(&[b"abc"]).as_bytes().to_vec(),
            read_time: Some(prost_types::Timestamp { seconds: 1_772_612_100, nanos: 500_000_000 }),
            fields: vec![api::EvidenceField { name: "product".to_owned(), value: "Alto".to_owned() }],
            ..api::Evidence::default()
        }],
        confidence: Some(api::Confidence {
            level: api::ConfidenceLevel::NeedsReview.into(),
            basis: api::ConfidenceBasis::InsufficientData.into(),
            note: "A guess.".to_owned(),
        }),
        risk_tier: api::RiskTier::ApprovalRequired.into(),
        owner: "humans/anna".to_owned(),
        action_type: "update_field".to_owned(),
        payload_json: proposal.payload_json.clone(),
        reason: "Because.".to_owned(),
        evidence_numbers: vec![1],
        due_time: seconds(1_772_755_200),
        dedup_key: "crm/D-1".to_owned(),
    };
    assert_eq!(proposal, expected);
}

#[test]
fn the_example_of_the_documentation_is_a_proposal() {
    let page = include_str!("../../../../docs/proposals.md");
    let example =
        page.split("```json\n").nth(1).and_then(|rest| rest.split("\n```").next()).expect("the page has an example");
    assert!(!example.contains('\n'), "an example stands on one line");
    let item = read(example);
    assert_eq!(item.proposal.action_type, "create_task");
    assert!(!item.proposal.evidence.is_empty());
}

#[test]
fn the_same_content_has_the_same_request_id_and_other_content_another() {
    let id = |text: &str| read(text).request_id;
    let reordered = r#"{ "trigger":{"source_id":"N-1","type":"note_added","source_system":"crm"}, "payload":{ "subject" : "Call" }, "action_type":"create_task"}"#;
    assert_eq!(id(SMALLEST), id(reordered));
    assert_ne!(id(SMALLEST), id(&SMALLEST.replace("Call", "Write")));
    assert_ne!(id(SMALLEST), id(&SMALLEST.replace("N-1", "N-2")));
    assert_eq!(id(SMALLEST).len(), 64);
    assert_eq!(read(SMALLEST).proposal.generator.expect("a generator").name, "local");
}

#[test]
fn what_is_no_json_says_at_which_byte() {
    let error = refused("{not json");
    assert_eq!((error.line, error.column), (3, Some(2)));
    assert!(error.what.starts_with("not JSON: key must be a string"), "{error}");
    assert_eq!(error.reason_name(), "REQUEST_MALFORMED");
    let cut = refused(&SMALLEST[..40]);
    assert!(cut.what.starts_with("not JSON: EOF") && cut.mend.contains("ends too early"), "{cut:?}");
    assert!(refused(&format!("{SMALLEST} {SMALLEST}")).what.starts_with("not JSON: trailing"));
}

#[test]
fn what_is_wrong_is_named_by_its_path_and_says_what_to_write() {
    let with = |field: &str| format!("{},{field}}}", &SMALLEST[..SMALLEST.len() - 1]);
    for (text, path, mend) in [
        (with(r#""owners":"humans/anna""#), "owners", "write `owner`"),
        (with(r#""zzz":1"#), "zzz", "take it out"),
        (with(r#""evidence":[{"kind":"note","title":"x","sumary":""}]"#), "evidence[0].sumary", "evidence[0].summary"),
        (with(r#""evidence":{"kind":"note"}"#), "evidence", "`[` and `]`"),
        (with(r#""evidence":[{"kind":"note","title":"x","content_sha256":"ab"}]"#), "evidence[0].content_sha256", "64"),
        (with(r#""evidence_numbers":[1,70000]"#), "evidence_numbers[1]", "from 1"),
        (with(r#""confidence":{"level":"certain","basis":"id_match"}"#), "confidence.level", "`needs_review`"),
        (with(r#""confidence":{"basis":"id_match"}"#), "confidence.level", "add `confidence.level`"),
        (with(r#""confidence":"high""#), "confidence", "{\"name\": value"),
        (with(r#""risk_tier":"HIGH""#), "risk_tier", "`low`, `approval_required`, `high`"),
        (with(r#""action_type":"add_note""#), "action_type", "keep one of them"),
        (with(r#""due_time":"tomorrow""#), "due_time", "RFC 3339"),
        (with(r#""known_unknowns":[1]"#), "known_unknowns[0]", "double quotes"),
        (with(r#""owner":"\ud800""#), "owner", "double quotes"),
        (SMALLEST.replace(r#""action_type":"create_task","#, ""), "action_type", "add `action_type`"),
        (SMALLEST.replace(r#","source_id":"N-1""#, ""), "trigger.source_id", "add `trigger.source_id`"),
        (SMALLEST.replace(r#""N-1""#, "5"), "trigger.source_id", "double quotes"),
        (SMALLEST.replace(r#"{"subject":"Call"}"#, r#""Call""#), "payload", "schema"),
        (
            SMALLEST.replace(r#"{"source_system""#, r#"["source_system""#).replace("N-1\"}", "N-1\"]"),
            "",
            "one JSON object",
        ),
    ] {
        let error = refused(&text);
        assert_eq!(error.field.as_deref().unwrap_or_default(), path, "{error}");
        assert!(error.mend.contains(mend), "{path}: {}", error.mend);
        assert_eq!(error.reason_name(), "REQUEST_MALFORMED");
        for inside in ["struct", "u16", "enum", "sequence", " at line "] {
            assert!(!error.what.contains(inside), "words of the program: {error}");
        }
    }
    let late = refused(&SMALLEST.replace(r#""N-1""#, "5"));
    assert_eq!(late.column, SMALLEST.find(r#""N-1""#).map(|at| at as u64 + 1), "the byte at which the value begins");
}

#[test]
fn a_line_that_is_no_object_is_no_proposal_even_with_the_right_number_of_values() {
    for (text, kind) in [("[]", "a list"), (r#""x""#, "a text"), ("null", "null"), ("7", "a number")] {
        let error = refused(text);
        assert!(error.what.contains(kind) && error.field.is_none(), "{error}");
    }
    let in_order = SMALLEST.replace(
        r#"{"source_system":"crm","type":"note_added","source_id":"N-1"}"#,
        r#"["crm","note_added","N-1",null,[]]"#,
    );
    assert_eq!(refused(&in_order).field.as_deref(), Some("trigger"));
}

#[test]
fn a_line_is_told_by_its_request_id_where_that_can_be_read() {
    let with = |id: &str| SMALLEST.replacen('{', &format!(r#"{{"request_id":{id},"zzz":1,"#), 1);
    assert_eq!(refused(&with(r#""mine-7""#)).request_id.as_deref(), Some("mine-7"));
    let number = refused(&with("7"));
    assert_eq!((number.request_id, number.field.as_deref()), (None, Some("request_id")));
}

#[test]
fn null_is_as_good_as_left_out_where_a_field_may_be_left_out() {
    let with_nulls = SMALLEST.replacen('{', r#"{"owner":null,"evidence":null,"due_time":null,"request_id":null,"#, 1);
    assert_eq!(read(&with_nulls), read(SMALLEST));
}

#[tokio::test]
async fn a_file_is_read_line_by_line_and_what_is_broken_does_not_stop_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("proposals.jsonl");
    std::fs::write(&file, format!("{SMALLEST}\n\noops\n{SMALLEST}")).expect("written");
    let read: Vec<_> = open(&file).expect("it is there").collect().await;
    let shown: Vec<_> = read
        .iter()
        .map(|line| line.as_ref().map_or_else(ToString::to_string, |item| item.origin.to_string()))
        .collect();
    assert_eq!(shown, ["line 1", "line 3, column 1: not JSON: expected value", "line 4"]);
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let error = open(&folder.path().join("no-such.jsonl")).err().expect("it is not there");
    assert!(error.to_string().contains("no-such.jsonl"), "{error}");
    assert!(open(folder.path()).is_err(), "a folder is no file");
}
