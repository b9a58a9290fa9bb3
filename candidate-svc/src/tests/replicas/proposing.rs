//! Proposals through several processes at once.
// On one database alone: a file has one process.

use countersign_api::candidate::v1::{
    Candidate, Confidence, ConfidenceLevel, GrantStandingApprovalRequest, Proposal, State, StreamTriggersRequest,
    standing_approval_service_client::StandingApprovalServiceClient,
};
use futures::future::join_all;
use service_kit::{access::Role, clock::Clock};

use super::{names, states};
use crate::tests::support::{Bench, PARENT, proposal, propose};

#[tokio::test]
async fn one_request_sent_to_all_processes_makes_one_candidate() {
    let benches = Bench::several(3, "").await;
    for round in 0..8 {
        let id = format!("r{round}");
        let sent = benches.iter().map(|bench| async {
            let mut proposer = bench.proposer();
            proposer.propose_candidate(propose(&id, proposal(&id))).await.expect("answered").into_inner()
        });
        let answers = join_all(sent).await;
        let candidates: Vec<Candidate> =
            answers.iter().map(|answer| answer.candidate.clone().expect("a candidate")).collect();
        assert_eq!(names(&candidates).len(), 1, "C-6");
        assert_eq!(answers.iter().filter(|answer| !answer.replayed).count(), 1, "one process made it");
    }
}

#[tokio::test]
async fn of_one_dedup_key_one_candidate_is_open_and_each_other_names_the_one_after_it() {
    let benches = Bench::several(3, "").await;
    let sent = (0..24).map(|n| {
        let bench = &benches[n % benches.len()];
        let keyed = Proposal { dedup_key: "deal-7".into(), ..proposal("7") };
        async move { bench.propose(&format!("p{n}"), keyed).await }
    });
    let candidates = join_all(sent).await;
    let states = states(&benches[0], &candidates).await;
    assert_eq!(states.iter().filter(|state| **state == State::Proposed).count(), 1, "{states:?}");
    assert_eq!(states.iter().filter(|state| **state == State::Withdrawn).count(), 23, "{states:?}");
    let superseded: Vec<&Candidate> = candidates.iter().filter(|candidate| !candidate.supersedes.is_empty()).collect();
    assert_eq!(superseded.len(), 23, "each but the first took the place of one");
    let replaced: std::collections::BTreeSet<&str> = superseded.iter().map(|it| it.supersedes.as_str()).collect();
    assert_eq!(replaced.len(), 23, "no two took the place of the same");
}

#[tokio::test]
async fn triggers_are_numbered_without_gaps_and_every_process_streams_all_of_them() {
    let benches = Bench::several(3, "").await;
    let request = StreamTriggersRequest { parent: PARENT.into(), resume_token: String::new() };
    let mut stream = benches[2].triggers().stream_triggers(request).await.expect("a stream").into_inner();
    let sent = (0..30).map(|n| {
        let bench = &benches[n % 2];
        async move { bench.propose(&format!("p{n}"), proposal(&format!("{}", n / 2))).await }
    });
    join_all(sent).await;
    let mut sources = std::collections::BTreeSet::new();
    while sources.len() < 15 {
        let response = stream.message().await.expect("triggers").expect("more of them");
        let trigger = response.trigger.expect("a trigger");
        assert!(sources.insert(trigger.source_id.clone()), "`{}` came twice", trigger.source_id);
    }
}

const LIGHT: &str = r#"
[[rules]]
reason = "what a rule is sure of and nobody is hurt by gets a short look"
when.risk_tiers = ["LOW"]
when.confidence_levels = ["HIGH"]
path = "LIGHT"
"#;

/// A proposal that the rules are sure of.
fn sure(deal: &str) -> Proposal {
    let confidence = Confidence { level: ConfidenceLevel::High.into(), ..Confidence::default() };
    let payload_json =
        format!(r#"{{"subject":"Ask for the account of {deal}","owner":"humans/anna","due":"2026-11-30"}}"#);
    Proposal { confidence: Some(confidence), payload_json, ..proposal(deal) }
}

#[tokio::test]
async fn a_standing_approval_covers_no_more_than_its_limit_whichever_process_is_asked() {
    let benches = Bench::several(3, LIGHT).await;
    let until = benches[0].clock.now() + std::time::Duration::from_hours(24);
    let grant = GrantStandingApprovalRequest {
        parent: PARENT.into(),
        request_id: "g".into(),
        action_type: "create_task".into(),
        proposer: "generators/rules".into(),
        record_prefix: "crm/deal".into(),
        use_limit: 7,
        audit_per_mille: 10,
        expire_time: Some(prost_types::Timestamp { seconds: until.as_second(), nanos: 0 }),
        reason: "These were always right.".into(),
    };
    let mut ben = StandingApprovalServiceClient::new(benches[0].channel("humans/ben", Role::Reviewer));
    let name = ben.grant_standing_approval(grant).await.expect("granted").into_inner();
    let name = name.standing_approval.expect("a standing approval").name;
    benches[0].recorded().await;
    let sent = (0..30).map(|n| {
        let bench = &benches[n % benches.len()];
        async move { bench.propose(&format!("p{n}"), sure(&format!("{n}"))).await }
    });
    let candidates = join_all(sent).await;
    let used = candidates.iter().filter(|candidate| candidate.state() == State::Approved).count();
    assert!((1..=7).contains(&used), "{used} were approved ahead");
    let read = countersign_api::candidate::v1::GetStandingApprovalRequest { name };
    let mut anna = StandingApprovalServiceClient::new(benches[1].channel("humans/anna", Role::Reviewer));
    let standing = anna.get_standing_approval(read).await.expect("it is there").into_inner();
    let standing = standing.standing_approval.expect("a standing approval");
    assert_eq!((standing.uses, standing.active), (7, false), "the limit is reached exactly");
}
