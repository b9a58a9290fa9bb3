//! What changed against the period before is told where it is more than chance, and nowhere else.

use analytics::report::{Period, Terms};
use countersign_api::candidate::v1::RejectionReason;
use serde_json::Value;

use super::bench::verified_whole;
use super::figures::{table, written_under};
use super::log::START_US;
use super::story::{Story, proposal, task};

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// Tells sixty tasks and ten notes in the week before last, and as many in the last: rejected are `before` and `now` of the tasks.
fn told(before: u128, now: u128) -> Story {
    let mut story = Story::new();
    // The last entry stands at the moment at which the log begins: the story is told up to it.
    story.wait_ms(-10 * DAY_MS);
    for (period, rejected) in [(0, before), (1, now)] {
        for number in 0..70_u128 {
            let proposed = if number < 60 {
                task()
            } else {
                proposal("add_note", 1.try_into().expect("a tier"), 1.try_into().expect("a level"))
            };
            let mut candidate = story.propose(period * 1_000 + number, "generators/crm-rules", proposed, "{}");
            if number < rejected || number >= 65 {
                story.reject(&mut candidate, "humans/anna", RejectionReason::WrongRecord);
            } else {
                story.approve(&mut candidate, "humans/anna");
            }
        }
        story.wait_ms(8 * DAY_MS);
    }
    story
}

async fn changes(before: u128, now: u128) -> (Value, Vec<Value>) {
    let (_bench, export) = verified_whole(told(before, now).log).await;
    let last_us = export.last_appended_at_us().expect("entries");
    assert!((last_us - START_US) / 1_000 < DAY_MS, "the log was written at once");
    let terms = Terms { period: Period::Week, ..Terms::default() };
    let (_folder, written) = written_under(&export, terms).await;
    let report: Value = serde_json::from_str(&written.json).expect("JSON");
    let rows = table(&report, "changes")["rows"].as_array().expect("rows").clone();
    (report, rows)
}

fn row<'r>(rows: &'r [Value], figure: &str, grouping: &str, group: &str) -> &'r Value {
    let is = |row: &&Value| row["figure"] == figure && row["grouping"] == grouping && row["group"] == group;
    rows.iter().find(is).unwrap_or_else(|| panic!("no row {figure} by {grouping} of {group}"))
}

#[tokio::test]
async fn a_rate_that_doubles_and_more_is_told_with_both_periods() {
    let (report, rows) = changes(6, 24).await;
    let tasks = row(&rows, "rejections", "action-type", "create_task");
    let counts =
        ["before_numerator", "before_denominator", "numerator", "denominator"].map(|name| tasks[name].as_u64());
    assert_eq!(counts, [Some(6), Some(60), Some(24), Some(60)]);
    assert_eq!(tasks["changed"], true);
    assert!(tasks["p"].as_f64() <= tasks["q"].as_f64() && tasks["q"].as_f64() <= Some(0.05));
    let notes = row(&rows, "rejections", "action-type", "add_note");
    assert_eq!(
        (&notes["small"], &notes["p"], &notes["changed"]),
        (&Value::from(true), &Value::Null, &Value::from(false))
    );
    let findings = report["findings"].as_array().expect("findings");
    assert!(findings.iter().any(|finding| {
        finding.as_str().is_some_and(|text| text.starts_with("Against the week before, changed: rejections for "))
    }));
}

#[tokio::test]
async fn a_rate_that_stays_is_not_told_as_a_change() {
    let (report, rows) = changes(6, 7).await;
    assert!(rows.iter().all(|row| row["changed"] == false));
    let question =
        report["questions"].as_array().expect("questions").iter().find(|question| question["id"] == "changes");
    let answer = question.expect("the question")["answer"].as_str().expect("a sentence");
    assert_eq!(answer, "Nothing changed by more than chance against the week before.");
}
