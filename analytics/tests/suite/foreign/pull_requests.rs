//! Pull requests that two programs opened, and what people made of them (AIDev): the closest there is to proposals and decisions.

use std::collections::BTreeMap;

use countersign_api::candidate::v1::{ConfidenceLevel, RiskTier};

use super::agreement::{assert_agrees, report};
use super::python::data;
use super::steps::{Step, Taken, id_of, millis, tell};
use crate::story::proposal;

/// Who merged or closed is not in the log.
const MAINTAINER: &str = "humans/maintainer";

/// Merged is approved and executed, closed unmerged rejected; changes that somebody asked for are an edit where it was merged in the end, and a hold
/// where it was not. Comments and dismissals decide nothing, and nor does what is said after the end.
fn steps() -> Vec<Taken> {
    let folder = data("agent_pull_requests");
    let records = |name: &str| csv::Reader::from_path(folder.join(name)).expect("the log").into_records();
    let mut steps = Vec::new();
    let mut ends = BTreeMap::new();
    for line in records("proposals.csv") {
        let line = line.expect("a line");
        let [case, generator, category, _, _, created, closed, merged_at] =
            std::array::from_fn(|field| line[field].to_owned());
        let mut add = |at: &str, actor: &str, step| {
            steps.push(Taken { at_ms: millis(at), case: case.clone(), actor: actor.to_owned(), step });
        };
        let proposed = proposal(&category, RiskTier::ApprovalRequired, ConfidenceLevel::Unspecified);
        let payload = r#"{"round":1}"#.to_owned();
        add(&created, &format!("generators/{}", id_of(&generator)), Step::Propose(Box::new(proposed), payload));
        if !merged_at.is_empty() {
            add(&merged_at, MAINTAINER, Step::Approve);
            add(&merged_at, "services/forge", Step::Start);
            add(&merged_at, "services/forge", Step::Execute);
        } else if !closed.is_empty() {
            add(&closed, MAINTAINER, Step::Reject);
        }
        let end = [&merged_at, &closed].into_iter().find(|at| !at.is_empty()).map(|at| millis(at));
        ends.insert(case, (!merged_at.is_empty(), end));
    }
    let mut rounds = BTreeMap::<String, u32>::new();
    for line in records("reviews.csv") {
        let line = line.expect("a line");
        let (case, reviewer, state, at) = (&line[0], &line[2], &line[3], &line[4]);
        let (is_merged, end) = ends[case];
        if end.is_some_and(|end| millis(at) >= end) {
            continue;
        }
        let step = match state {
            "APPROVED" => Step::Agree,
            "CHANGES_REQUESTED" if is_merged => {
                let round = rounds.entry(case.to_owned()).or_insert(1);
                *round += 1;
                Step::Edit(format!(r#"{{"round":{round}}}"#))
            }
            "CHANGES_REQUESTED" => Step::Hold,
            "COMMENTED" | "DISMISSED" => continue,
            other => panic!("nothing is known of `{other}`"),
        };
        steps.push(Taken { at_ms: millis(at), case: case.to_owned(), actor: format!("humans/{reviewer}"), step });
    }
    steps
}

#[tokio::test]
async fn the_report_of_four_thousand_pull_requests_is_what_duckdb_says() {
    let reported = report(tell(steps())).await;
    assert_agrees(&reported.report, "agent_pull_requests", &data("agent_pull_requests"));
    assert_eq!(reported.report["totals"]["candidates"], 4_148);
}
