//! Each question of the report finds what a told story holds: counts known beforehand.

use analytics::report::Terms;
use countersign_api::candidate::v1::candidate_event::Event;
use countersign_api::candidate::v1::{
    ApprovalCause, ApprovalCollected, CandidateApproved, CandidateEscalated, CandidateExpired, CandidateProposed,
    CandidateWithdrawn, ConfidenceLevel, EscalationStep, Fault, Generator, OwnerAssigned, PolicyVerdict,
    RejectionReason, RiskTier, StandingApprovalUse, State, Trigger,
};
use serde_json::{Value, json};

use super::bench::verified_whole;
use super::figures::{rates, report_of, table, written_under};
use super::story::{Story, Told, proposal, task};

const RULES: &str = "generators/crm-rules";
const PAYLOAD: &str = r#"{"due":"2026-11-30"}"#;

fn rows(report: &Value, id: &str) -> Vec<Value> {
    table(report, id)["rows"].as_array().expect("rows").clone()
}

fn run(story: &mut Story, candidate: &mut Told, person: &str) {
    story.approve(candidate, person);
    story.start(candidate);
    story.execute(candidate);
}

fn collect(story: &mut Story, candidate: &mut Told, person: &str) {
    story.tell(candidate, person, State::Proposed, Event::ApprovalCollected(ApprovalCollected::default()));
}

fn clock(story: &mut Story, candidate: &mut Told, state: State, event: Event) {
    story.tell(candidate, "services/clock", state, event);
}

#[tokio::test]
async fn what_ends_without_a_decision_or_goes_up_or_is_replaced_is_counted() {
    let mut story = Story::new();
    let escalating = || CandidateProposed {
        policy: Some(PolicyVerdict { escalations: vec![EscalationStep::default()], ..PolicyVerdict::default() }),
        ..task()
    };
    let expired = || Event::CandidateExpired(CandidateExpired::default());
    for number in 0..6 {
        let mut candidate = story.propose(number, RULES, if number < 3 { escalating() } else { task() }, PAYLOAD);
        match number {
            0 => {
                clock(
                    &mut story,
                    &mut candidate,
                    State::Proposed,
                    Event::CandidateEscalated(CandidateEscalated::default()),
                );
                clock(&mut story, &mut candidate, State::Expired, expired());
            }
            1 => {
                story.approve(&mut candidate, "humans/anna");
                clock(&mut story, &mut candidate, State::Expired, expired());
            }
            2 => {
                story.hold(&mut candidate, "humans/anna");
                clock(&mut story, &mut candidate, State::Expired, expired());
            }
            3 => {
                let withdrawn =
                    CandidateWithdrawn { superseded_by: super::story::name(4), ..CandidateWithdrawn::default() };
                story.tell(&mut candidate, RULES, State::Withdrawn, Event::CandidateWithdrawn(withdrawn));
            }
            4 => {
                let acknowledged_conflicts = vec![super::story::name(5)];
                let cause = ApprovalCause::Review.into();
                let approved = CandidateApproved { cause, acknowledged_conflicts, ..CandidateApproved::default() };
                story.tell(&mut candidate, "humans/anna", State::Approved, Event::CandidateApproved(approved));
            }
            _ => {}
        }
    }
    let (_bench, export) = verified_whole(story.log).await;
    let report = report_of(&export).await;
    assert_eq!(rates(&report, "expiry-by-all")["all"], (3, 4));
    let reached = rows(&report, "expiry-reached-by-all");
    let reached: Vec<_> =
        reached.iter().map(|row| (row["category"].as_str().expect("a text"), row["numerator"].as_u64())).collect();
    assert_eq!(
        reached,
        [("approved, never executed", Some(1)), ("looked at, never approved", Some(1)), ("nobody decided", Some(1))]
    );
    assert_eq!(rates(&report, "escalations-by-all")["all"], (1, 3));
    assert_eq!(rates(&report, "supersessions-by-all")["all"], (1, 6));
    assert_eq!(rates(&report, "conflicts-by-all")["all"], (1, 2));
}

