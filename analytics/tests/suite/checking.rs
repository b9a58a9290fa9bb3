//! A report is computed again, and every figure that is not the export's is found.

use analytics::export::VerifiedExport;
use analytics::report::{CheckError, Checked, Period, Terms, check_report};
use countersign_api::candidate::v1::RejectionReason;
use serde_json::{Value, json};

use super::bench::verified_whole;
use super::figures::written_under;
use super::story::{Story, task};

fn told(candidates: u128) -> Story {
    let mut story = Story::new();
    for number in 0..candidates {
        let mut candidate = story.propose(number, "generators/crm-rules", task(), r#"{"due":"2026-11-30"}"#);
        if number % 3 == 0 {
            story.reject(&mut candidate, "humans/anna", RejectionReason::WrongRecord);
        } else {
            story.approve(&mut candidate, "humans/anna");
        }
    }
    story
}

async fn check(export: &VerifiedExport, report: String) -> Result<Checked, CheckError> {
    let export = export.clone();
    tokio::task::spawn_blocking(move || check_report(&export, &report)).await.expect("no panic")
}

/// Returns the places of all numbers.
fn numbers(place: &str, value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| numbers(&format!("{place}/{name}"), value, found));
        }
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(position, value)| numbers(&format!("{place}/{position}"), value, found));
        }
        Value::Number(_) => found.push(place.to_owned()),
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

#[tokio::test]
async fn a_report_is_what_its_export_gives_under_its_own_terms() {
    let (_bench, export) = verified_whole(told(40).log).await;
    for terms in [Terms::default(), Terms { harm_at_most_per_mille: Some(30), period: Period::Week }] {
        let (_folder, written) = written_under(&export, terms).await;
        let checked = check(&export, written.json.clone()).await.expect("a report");
        assert_eq!(checked.differences, []);
        let mut places = Vec::new();
        numbers("", &serde_json::from_str(&written.json).expect("JSON"), &mut places);
        assert_eq!(checked.figures, places.len() as u64);
        assert!(checked.figures > 300, "{}", checked.figures);
    }
}

#[tokio::test]
async fn a_figure_that_was_changed_is_named_wherever_it_stands() {
    let (_bench, export) = verified_whole(told(40).log).await;
    let (_folder, written) = written_under(&export, Terms::default()).await;
    let report: Value = serde_json::from_str(&written.json).expect("JSON");
    let mut places = Vec::new();
    numbers("/questions", &report["questions"], &mut places);
    // A sample, spread over all of them: each takes a whole report.
    for place in places.iter().step_by(places.len() / 12) {
        let mut forged = report.clone();
        let figure = forged.pointer_mut(place).expect("a figure");
        *figure = json!(figure.as_f64().expect("a number") + 1.0);
        let checked = check(&export, forged.to_string()).await.expect("a report");
        let named: Vec<&str> = checked.differences.iter().map(|difference| difference.place.as_str()).collect();
        assert_eq!(named, [place.as_str()]);
    }
    let mut shortened = report.clone();
    shortened["findings"].as_array_mut().expect("findings").pop();
    let checked = check(&export, shortened.to_string()).await.expect("a report");
    assert_eq!((checked.differences.len(), &checked.differences[0].said), (1, &None));
}

#[tokio::test]
async fn a_report_of_something_else_is_refused() {
    let (_bench, export) = verified_whole(told(40).log).await;
    let (_other_bench, other) = verified_whole(told(41).log).await;
    let (_folder, written) = written_under(&export, Terms::default()).await;
    let refused = check(&other, written.json.clone()).await;
    assert!(matches!(refused, Err(CheckError::OtherSource { .. })), "{refused:?}");
    for text in
        ["", "{}", r#"{"schema_version":1}"#, &written.json.replace("\"schema_version\":1,", "\"schema_version\":99,")]
    {
        let refused = check(&export, text.to_owned()).await;
        assert!(matches!(refused, Err(CheckError::NotAReport(_))), "{text:.40}: {refused:?}");
    }
}
