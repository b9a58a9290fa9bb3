//! Approvals given ahead: what they cover, and how they are taken back.

use std::sync::Arc;

use service_kit::access::Role;

use super::cast::{ANNA, BEN, EXECUTOR, RULES, actor, actor_as, person, principal};
use super::story::{DAY_SECS, Story};
use crate::catalogue::Catalogue;
use crate::domain::*;

/// A story whose policy allows approvals ahead.
pub fn on_the_light_path() -> Story {
    let mut story = Story::new();
    story.verdict.path = ReviewPath::Light;
    story
}

/// What Anna gave ahead and the ledger has on record: everything of the story's action type by this proposer.
pub fn standing(story: &Story, proposer: &str) -> StandingApproval {
    StandingApproval {
        name: "workspaces/demo/standingApprovals/01932c07-29a4-7d6b-8b1f-6d1f6c7a9a55".parse().expect("a name"),
        revision: 1,
        action_type: story.action_type.name.clone(),
        proposer: principal(proposer),
        records: RecordPrefix::default(),
        use_limit: 10,
        audit_per_mille: 100,
        valid_until: story.now.plus_secs(3 * DAY_SECS),
        granted_by: person(ANNA),
        granted_as: vec![Role::Reviewer],
        granted_at: story.now,
        reason: "These were always right.".into(),
        uses: 0,
        audits: 0,
        audits_waiting: 0,
        audits_owed: 0,
        looks: Looks::default(),
        revocation: None,
        entry_index: Some(7),
    }
}

pub fn offer(standing: StandingApproval) -> Vec<StandingOffer> {
    vec![StandingOffer { standing: Arc::new(standing), drawn: None }]
}

/// A proposal that the standing approval covers.
fn covered(story: &Story) -> Propose {
    let mut proposal = story.proposal();
    proposal.proposal.confidence.level = ConfidenceLevel::High;
    proposal.proposal.record = Some(deal("7"));
    proposal.proposal.target = Some(deal("7"));
    Propose { standing: offer(standing(story, RULES)), ..proposal }
}

fn deal(id: &str) -> RecordReference {
    RecordReference { system: "crm".into(), object_type: "deal".into(), id: id.into(), ..RecordReference::default() }
}

pub fn proposed(change: impl FnOnce(&mut Story, &mut Propose)) -> Story {
    let mut story = on_the_light_path();
    let mut proposal = covered(&story);
    change(&mut story, &mut proposal);
    story.propose(proposal).expect("a proposal");
    story
}

fn offered(proposal: &mut Propose) -> &mut StandingApproval {
    Arc::make_mut(&mut proposal.standing[0].standing)
}

#[test]
fn it_approves_ahead_in_the_same_revision() {
    let story = proposed(|_, proposal| {
        offered(proposal).uses = 3;
        offered(proposal).audits = 2;
    });
    let State::Approved(approved) = &story.it().state else { panic!("it is approved") };
    assert_eq!((approved.revision, approved.ordinal), (1, 1));
    assert_eq!(approved.cause, ApprovalCause::StandingApproval);
    assert_eq!(approved.valid_until, story.now.plus_secs(3 * DAY_SECS), "it lapses with the standing approval");
    let used = story.it().standing_approval.as_ref().expect("a use");
    assert_eq!((used.use_number, used.grant_entry_index, used.drawn_for_audit), (6, 7, false));
    assert_eq!(story.events[1].actor.as_str(), ANNA, "the approval is the act of the person who gave it ahead");
    assert_eq!(story.events[0].state, StateName::Proposed);
    let EventBody::CandidateProposed(facts) = &story.events[0].body else { panic!("a proposal") };
    assert_eq!(facts.standing_approval.as_ref(), Some(used), "the use stands in the event");
}

#[test]
fn what_is_drawn_goes_to_a_person_and_says_so() {
    let mut story = proposed(|_, proposal| proposal.standing[0].drawn = Some(Draw::Sample));
    assert_eq!((story.state(), story.events.len()), (StateName::Proposed, 1));
    assert!(story.it().standing_approval.as_ref().is_some_and(|used| used.drawn_for_audit));
    story.tell(BEN, story.approve());
    let State::Approved(approved) = &story.it().state else { panic!("it is approved") };
    assert_eq!(approved.cause, ApprovalCause::Review);
    assert!(story.it().standing_approval.is_some(), "that it was drawn stays true");
}

/// C-7.
#[test]
fn a_change_ends_the_use() {
    let mut story = proposed(|_, proposal| proposal.standing[0].drawn = Some(Draw::Sample));
    let edit = story.edit_due("2026-12-01");
    story.tell(BEN, edit);
    assert_eq!(story.it().standing_approval, None);

    let mut story = proposed(|_, _| {});
    story.tell(EXECUTOR, story.claim());
    story.tell(EXECUTOR, story.report_failure(false));
    let edit = story.edit_due("2026-12-01");
    story.tell(BEN, edit);
    assert_eq!(story.it().standing_approval, None);
}

