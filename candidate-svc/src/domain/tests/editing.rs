//! How people change what would run.

use super::cast::{ANNA, BEN};
use super::story::{DAY_SECS, PAYLOAD, Story};
use crate::domain::*;

fn edited(story: &Story) -> &CandidateEdited {
    match &story.events.last().expect("an event").body {
        EventBody::CandidateEdited(facts) => facts,
        other => panic!("{}", other.kind()),
    }
}

fn refused_patch(patch: &str) -> (Option<usize>, String) {
    let mut story = Story::proposed();
    let edit = story.edit(Change::Patch(patch.into()));
    match story.refused(ANNA, edit) {
        Refusal::Patch { operation, reason } => (operation, reason),
        other => panic!("{other}"),
    }
}

#[test]
fn a_patch_changes_the_payload_and_its_digest() {
    let mut story = Story::proposed();
    let before = story.it().payload.digest();
    story.pass_days(1);
    let edit = story.edit_due("2026-12-02");
    story.tell(ANNA, edit);
    let it = story.it();
    assert_eq!(it.state, State::Edited);
    assert_eq!(it.payload.canonical_json(), PAYLOAD.replace("2026-11-30", "2026-12-02"));
    assert_eq!(it.edit_note, "Later.");
    assert_eq!(it.expires_at, story.now.plus_secs(14 * DAY_SECS), "policy ran again");
    let facts = edited(&story);
    assert_eq!(facts.patch_json, r#"[{"op":"replace","path":"/due","value":"2026-12-02"}]"#);
    assert_eq!(facts.digest_before, before);
    assert_ne!(facts.payload.digest(), before);
}

#[test]
fn a_whole_payload_is_kept_as_the_patch_that_leads_to_it() {
    let mut story = Story::proposed();
    let whole = PAYLOAD.replace("2026-11-30", "2026-12-02");
    let edit = story.edit(Change::Whole(format!(" {whole} ")));
    story.tell(ANNA, edit);
    assert_eq!(story.it().payload.canonical_json(), whole);
    assert_eq!(edited(&story).patch_json, r#"[{"op":"replace","path":"/due","value":"2026-12-02"}]"#);
}

#[test]
fn a_failing_operation_is_named_by_its_position() {
    let (operation, reason) = refused_patch(
        r#"[{"op":"replace","path":"/due","value":"2026-12-02"},{"op":"test","path":"/owner","value":"humans/ben"}]"#,
    );
    assert_eq!(operation, Some(1));
    assert!(reason.starts_with("`test` does not apply, because `/owner` has another value: "), "{reason}");
    for (patch, why) in [
        (r#"[{"op":"remove","path":""}]"#, "`remove` takes a part of the payload, never all of it"),
        (r#"[{"op":"remove","path":"/notes"}]"#, "`remove` does not apply, because `/notes` is not there"),
        (r#"[{"op":"add","path":"/a/b","value":1}]"#, "`add` does not apply, because `/a/b` is not there"),
        (
            r#"[{"op":"copy","from":"/gone","path":"/notes"}]"#,
            "`copy` does not apply, because `/gone`, which it takes from, is not there",
        ),
        (r#"[{"op":"test","path":"","value":1}]"#, "`test` does not apply, because the payload itself has another"),
    ] {
        let (operation, reason) = refused_patch(patch);
        assert_eq!(operation, Some(0), "{patch}");
        assert!(reason.starts_with(why), "{patch}: {reason}");
    }
}

#[test]
fn a_patch_that_moves_a_place_into_itself_names_both() {
    let add = r#"{"op":"add","path":"/notes","value":{"a":1}}"#;
    let (operation, reason) = refused_patch(&format!(r#"[{add},{{"op":"move","from":"/notes","path":"/notes/a"}}]"#));
    assert_eq!(operation, Some(1));
    assert!(reason.contains("`/notes/a` is inside `/notes`, which it would move"), "{reason}");
}

#[test]
fn what_is_no_patch_is_refused() {
    for (patch, operation, words) in [
        ("[", None, "not JSON"),
        ("[{\"op\"\n", None, "(line `2`, column `0`)"),
        ("{}", None, "not an array"),
        (r#"[{"op":"remove","path":"/notes"},{"op":"rename","path":"/due"}]"#, Some(1), "RFC 6902"),
        (r#"[{"op":"add","path":"/notes"}]"#, Some(0), "RFC 6902"),
        (r#"[{"op":"add","path":"notes","value":""}]"#, Some(0), "RFC 6902"),
    ] {
        let (at, reason) = refused_patch(patch);
        assert_eq!(at, operation, "{patch}");
        assert!(reason.contains(words), "{patch}: {reason}");
    }
}

#[test]
fn copies_cannot_grow_a_payload_beyond_its_limit() {
    let begin = r#"{"op":"add","path":"/notes","value":["0123456789"]}"#;
    let double = r#"{"op":"copy","from":"/notes","path":"/notes/-"}"#;
    let (operation, reason) = refused_patch(&format!("[{begin},{}]", [double; 200].join(",")));
    assert_eq!(operation, Some(13), "10 bytes are doubled 13 times before they pass 64 KiB");
    assert!(reason.contains("bytes in canonical form"), "{reason}");
}

#[test]
fn an_edit_answers_to_the_schema() {
    let mut story = Story::proposed();
    let edit = story.edit(Change::Patch(r#"[{"op":"add","path":"/colour","value":"red"}]"#.into()));
    let refusal = story.refused(ANNA, edit);
    assert!(matches!(refusal, Refusal::Payload { .. }), "{refusal}");
}

#[test]
fn an_edit_that_changes_nothing_is_refused() {
    let mut story = Story::proposed();
    for (change, expected) in [
        (Change::Patch("[]".into()), "patch_json"),
        (Change::Patch(r#"[{"op":"replace","path":"/due","value":"2026-11-30"}]"#.into()), "patch_json"),
        (Change::Whole(format!("  {PAYLOAD}")), "payload_json"),
    ] {
        let edit = story.edit(change);
        match story.refused(ANNA, edit) {
            Refusal::Malformed { field, reason } => {
                assert_eq!(field, expected);
                assert!(reason.contains("leaves the payload as it is"), "{reason}");
            }
            other => panic!("{other}"),
        }
    }
}

#[test]
fn an_edit_judges_the_risk_again_and_never_lowers_it() {
    let mut story = Story::new();
    story.propose(Propose { risk_tier: Some(RiskTier::High), ..story.proposal() }).expect("a proposal");
    let edit = story.edit_due("2026-12-02");
    story.tell(ANNA, edit);
    assert_eq!(story.it().risk.tier, RiskTier::High);

    let mut story = Story::proposed();
    story.action_type.least_risk_tier = RiskTier::ApprovalRequired;
    let edit = story.edit_due("2026-12-02");
    story.tell(ANNA, edit);
    assert_eq!(story.it().risk.tier, RiskTier::ApprovalRequired);
}

#[test]
fn an_edit_takes_the_policy_of_the_day() {
    let mut story = Story::proposed();
    story.verdict.quorum = 2;
    let edit = story.edit_due("2026-12-02");
    story.tell(ANNA, edit);
    assert_eq!(story.it().policy.quorum, 2);
}

#[test]
fn an_edit_answers_no_question_and_finds_no_owner() {
    let mut story = Story::proposed();
    story.tell(BEN, story.request_evidence(&[]));
    let edit = story.edit_due("2026-12-02");
    story.tell(ANNA, edit);
    assert_eq!(story.state(), StateName::NeedsEvidence);
    story.tell(BEN, story.hold(None, false));
    let edit = story.edit_due("2026-12-03");
    story.tell(ANNA, edit);
    assert_eq!(story.state(), StateName::NeedsEvidence, "the hold ends, the question stays");
    story.tell(BEN, story.add_evidence("note"));
    assert_eq!(story.state(), StateName::Edited);

    let mut story = Story::new();
    story.propose(Propose { owner: None, ..story.proposal() }).expect("a proposal");
    story.tell(BEN, story.hold(None, false));
    let edit = story.edit_due("2026-12-02");
    story.tell(ANNA, edit);
    assert_eq!(story.state(), StateName::NeedsOwner);
    story.tell(BEN, story.assign_owner(ANNA));
    assert_eq!(story.state(), StateName::Edited);
}

#[test]
fn what_failed_or_was_sent_back_is_edited_and_decided_anew() {
    for mut story in [Story::failed(), Story::executed()] {
        story.tell(ANNA, story.send_back());
        let edit = story.edit_due("2026-12-02");
        story.tell(ANNA, edit);
        assert_eq!(story.state(), StateName::Edited);
        let refusal = story.refused(ANNA, story.approve());
        assert!(matches!(refusal, Refusal::NotEntitled { reason: NotEntitled::OwnEdit(_), .. }), "{refusal}");
        story.tell(BEN, story.approve());
        let State::Approved(approved) = &story.it().state else { panic!("it is approved") };
        assert_eq!(approved.revision, story.it().revision, "a new approval, and so a new idempotency key");
    }
}

#[test]
fn an_edit_of_a_type_that_the_catalogue_lost_is_refused() {
    let mut story = Story::proposed();
    story.action_type.name = "create_note".parse().expect("a name");
    let edit = story.edit_due("2026-12-02");
    assert_eq!(story.refused(ANNA, edit), Refusal::ActionTypeUnknown { name: "create_task".into() });
}
