//! The same human edit, made again and again, is found, whatever the values and however it was asked for.

use analytics::report::{ProposerFeedback, proposers_in};
use serde_json::Value;

use super::bench::verified;
use super::figures::{report_of, table, written};
use super::story::{Story, task};

/// Four candidates whose due date was moved by two days, from different days; one moved by a week; one with the owner changed.
fn story() -> Story {
    let mut story = Story::new();
    let people = ["humans/anna", "humans/bob", "humans/anna", "humans/carla"];
    for (number, (day, person)) in (1_u128..).zip([(1, people[0]), (5, people[1]), (9, people[2]), (13, people[3])]) {
        let before = format!(r#"{{"due":"2026-12-{day:02}","owner":"users/anna"}}"#);
        let after = format!(r#"{{"due":"2026-12-{:02}","owner":"users/anna"}}"#, day + 2);
        let whole = format!(r#"[{{"op":"replace","path":"","value":{after}}}]"#);
        let mut candidate = story.propose(number, "generators/crm-rules", task(), &before);
        story.edit(&mut candidate, person, &after, if number % 2 == 0 { &whole } else { "[]" });
        story.approve(&mut candidate, "humans/dora");
    }
    let mut week = story.propose(5, "generators/crm-rules", task(), r#"{"due":"2026-12-01"}"#);
    story.edit(&mut week, "humans/anna", r#"{"due":"2026-12-08"}"#, "[]");
    let mut owner = story.propose(6, "generators/crm-rules", task(), r#"{"owner":"users/anna"}"#);
    story.edit(&mut owner, "humans/anna", r#"{"owner":"Erik Jansen"}"#, "[]");
    story
}

#[tokio::test]
async fn a_repeated_edit_is_told_with_its_candidates_and_people() {
    let (_bench, export) = verified(story().log).await;
    let report = report_of(&export).await;
    let rows = table(&report, "repeated-edits")["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert_eq!(rows[0]["path"], "/due");
    assert_eq!(rows[0]["change"], "date to date, 2 days later");
    assert_eq!((&rows[0]["candidates"], &rows[0]["people"]), (&Value::from(4), &Value::from(3)));
    assert_eq!(rows[0]["examples"].as_array().map(Vec::len), Some(3));
    // Of six decided tasks five had a date there, and the exact interval of 4 of 5 is wide.
    assert_eq!((&rows[0]["numerator"], &rows[0]["denominator"]), (&Value::from(4), &Value::from(5)));
    assert_eq!(
        rows[0]["rule"],
        "In `create_task`, set `/due` 2 days later than you propose: people changed it so in 4 of 5 candidates that had a date there \
         (80.0 %, 95 % interval 28.4 % to 99.5 %; a small group)."
    );

    let kinds = table(&report, "edit-kinds")["rows"].as_array().expect("rows");
    assert_eq!((&kinds[0]["from"], &kinds[0]["candidates"]), (&Value::from("date"), &Value::from(5)));
    assert_eq!((&kinds[1]["from"], &kinds[1]["to"]), (&Value::from("resource name"), &Value::from("name-like")));
    assert_eq!((&kinds[0]["numerator"], &kinds[0]["denominator"]), (&Value::from(5), &Value::from(5)));
    assert_eq!((&kinds[1]["numerator"], &kinds[1]["denominator"]), (&Value::from(1), &Value::from(5)));
}

#[tokio::test]
async fn a_proposer_learns_its_repeated_edits_without_a_value() {
    let (_bench, export) = verified(story().log).await;
    let (_folder, written) = written(&export).await;
    let [feedback]: [ProposerFeedback; 1] =
        proposers_in(&written.json).expect("the shape").try_into().expect("one proposer and action type");
    assert_eq!(feedback.repeated_edits.len(), 1);
    assert_eq!(feedback.repeated_edits[0].count, 4);
    for text in [&written.json, &written.markdown] {
        for secret in ["Erik", "Jansen", "users/anna", "2026-12"] {
            assert!(!text.contains(secret), "`{secret}` is in the report");
        }
    }
}

#[tokio::test]
async fn the_payload_before_is_found_again_when_an_export_goes_on_behind_it() {
    let mut told = Story::new();
    let mut candidates: Vec<_> =
        (0..8).map(|number| told.propose(number, "generators/crm-rules", task(), r#"{"due":"2026-12-01"}"#)).collect();
    for candidate in &mut candidates {
        told.hold(candidate, "humans/anna");
        told.edit(candidate, "humans/anna", r#"{"due":"2026-12-04"}"#, "[]");
    }
    let bench = super::bench::Bench::with(told.log).await;
    bench.ledger.behaviour().break_after = Some(8);
    bench.export().await.expect_err("broken off after the first full part");
    assert!(bench.ledger.behaviour().lookups.is_empty());

    bench.ledger.behaviour().break_after = None;
    let export = bench.verified().await;
    // All eight payloads are the same one: it is looked up once, backwards over the hold.
    let id = uuid::Uuid::from_u128(0);
    assert_eq!(bench.ledger.behaviour().lookups, [format!("{id}/2/0"), format!("{id}/2/1"), format!("{id}/1/0")]);
    let report = report_of(&export).await;
    let rows = table(&report, "repeated-edits")["rows"].as_array().expect("rows");
    assert_eq!(
        (&rows[0]["change"], &rows[0]["candidates"]),
        (&Value::from("date to date, 3 days later"), &Value::from(8))
    );
}

#[tokio::test]
async fn an_edit_of_an_erased_payload_says_that_it_does_not_know() {
    let mut told = Story::new();
    let mut candidate = told.propose(1, "generators/crm-rules", task(), r#"{"due":"2026-12-01"}"#);
    let patch = r#"[{"op":"replace","path":"/due","value":"2026-12-04"}]"#;
    told.edit(&mut candidate, "humans/anna", r#"{"due":"2026-12-04"}"#, patch);
    let mut log = told.log;
    log.erase(0);
    let (bench, _export) = verified(log).await;
    let file = std::fs::File::open(bench.export_folder().join("part-000000.parquet")).expect("a part");
    let frame = polars_io::SerReader::finish(
        <polars_io::parquet::read::ParquetReader<_> as polars_io::SerReader<_>>::new(file),
    );
    let frame = frame.expect("a frame");
    let from = frame.column("edit_from").expect("it is there").list().expect("a list").get_as_series(1);
    assert_eq!(from.expect("an edit").str().expect("texts").get(0), Some("not known"));
}