#[test]
fn a_retry_is_the_persons_own_approval() {
    let mut story = proposed(|_, _| {});
    story.tell(EXECUTOR, story.claim());
    story.tell(EXECUTOR, story.report_failure(false));
    let retry = Command::Retry(story.approval());
    story.tell(BEN, retry);
    assert_eq!((story.state(), &story.it().standing_approval), (StateName::Approved, &None));
}

/// C-1, C-9: every condition by itself sends the proposal to a person.
#[test]
fn what_it_does_not_cover_goes_to_a_person() {
    type Twist = fn(&mut Story, &mut Propose);
    let twists: [(&str, Twist); 26] = [
        ("not on record", |_, proposal| offered(proposal).entry_index = None),
        ("ended", |story, proposal| offered(proposal).valid_until = story.now),
        ("used up", |_, proposal| offered(proposal).uses = 10),
        ("revoked", |story, proposal| {
            let revoked_by = principal(BEN);
            offered(proposal).revocation =
                Some(Revocation { revoked_at: story.now, revoked_by, reason: "One was wrong.".into() });
        }),
        ("of another action type", |_, proposal| offered(proposal).action_type = "add_note".parse().expect("a name")),
        ("for another proposer", |_, proposal| offered(proposal).proposer = principal("generators/other")),
        ("its giver's own proposal", |_, proposal| offered(proposal).granted_by = person(BEN)),
        ("of raised risk", |_, proposal| proposal.risk_tier = Some(RiskTier::ApprovalRequired)),
        ("of high risk", |_, proposal| proposal.risk_tier = Some(RiskTier::High)),
        ("of medium confidence", |_, proposal| proposal.proposal.confidence.level = ConfidenceLevel::Medium),
        ("of low confidence", |_, proposal| proposal.proposal.confidence.level = ConfidenceLevel::Low),
        ("of no confidence", |_, proposal| proposal.proposal.confidence.level = ConfidenceLevel::NeedsReview),
        ("on the standard path", |story, _| story.verdict.path = ReviewPath::Standard),
        ("on the strict path", |story, _| story.verdict.path = ReviewPath::Strict),
        ("for two people", |story, _| story.verdict.quorum = 2),
        ("for other roles now", |story, _| story.verdict.approver_roles = vec![Role::Manager]),
        ("for no role", |story, _| story.verdict.approver_roles.clear()),
        ("ownerless", |_, proposal| proposal.owner = None),
        ("said to miss something", |_, proposal| proposal.proposal.missing_fields.push("deal amount".into())),
        ("without required evidence", |story, _| {
            story.action_type.required_evidence_kinds = vec!["form_value".parse().expect("a kind")];
        }),
        ("about another record", |_, proposal| offered(proposal).records = "crm/deal/8".parse().expect("a prefix")),
        ("about a longer id", |_, proposal| {
            offered(proposal).records = "crm/deal/7".parse().expect("a prefix");
            proposal.proposal.record = Some(deal("70"));
            proposal.proposal.target = Some(deal("70"));
        }),
        ("to change another record", |_, proposal| {
            offered(proposal).records = "crm/deal/7".parse().expect("a prefix");
            proposal.proposal.target = Some(deal("8"));
        }),
        ("about no record", |_, proposal| {
            offered(proposal).records = "crm".parse().expect("a prefix");
            proposal.proposal.record = None;
            proposal.proposal.target = None;
        }),
        ("with another record in its payload", |story, proposal| note_on(story, proposal, "8")),
        ("with a record in its payload and none beside", |story, proposal| {
            note_on(story, proposal, "7");
            proposal.proposal.target = None;
        }),
    ];
    for (twist, apply) in twists {
        let mut story = on_the_light_path();
        let mut proposal = covered(&story);
        apply(&mut story, &mut proposal);
        let proposer = if twist == "its giver's own proposal" { BEN } else { RULES };
        if proposer == BEN {
            offered(&mut proposal).proposer = principal(BEN);
        }
        story.propose_as(&actor_as(proposer, &[Role::Proposer]), proposal).expect(twist);
        assert!(story.state().is_open(), "{twist}: {}", story.state());
        assert_eq!(story.it().standing_approval, None, "{twist}");
    }
    let story = proposed(|story, proposal| {
        note_on(story, proposal, "7");
        offered(proposal).records = "crm/deal/7".parse().expect("a prefix");
    });
    assert_eq!(story.state(), StateName::Approved, "with everything as it should be");
}

