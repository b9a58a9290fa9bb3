//! Spans of drafts by language models, and what writers put in their place (LAMP): edits by people, with the reason for each.

use std::fs::File;

use countersign_api::candidate::v1::{CandidateProposed, ConfidenceLevel, Generator, RiskTier};
use serde::Deserialize;
use serde_json::json;

use super::agreement::{assert_agrees, report};
use super::python::data;
use super::steps::{Step, Taken, id_of, tell};
use crate::log::START_US;
use crate::story::proposal;

/// The writers: each has a file.
const WRITERS: [&str; 2] = ["W12", "W3"];

/// How long a writer takes for a span; the log does not say.
const SPAN_MS: i64 = 60_000;

#[derive(Deserialize)]
struct Draft {
    source: String,
    fine_grained_edits: Vec<Edit>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Edit {
    categorization: String,
    original_text: String,
    edited_text: String,
}

/// A span is a candidate of the kind that its category is; two spellings of a category are one kind. What stands in its place comes beside it, so
/// that the same replacement is the same change whatever it replaces.
fn steps() -> Vec<Taken> {
    let mut steps = Vec::new();
    for writer in WRITERS {
        let file = File::open(data("human_edits").join(format!("{writer}_edits.json"))).expect("the log");
        let drafts: Vec<Draft> = serde_json::from_reader(file).expect("drafts");
        for (draft, Draft { source, fine_grained_edits }) in drafts.into_iter().enumerate() {
            for (span, edit) in fine_grained_edits.into_iter().enumerate() {
                let at_ms = START_US / 1_000 + i64::try_from(steps.len()).expect("few steps") * SPAN_MS;
                let generator = Generator { name: "drafts".to_owned(), model: source.clone(), ..Generator::default() };
                let kind = proposal(&id_of(&edit.categorization), RiskTier::Low, ConfidenceLevel::Unspecified);
                let proposed = CandidateProposed { generator: Some(generator), ..kind };
                let mut add = |after_ms, actor: String, step| {
                    steps.push(Taken {
                        at_ms: at_ms + after_ms,
                        case: format!("{writer}/{draft}/{span}"),
                        actor,
                        step,
                    });
                };
                let before = json!({ "span": edit.original_text });
                let after = json!({ "span": edit.original_text, "instead": edit.edited_text });
                add(0, "generators/drafts".to_owned(), Step::Propose(Box::new(proposed), before.to_string()));
                add(SPAN_MS / 2, format!("humans/{}", id_of(writer)), Step::Edit(after.to_string()));
            }
        }
    }
    steps
}

#[tokio::test]
async fn the_report_of_what_writers_changed_is_what_python_says() {
    let reported = report(tell(steps())).await;
    assert_agrees(&reported.report, "human_edits", &data("human_edits"));
    assert_eq!(reported.report["totals"]["candidates"], 789);
}