/// Ten of high confidence, nine right; four of low, one right; two that claim nothing.
#[tokio::test]
async fn stated_confidence_is_held_against_what_people_decided() {
    let mut story = Story::new();
    let plan = [(ConfidenceLevel::High, 10, 9), (ConfidenceLevel::Low, 4, 1), (ConfidenceLevel::NeedsReview, 2, 1)];
    let mut number = 0;
    for (level, count, right) in plan {
        for position in 0..count {
            let proposed = proposal("create_task", RiskTier::Low, level);
            let mut candidate = story.propose(number, RULES, proposed, PAYLOAD);
            number += 1;
            if position < right {
                run(&mut story, &mut candidate, "humans/anna");
            } else {
                story.reject(&mut candidate, "humans/anna", RejectionReason::WrongRecord);
            }
        }
    }
    let (_bench, export) = verified_whole(story.log).await;
    let report = report_of(&export).await;
    let levels = rows(&report, "calibration-by-all");
    let told: Vec<_> = levels
        .iter()
        .map(|row| [&row["level"], &row["claimed"], &row["numerator"], &row["denominator"]].map(Value::clone))
        .collect();
    assert_eq!(told[0], [json!("HIGH"), json!(0.95), json!(9), json!(10)]);
    assert_eq!(told[1], [json!("LOW"), json!(0.5), json!(1), json!(4)]);
    assert_eq!(told[2], [json!("NEEDS_REVIEW"), Value::Null, json!(1), json!(2)]);
    let scores = rows(&report, "calibration-scores-by-all");
    assert_eq!((&scores[0]["claiming"], &scores[0]["calibration_error"]), (&json!(14), &json!(0.107_143)));
    assert_eq!(scores[0]["brier"], json!(0.137_5));
    assert_eq!(rates(&report, "harm-by-confidence")["HIGH"], (1, 10));
}

/// Forty under one prompt, ten of them rejected; forty under the next, none; and ten more under a third, too few to compare.
#[tokio::test]
async fn a_version_is_set_beside_the_one_before_it() {
    let mut story = Story::new();
    for number in 0..90_u128 {
        let prompt_version = format!("v{}", number / 40 + 1);
        let generator = Generator { name: "rules".to_owned(), model: "m-1".to_owned(), prompt_version };
        let proposed = CandidateProposed { generator: Some(generator), ..task() };
        let mut candidate = story.propose(number, RULES, proposed, PAYLOAD);
        if number < 10 {
            story.reject(&mut candidate, "humans/anna", RejectionReason::WrongRecord);
        } else {
            run(&mut story, &mut candidate, "humans/anna");
        }
    }
    let (_bench, export) = verified_whole(story.log).await;
    let report = report_of(&export).await;
    let versions = rows(&report, "versions");
    let told: Vec<_> = versions
        .iter()
        .map(|row| {
            (row["prompt_version"].as_str().expect("a text"), row["numerator"].as_u64(), row["denominator"].as_u64())
        })
        .collect();
    assert_eq!(told, [("v1", Some(10), Some(40)), ("v2", Some(0), Some(40)), ("v3", Some(0), Some(10))]);
    assert_eq!([&versions[0]["p"], &versions[2]["p"]], [&Value::Null, &Value::Null]);
    // Fisher's exact test of 10 of 40 against none of 40: twice C(40, 10) / C(80, 10).
    let p = versions[1]["p"].as_f64().expect("a p-value");
    assert!((p - 0.001_029).abs() < 2e-6, "{p}");
    assert_eq!(versions[1]["q"], versions[1]["p"]);
    assert_eq!(rates(&report, "harm-by-prompt-version")["v1"], (10, 40));
    assert_eq!(rates(&report, "rejections-by-model")["m-1"], (10, 90));
}

#[tokio::test]
async fn people_are_told_by_what_they_decide_how_fast_and_whether_they_agree() {
    let mut story = Story::new();
    let mut candidates: Vec<Told> = (0..6).map(|number| story.propose(number, RULES, task(), PAYLOAD)).collect();
    story.wait_ms(60_000);
    // Anna takes her time for the first, then decides on four within milliseconds; a person's later word on the same counts no more.
    for candidate in &mut candidates[..5] {
        collect(&mut story, candidate, "humans/anna");
    }
    collect(&mut story, &mut candidates[0], "humans/anna");
    story.wait_ms(60_000);
    story.approve(&mut candidates[0], "humans/bob");
    story.wait_ms(60_000);
    story.reject(&mut candidates[1], "humans/bob", RejectionReason::Duplicate);
    let (_bench, export) = verified_whole(story.log).await;
    let report = report_of(&export).await;
    let people = rows(&report, "reviewers");
    let told: Vec<_> = people
        .iter()
        .map(|row| {
            ["candidates", "approved", "rejected", "too_fast", "timed"].map(|name| row[name].as_u64().expect("a count"))
        })
        .collect();
    assert_eq!(told, [[5, 5, 0, 4, 5], [2, 1, 1, 0, 2]]);
    assert_eq!(rates(&report, "agreement-by-all")["all"], (1, 2));
}