/// Makes it a note, whose payload names its record.
fn note_on(story: &mut Story, proposal: &mut Propose, id: &str) {
    let name: ActionTypeName = "add_note".parse().expect("a name");
    story.action_type = Catalogue::built_in().get(&name).expect("it is built in").clone();
    proposal.proposal.action_type = name.clone();
    offered(proposal).action_type = name;
    let payload = format!(r#"{{"object_type":"deal","record_id":"{id}","text":"Called."}}"#);
    proposal.payload = PayloadDraft::read(&payload);
}

#[test]
fn the_draw_of_the_first_that_covers_counts() {
    let story = proposed(|story, proposal| {
        let foreign = StandingApproval { use_limit: 0, ..standing(story, RULES) };
        proposal.standing[0].drawn = Some(Draw::Sample);
        let drawn = proposal.standing[0].clone();
        let second = offer(standing(story, RULES));
        proposal.standing = offer(foreign).into_iter().chain([drawn]).chain(second).collect();
    });
    assert_eq!(story.state(), StateName::Proposed, "nobody gets a second chance under another one");
}

#[test]
fn a_revocation_takes_back_what_nobody_claimed() {
    let note = "One was wrong.";
    let mut story = proposed(|_, _| {});
    let ben = actor(BEN);
    let events = withdraw_ahead(story.it(), note, &story.context(&ben)).expect("there is an approval to take back");
    assert_eq!(events[0].actor.as_str(), BEN);
    let it = events.iter().fold(story.it().clone(), |it, event| evolve(Some(it), event));
    assert_eq!((it.state.name(), it.revision, it.approved_ahead()), (StateName::Proposed, 2, None));
    assert!(it.awaits_look().is_some(), "a person decides");

    story.tell(EXECUTOR, story.claim());
    assert_eq!(withdraw_ahead(story.it(), note, &story.context(&ben)), None, "it was claimed");
    story.tell(EXECUTOR, story.report_failure(false));
    let retry = Command::Retry(story.approval());
    story.tell(BEN, retry);
    assert_eq!(withdraw_ahead(story.it(), note, &story.context(&ben)), None, "a person approved it");
}

/// Nobody has seen it: it falls back to people, as by a revocation, and time goes on for it as for what they decide.
#[test]
fn what_lapses_before_it_is_executed_falls_back_to_people() {
    let mut story = proposed(|_, _| {});
    assert!(
        matches!(story.refused_by(&Actor::Clock, &Command::Expire), Refusal::IllegalTransition { .. }),
        "too early"
    );
    story.pass_days(3);
    story.tell_clock(Command::Expire);
    assert_eq!((story.state(), story.it().approved_ahead()), (StateName::Proposed, None));
    assert_eq!(story.events.last().expect("an event").actor.as_str(), "services/clock");
    story.tell(BEN, story.approve());
    assert_eq!(story.state(), StateName::Approved);
}

/// C-4: an attempt may have done it.
#[test]
fn what_is_in_doubt_is_not_taken_back() {
    let mut story = proposed(|_, _| {});
    story.tell(EXECUTOR, story.claim());
    story.pass_ms(super::story::LEASE_MS);
    story.tell_clock(Command::LoseTrack(LoseTrack::LeaseLapsed));
    assert_eq!(story.state(), StateName::Approved, "the operation can be repeated safely");
    assert_eq!(withdraw_ahead(story.it(), "", &story.context(&actor(BEN))), None);
}

#[test]
fn a_revocation_stands_once_and_any_decider_makes_it() {
    let story = on_the_light_path();
    let standing = standing(&story, RULES);
    let command = RevokeStandingApproval { reason: "One was wrong.".into() };
    let revoked = revoke(&standing, &command, &story.context(&actor(BEN))).expect("may").expect("revoked");
    assert_eq!(revoked.revision, 2);
    assert_eq!(revoked.revocation.as_ref().map(|it| it.revoked_by.clone()), Some(principal(BEN)));
    assert!(!revoked.is_active(story.now));
    assert_eq!(revoke(&revoked, &command, &story.context(&actor(ANNA))), Ok(None), "it is over already");
    let by_itself =
        revoke(&standing, &command, &story.context(&Actor::candidate_svc())).expect("may").expect("revoked");
    assert_eq!(by_itself.revocation.map(|it| it.revoked_by.to_string()).as_deref(), Some("services/candidates"));
    for who in [actor(RULES), actor_as(ANNA, &[Role::Auditor]), Actor::Clock] {
        assert!(revoke(&standing, &command, &story.context(&who)).is_err(), "{who:?}");
    }
    let wordless = RevokeStandingApproval { reason: String::new() };
    assert!(revoke(&standing, &wordless, &story.context(&actor(BEN))).is_err());
}

#[test]
#[should_panic(expected = "C-1: a standing approval was used beyond its limit")]
fn no_use_beyond_the_limit() {
    let story = on_the_light_path();
    let _ = StandingApproval { uses: 10, ..standing(&story, RULES) }.used(false);
}

/// Whatever is open already comes first, and candidate and event say why.
#[test]
fn what_is_open_already_is_decided_by_a_person_first() {
    let open = || "workspaces/demo/candidates/01932c07-29a4-7d6b-8b1f-6d1f6c7a9a56".parse().expect("a name");
    let before = [
        (Precedence::Supersedes(open()), "supersedes"),
        (Precedence::SameField(open()), "same field"),
        (Precedence::Alike(open()), "alike"),
        (Precedence::Unlooked(open()), "waits for a person"),
    ];
    for (precedence, part) in before {
        let story = proposed(|_, proposal| proposal.precedence = Some(precedence));
        assert_eq!((story.state(), &story.it().standing_approval), (StateName::Proposed, &None), "{part}");
        let reason = story.it().policy.reasons.last().expect("a reason");
        assert!(reason.contains(part) && reason.contains("6d1f6c7a9a56"), "{reason}");
        let EventBody::CandidateProposed(facts) = &story.events[0].body else { panic!("a proposal") };
        assert_eq!(facts.policy.reasons.last(), Some(reason));
    }
    let uncovered = proposed(|_, proposal| {
        proposal.standing.clear();
        proposal.precedence = Some(Precedence::Alike(open()));
    });
    let reasons = &uncovered.it().policy.reasons;
    assert_eq!(reasons.len(), 1, "where nothing was approved ahead there is nothing to say: {reasons:?}");
}

#[test]
fn every_event_names_the_approval_ahead_as_long_as_it_holds() {
    let named = |story: &Story| -> Vec<(&str, bool)> {
        story.events.iter().map(|event| (event.body.kind(), event.standing_approval.is_some())).collect()
    };
    let mut story = proposed(|_, _| {});
    story.tell(EXECUTOR, story.claim());
    story.tell(EXECUTOR, story.report_failure(false));
    let retry = Command::Retry(story.approval());
    story.tell(BEN, retry);
    story.tell(EXECUTOR, story.claim());
    assert_eq!(
        named(&story),
        [
            ("candidate_proposed", false),
            ("candidate_approved", true),
            ("execution_started", true),
            ("execution_failed", true),
            ("candidate_approved", false),
            ("execution_started", false),
        ]
    );
    let drawn = {
        let mut story = proposed(|_, proposal| proposal.standing[0].drawn = Some(Draw::Sample));
        story.tell(BEN, story.approve());
        story.tell(EXECUTOR, story.claim());
        story
    };
    assert!(drawn.events.iter().all(|event| event.standing_approval.is_none()), "a person approved it");
}

#[test]
#[should_panic(expected = "C-8: an event names another standing approval")]
fn no_event_names_another_approval_ahead() {
    let mut story = proposed(|_, _| {});
    let before = story.it().clone();
    story.tell(EXECUTOR, story.claim());
    let mut event = story.events.last().expect("an event").clone();
    event.standing_approval =
        Some("workspaces/demo/standingApprovals/01932c07-29a4-7d6b-8b1f-6d1f6c7a9a57".parse().expect("a name"));
    let _ = evolve(Some(before), &event);
}

/// Stored before events named it.
#[test]
fn an_event_that_names_none_is_read_all_the_same() {
    let mut story = proposed(|_, _| {});
    let before = story.it().clone();
    story.tell(EXECUTOR, story.claim());
    let event = Event { standing_approval: None, ..story.events.last().expect("an event").clone() };
    assert_eq!(evolve(Some(before), &event), *story.it());
}

#[test]
fn whoever_gave_it_ahead_takes_back_one_approval_before_it_is_claimed() {
    let mut story = proposed(|_, _| {});
    let refused = story.refused(BEN, story.withdraw_approval());
    assert!(matches!(refused, Refusal::NotEntitled { reason: NotEntitled::NoApproval(_), .. }), "{refused}");
    story.tell(ANNA, story.withdraw_approval());
    assert_eq!((story.state(), story.it().approved_ahead()), (StateName::Proposed, None));
    let last = story.events.last().expect("an event");
    assert!(last.standing_approval.is_some(), "the event that ends it names it");
    assert!(story.it().awaits_look().is_some_and(|used| !used.in_place_of_another), "a person decides this one");
    let refused = story.refused(ANNA, story.withdraw_approval());
    assert!(matches!(refused, Refusal::NotEntitled { .. }), "nothing is left to take back: {refused}");
    story.tell(BEN, story.approve());
    assert_eq!((story.state(), story.it().approved_ahead()), (StateName::Approved, None));

    let mut claimed = proposed(|_, _| {});
    claimed.tell(EXECUTOR, claimed.claim());
    let refused = claimed.refused(ANNA, claimed.withdraw_approval());
    assert!(matches!(refused, Refusal::IllegalTransition { .. }), "{refused}");
}
