//! A decision is bound to the bytes that were read: what it lacks, what it changes, and what falls with a change.

use countersign_api::candidate::v1::{
    AddEvidenceRequest, ApproveCandidateRequest, Candidate, CandidateEdited, EditCandidateRequest, State,
    candidate_event::Event, edit_candidate_request::Change,
};
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use super::support::{Bench, approve, edit, evidence, proposal, reason};

const TWO_PEOPLE: &str = "[[rules]]\nreason = \"two people approve\"\nquorum = 2";

/// The one field that a refusal names.
fn field(status: &Status) -> String {
    let details = status.get_details_bad_request().expect("a refusal of a field names it");
    details.field_violations.into_iter().map(|violation| violation.field).collect::<Vec<_>>().join(" ")
}

async fn edited(bench: &Bench, change: Change) -> Result<Candidate, Status> {
    let candidate = bench.propose("p", proposal("7")).await;
    let request = EditCandidateRequest { change: Some(change), ..edit(&candidate, "e", "") };
    let response = bench.reviewer("humans/anna").edit_candidate(request).await?;
    Ok(response.into_inner().candidate.expect("a candidate"))
}

#[tokio::test]
async fn an_approval_says_which_revision_and_which_bytes_it_is_for() {
    let bench = Bench::open().await;
    let candidate = bench.propose("p", proposal("7")).await;
    let whole = approve(&candidate, "d");
    for (request, expected) in [
        (ApproveCandidateRequest { etag: String::new(), ..whole.clone() }, "etag"),
        (ApproveCandidateRequest { digest: Vec::new(), ..whole.clone() }, "digest"),
        (ApproveCandidateRequest { digest: vec![7; 31], ..whole.clone() }, "digest"),
    ] {
        let refused = bench.reviewer("humans/anna").approve_candidate(request).await.expect_err(expected);
        assert_eq!((refused.code(), reason(&refused).as_str()), (Code::InvalidArgument, "REQUEST_MALFORMED"));
        assert_eq!(field(&refused), expected);
    }
    assert_eq!(bench.candidate(&candidate.name).await, candidate);
    bench.reviewer("humans/anna").approve_candidate(whole).await.expect("with both it is approved");
}

#[tokio::test]
async fn a_whole_payload_is_recorded_as_the_patch_that_leads_to_it() {
    let bench = Bench::open().await;
    let whole = r#"{"subject":"Ask for the account","due":"2026-12-02","owner":"humans/anna"}"#;
    let after = edited(&bench, Change::PayloadJson(whole.into())).await.expect("an edit");
    let history = bench.get(&after.name).await.history;
    let last = history.last().and_then(|recorded| recorded.event.clone()?.event);
    let Some(Event::CandidateEdited(CandidateEdited { patch_json, digest_before, .. })) = last else {
        panic!("the last event is the edit: {last:?}");
    };
    assert_eq!(patch_json, r#"[{"op":"replace","path":"/due","value":"2026-12-02"}]"#);
    let digest = after.payload.expect("a payload").digest;
    assert!(digest != digest_before && digest_before.len() == 32);
}

#[tokio::test]
async fn a_patch_that_does_not_apply_names_the_operation_and_its_place() {
    let bench = Bench::open().await;
    let patch = r#"[{"op":"replace","path":"/due","value":"2026-12-02"},{"op":"remove","path":"/no/such"}]"#;
    let refused = edited(&bench, Change::PatchJson(patch.into())).await.expect_err("it does not apply");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::InvalidArgument, "PATCH_INVALID"));
    let metadata = refused.get_details_error_info().expect("an ErrorInfo").metadata;
    assert_eq!(metadata.get("operation").map(String::as_str), Some("1"));
    assert!(refused.message().contains("`/no/such`"), "{}", refused.message());
}

#[tokio::test]
async fn an_edit_and_new_evidence_drop_the_approval_that_was_there() {
    for adds_evidence in [true, false] {
        let bench = Bench::with_rules(TWO_PEOPLE).await;
        let candidate = bench.propose("p", proposal("7")).await;
        let response = bench.reviewer("humans/anna").approve_candidate(approve(&candidate, "a")).await.expect("one");
        let once = response.into_inner().candidate.expect("a candidate");
        assert_eq!((once.state(), once.approvals.len()), (State::Proposed, 1));
        let mut ben = bench.reviewer("humans/ben");
        if adds_evidence {
            let request = AddEvidenceRequest {
                name: once.name.clone(),
                request_id: "e".into(),
                etag: once.etag.clone(),
                evidence: vec![evidence("note")],
            };
            ben.add_evidence(request).await.expect("evidence");
        } else {
            ben.edit_candidate(edit(&once, "e", "2026-12-02")).await.expect("an edit");
        }
        let after = bench.candidate(&once.name).await;
        assert_eq!(after.approvals, [], "C-7");
        let refused = bench.reviewer("humans/cara").approve_candidate(approve(&once, "b")).await.expect_err("stale");
        assert_eq!(reason(&refused), "ETAG_STALE");
        bench.reviewer("humans/cara").approve_candidate(approve(&after, "c")).await.expect("a first approval again");
        assert_ne!(bench.candidate(&once.name).await.state(), State::Approved);
    }
}

crate::tests::support::on_postgres!(
    an_approval_says_which_revision_and_which_bytes_it_is_for,
    a_whole_payload_is_recorded_as_the_patch_that_leads_to_it,
    a_patch_that_does_not_apply_names_the_operation_and_its_place,
    an_edit_and_new_evidence_drop_the_approval_that_was_there,
);