#[tokio::test]
async fn approvals_given_ahead_are_watched_by_what_was_looked_at() {
    let mut story = Story::new();
    let standing = "workspaces/demo/standingApprovals/01932c07-29a4-7d6b-8b1f-6d1f6c7a9a55";
    for number in 0..40_u128 {
        let drawn_for_audit = number % 2 == 0;
        let used =
            StandingApprovalUse { standing_approval: standing.to_owned(), drawn_for_audit, ..Default::default() };
        let proposed = CandidateProposed { standing_approval_use: Some(used), ..task() };
        let mut candidate = story.propose(number, RULES, proposed, PAYLOAD);
        if drawn_for_audit {
            story.reject(&mut candidate, "humans/anna", RejectionReason::WrongRecord);
        } else {
            story.approve_standing(&mut candidate, "humans/anna");
            story.start(&mut candidate);
            story.execute(&mut candidate);
            if number == 1 {
                story.send_back(&mut candidate, "humans/anna", Fault::Proposal);
            }
        }
    }
    let (_bench, export) = verified_whole(story.log).await;
    let report = report_of(&export).await;
    let row = rows(&report, "standing-approvals").remove(0);
    let counts = ["used", "drawn", "looked_at", "numerator", "denominator", "went_wrong"]
        .map(|name| row[name].as_u64().expect("a count"));
    assert_eq!(counts, [20, 20, 20, 20, 20, 1]);
    assert_eq!(row["turned_after"], Value::Null, "no policy was named");
    let (_folder, written) =
        written_under(&export, Terms { harm_at_most_per_mille: Some(50), ..Terms::default() }).await;
    let report: Value = serde_json::from_str(&written.json).expect("JSON");
    let turned = rows(&report, "standing-approvals")[0]["turned_after"].as_u64().expect("it turned");
    assert!((3..20).contains(&turned), "{turned}");
}

/// One millisecond passes with each event, and what is waited besides.
#[tokio::test]
async fn time_is_told_by_state_and_by_whose_turn_it_was() {
    let mut story = Story::new();
    let mut candidate = story.propose(1, RULES, task(), PAYLOAD);
    story.wait_ms(999);
    story.hold(&mut candidate, "humans/anna");
    story.wait_ms(4_999);
    story.edit(&mut candidate, "humans/anna", r#"{"due":"2026-12-02"}"#, "[]");
    story.wait_ms(1_999);
    run(&mut story, &mut candidate, "humans/bob");
    let (_bench, export) = verified_whole(story.log).await;
    let report = report_of(&export).await;
    let times = |id: &str| -> Vec<(String, u64)> {
        let rows = rows(&report, id);
        rows.iter()
            .map(|row| (row["group"].as_str().expect("a group").to_owned(), row["p50_ms"].as_u64().expect("a time")))
            .collect()
    };
    let told = |pairs: &[(&str, u64)]| pairs.iter().map(|(name, ms)| ((*name).to_owned(), *ms)).collect::<Vec<_>>();
    assert_eq!(
        times("state-times"),
        told(&[("APPROVED", 1), ("EDITED", 2_000), ("EXECUTING", 1), ("HELD", 5_000), ("PROPOSED", 1_000)])
    );
    assert_eq!(
        times("turn-times"),
        told(&[("executor", 1), ("ledger and executor", 1), ("nobody: held", 5_000), ("reviewers", 3_000)])
    );
}

#[tokio::test]
async fn groups_are_also_told_by_source_and_week() {
    let mut story = Story::new();
    for (number, source) in [(0, "crm"), (1, "crm"), (2, "forms")] {
        let trigger = Trigger { source_system: source.to_owned(), ..Trigger::default() };
        let proposed = CandidateProposed { trigger: Some(trigger), ..task() };
        let mut candidate = story.propose(number, RULES, proposed, PAYLOAD);
        story.reject(&mut candidate, "humans/anna", RejectionReason::WrongRecord);
        // The next ones are of the week after; the smaller week still comes first.
        story.wait_ms(if number == 0 { 7 * 24 * 60 * 60 * 1_000 } else { 0 });
    }
    let (_bench, export) = verified_whole(story.log).await;
    let report = report_of(&export).await;
    assert_eq!(rates(&report, "rejections-by-source")["crm"], (2, 2));
    let weeks: Vec<_> = rows(&report, "rejections-by-week")
        .iter()
        .map(|row| (row["group"].clone(), row["denominator"].clone()))
        .collect();
    assert_eq!(weeks.len(), 2);
    assert_eq!([&weeks[0].1, &weeks[1].1], [&json!(1), &json!(2)]);
    assert!(weeks[0].0.as_str() < weeks[1].0.as_str());
}

#[tokio::test]
async fn groups_are_told_by_the_team_of_the_owner_at_the_proposal() {
    let mut story = Story::new();
    for (number, owner, team) in [
        (0, "humans/anna", "sales"),
        (1, "humans/anna", "sales"),
        (2, "humans/ben", "support"),
        (3, "humans/ben", "support"),
        (4, "humans/ben", "support"),
        (5, "", ""),
    ] {
        let owned = CandidateProposed { owner: owner.to_owned(), owner_team: team.to_owned(), ..task() };
        let mut candidate = story.propose(number, RULES, owned, PAYLOAD);
        story.wait_ms(if team == "sales" { 2_000 } else { 1_000 });
        match number {
            0 => story.reject(&mut candidate, "humans/anna", RejectionReason::WrongRecord),
            1 => {
                // Another owner, of whatever team: the proposal's counts.
                let assigned = OwnerAssigned { owner: "humans/ben".to_owned(), ..OwnerAssigned::default() };
                story.tell(&mut candidate, "humans/cara", State::Proposed, Event::OwnerAssigned(assigned));
                story.approve(&mut candidate, "humans/ben");
            }
            4 => collect(&mut story, &mut candidate, "humans/anna"),
            _ => run(&mut story, &mut candidate, "humans/ben"),
        }
        if number == 4 {
            story.reject(&mut candidate, "humans/ben", RejectionReason::Duplicate);
        }
    }
    let (_bench, export) = verified_whole(story.log).await;
    let report = report_of(&export).await;
    let (sales, support, none) = ("sales", "support", "(not stated)");
    let told = |id: &str| -> Vec<(String, u64, u64)> {
        let rows = rates(&report, id).into_iter();
        rows.map(|(team, (counted, of))| (team, counted, of)).collect()
    };
    let expected =
        |rows: [(&str, u64, u64); 3]| rows.map(|(team, counted, of)| (team.to_owned(), counted, of)).to_vec();
    assert_eq!(told("rejections-by-team"), expected([(none, 0, 1), (sales, 1, 2), (support, 1, 3)]));
    assert_eq!(told("harm-by-team"), expected([(none, 0, 1), (sales, 1, 1), (support, 1, 3)]));
    assert_eq!(told("agreement-by-team"), [(support.to_owned(), 0, 1)]);
    let rejected: Vec<_> = rows(&report, "rejection-reasons-by-team")
        .iter()
        .map(|row| (row["group"].clone(), row["category"].clone(), row["numerator"].clone()))
        .collect();
    assert_eq!(
        rejected,
        [(json!(sales), json!("WRONG_RECORD"), json!(1)), (json!(support), json!("DUPLICATE"), json!(1))]
    );
    let times: Vec<_> = rows(&report, "decision-time-by-team")
        .iter()
        .map(|row| (row["group"].clone(), row["candidates"].clone(), row["p90_ms"].clone()))
        .collect();
    assert_eq!(
        times,
        [
            (json!(support), json!(3), json!(1_001)),
            (json!(sales), json!(2), json!(2_002)),
            (json!(none), json!(1), json!(1_001)),
        ]
    );
}
