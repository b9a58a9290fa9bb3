use countersign_api::candidate::v1::{
    Candidate, CandidateEvent, GrantStandingApprovalRequest, Proposal, State, WithdrawCandidateRequest,
    candidate_event::Event,
};

use super::{ask, get, granted, open, sure};
use crate::domain::limits::AUDITS_WAITING_MAX;
use crate::tests::support::{Bench, approve, edit, propose, reject};

fn half(bench: &Bench) -> GrantStandingApprovalRequest {
    GrantStandingApprovalRequest { audit_per_mille: 500, ..ask(bench, "g") }
}

/// Proposes about new records until one is drawn; the record and the candidate.
async fn drawn(bench: &Bench, dedup_key: &str) -> (String, Candidate) {
    for n in 0..64 {
        let deal = format!("{dedup_key}-{n}");
        let proposal = Proposal { dedup_key: String::new(), ..sure(&deal) };
        let candidate = bench.propose(&format!("first-{deal}"), proposal).await;
        if candidate.state() == State::Proposed {
            assert!(!candidate.standing_approval.is_empty(), "it was covered and drawn");
            return (deal, candidate);
        }
    }
    panic!("of sixty-four at one in two none is drawn once in 10^19 times");
}

async fn take_back(bench: &Bench, candidate: &Candidate) {
    let request = WithdrawCandidateRequest {
        name: candidate.name.clone(),
        request_id: format!("back-{}", candidate.name),
        etag: candidate.etag.clone(),
        reason: String::new(),
        superseded_by: String::new(),
    };
    bench.proposer().withdraw_candidate(request).await.expect("withdrawn");
}

/// Proposes, and has a person look at what is drawn, until something is approved ahead.
async fn is_free_again(bench: &Bench) {
    for n in 0..20 {
        let next = bench.propose(&format!("free-{n}"), sure(&format!("free-{n}"))).await;
        if next.state() == State::Approved {
            return;
        }
        let request = approve(&next, &format!("look-free-{n}"));
        bench.reviewer("humans/anna").approve_candidate(request).await.expect("a person looks");
    }
    panic!("once a person has looked the draw is open again");
}

/// Another payload about the same record.
fn varied(deal: &str, n: u32) -> Proposal {
    let payload_json = format!(r#"{{"subject":"Ask once more, {n}","owner":"humans/anna","due":"2026-11-30"}}"#);
    Proposal { payload_json, ..sure(deal) }
}

/// A note on the record, whose payload names it.
fn note(deal: &str) -> Proposal {
    let payload_json = format!(r#"{{"object_type":"deal","record_id":"{deal}","text":"It has no account."}}"#);
    Proposal { action_type: "add_note".into(), payload_json, ..sure(deal) }
}

#[tokio::test]
async fn whoever_is_drawn_waits_for_a_person_and_says_so() {
    let bench = open().await;
    let request = GrantStandingApprovalRequest { audit_per_mille: 1_000, ..ask(&bench, "g") };
    let standing = granted(&bench, request).await;
    let candidate = bench.propose("p", sure("7")).await;
    assert_eq!((candidate.state(), &candidate.standing_approval), (State::Proposed, &standing.name));
    let history = bench.get(&candidate.name).await.history;
    let event: CandidateEvent = history[0].event.clone().expect("an event");
    let Some(Event::CandidateProposed(facts)) = event.event else { panic!("a proposal") };
    assert!(facts.standing_approval_use.expect("a use").drawn_for_audit);
    let after = get(&bench, &standing.name).await;
    assert_eq!((after.uses, after.audits, after.active), (0, 1, true), "it does not use up what may be approved");
    bench.reviewer("humans/anna").approve_candidate(approve(&candidate, "a")).await.expect("a person approves it");
}

#[tokio::test]
async fn a_request_that_is_sent_again_gets_no_second_draw() {
    let bench = open().await;
    let standing = granted(&bench, half(&bench)).await;
    let (deal, candidate) = drawn(&bench, "deal").await;
    let before = get(&bench, &standing.name).await;
    for _ in 0..10 {
        let request = propose(&format!("first-{deal}"), sure(&deal));
        let again = bench.proposer().propose_candidate(request).await.expect("the same").into_inner();
        assert_eq!(again.candidate.expect("a candidate"), candidate);
    }
    assert_eq!(get(&bench, &standing.name).await, before);
}

/// Twenty more tries at one in two: by luck alone none comes through once in a million times, and the seed is fixed.
#[tokio::test]
async fn whoever_takes_a_drawn_proposal_back_gets_no_better_draw() {
    let bench = open().await;
    granted(&bench, half(&bench)).await;
    let (deal, mut candidate) = drawn(&bench, "deal").await;
    for n in 0..20 {
        take_back(&bench, &candidate).await;
        candidate = bench.propose(&format!("again-{n}"), varied(&deal, n)).await;
        assert_eq!(candidate.state(), State::Proposed, "try {n}");
    }
    let bench = bench.restart().await;
    take_back(&bench, &candidate).await;
    for n in 20..40 {
        candidate = bench.propose(&format!("again-{n}"), varied(&deal, n)).await;
        assert_eq!(candidate.state(), State::Proposed, "also while the one before is open: try {n}");
    }
}

#[tokio::test]
async fn superseding_a_drawn_proposal_gets_no_better_draw() {
    let bench = open().await;
    granted(&bench, half(&bench)).await;
    let keyed = |deal: &str| Proposal { dedup_key: "deal-7".into(), ..sure(deal) };
    let mut last = None;
    for n in 0..64 {
        let candidate = bench.propose(&format!("p{n}"), keyed(&n.to_string())).await;
        if candidate.state() == State::Proposed {
            last = Some(candidate);
            break;
        }
    }
    let first = last.expect("one of sixty-four is drawn");
    for n in 0..20 {
        // Another record each time, and the same thing all the same: that is what the key says.
        let candidate = bench.propose(&format!("s{n}"), keyed(&format!("other-{n}"))).await;
        assert_eq!(candidate.state(), State::Proposed, "try {n}");
    }
    assert_eq!(bench.candidate(&first.name).await.state(), State::Withdrawn);
}

/// Whatever is varied: the record, the wording, blanks, no record at all. At nine in ten drawn, luck alone lets one of forty through
/// nearly always.
#[tokio::test]
async fn whatever_a_proposer_varies_a_look_that_was_drawn_is_taken() {
    let bench = open().await;
    let standing = granted(&bench, GrantStandingApprovalRequest { audit_per_mille: 900, ..ask(&bench, "g") }).await;
    let (_, mut candidate) = drawn(&bench, "deal").await;
    for n in 0..40 {
        take_back(&bench, &candidate).await;
        let other = match n % 4 {
            0 => sure(&format!("elsewhere-{n}")),
            1 => varied("elsewhere", n),
            2 => Proposal { payload_json: blanks(n), ..sure(&format!("blank-{n}")) },
            _ => Proposal { dedup_key: format!("key-{n}"), ..sure("deal") },
        };
        candidate = bench.propose(&format!("again-{n}"), other).await;
        assert_eq!(candidate.state(), State::Proposed, "try {n}");
        assert_eq!(candidate.standing_approval, standing.name, "try {n}: it is covered, and goes to a person");
    }
    let owing = get(&bench, &standing.name).await;
    assert!(owing.audits_owed > 20, "most were drawn, and every one of those looks is owed: {}", owing.audits_owed);
    assert_eq!((owing.audits_waiting, owing.audits), (1, 41));
}

fn blanks(n: u32) -> String {
    let blanks = " ".repeat(usize::try_from(n).expect("small"));
    format!(r#"{{"subject":"Ask for the account{blanks}","owner":"humans/anna","due":"2026-11-30"}}"#)
}

/// A look that is owed outlives a restart, is taken by one decision, and then the draw is open again.
#[tokio::test]
async fn a_look_that_is_owed_is_taken_by_one_decision() {
    let bench = open().await;
    let standing = granted(&bench, half(&bench)).await;
    let (_, candidate) = drawn(&bench, "deal").await;
    take_back(&bench, &candidate).await;
    assert_eq!(get(&bench, &standing.name).await.audits_owed, 1);
    let bench = bench.restart().await;
    let mut in_its_place = None;
    for n in 0..64 {
        let candidate = bench.propose(&format!("next-{n}"), sure(&format!("next-{n}"))).await;
        assert_eq!(candidate.state(), State::Proposed, "try {n}");
        let request = approve(&candidate, &format!("look-{n}"));
        let owed = get(&bench, &standing.name).await.audits_owed;
        bench.reviewer("humans/anna").approve_candidate(request).await.expect("a person decides");
        let left = get(&bench, &standing.name).await.audits_owed;
        assert_eq!(owed, 1);
        if left == 0 {
            in_its_place = Some(candidate);
            break;
        }
    }
    let in_its_place = in_its_place.expect("one of sixty-four was not drawn itself");
    let reasons = in_its_place.policy.expect("a verdict").reasons;
    assert!(reasons.last().expect("a reason").contains("a look is owed"), "{reasons:?}");
    is_free_again(&bench).await;
}

#[tokio::test]
async fn time_does_not_take_the_look() {
    let bench = open().await;
    let standing = granted(&bench, half(&bench)).await;
    let (_, candidate) = drawn(&bench, "deal").await;
    bench.advance_secs(14 * 24 * 60 * 60);
    bench.until(&candidate.name, |candidate| candidate.state() == State::Expired).await;
    assert_eq!(get(&bench, &standing.name).await.audits_owed, 1);
    let later = bench.propose("later", sure("later")).await;
    assert_eq!((later.state(), later.standing_approval), (State::Proposed, standing.name));
}

/// The type's payload names no record: what is said in other words about another one may be the same again. At one in two, luck alone
/// lets none of twenty through once in a million times.
#[tokio::test]
async fn nothing_worded_anew_is_approved_ahead_while_one_that_was_drawn_waits() {
    let bench = open().await;
    let standing = granted(&bench, half(&bench)).await;
    let (_, candidate) = drawn(&bench, "deal").await;
    let bench = bench.restart().await;
    for n in 0..20 {
        let other = bench.propose(&format!("other-{n}"), varied(&format!("elsewhere-{n}"), n)).await;
        assert_eq!((other.state(), other.standing_approval.as_str()), (State::Proposed, ""), "try {n}");
        let reasons = other.policy.expect("a verdict").reasons;
        let said = format!("`{}` waits for a person", candidate.name);
        assert!(reasons.last().is_some_and(|reason| reason.contains(&said)), "{reasons:?}");
    }
    assert_eq!(get(&bench, &standing.name).await.audits_waiting, 1, "the others use nothing of it");
    let request = approve(&candidate, "look");
    bench.reviewer("humans/anna").approve_candidate(request).await.expect("a person looks");
    is_free_again(&bench).await;
}

/// The payload says what is changed: another system, or another spelling of the record, makes no other thing of it. At one in two, luck alone
/// lets none of twenty through once in a million times.
#[tokio::test]
async fn no_other_name_of_the_same_record_gets_a_better_draw() {
    let bench = open().await;
    let any =
        GrantStandingApprovalRequest { action_type: "add_note".into(), record_prefix: String::new(), ..half(&bench) };
    granted(&bench, any).await;
    let mut first = None;
    for n in 0..64 {
        let deal = format!("N{n}");
        let candidate = bench.propose(&format!("first-{n}"), note(&deal)).await;
        if candidate.state() == State::Proposed {
            first = Some((deal, candidate));
            break;
        }
    }
    let (deal, first) = first.expect("one of sixty-four is drawn");
    let spellings =
        [deal.clone(), format!("{deal} "), deal.to_lowercase(), format!("{deal}\u{200b}"), format!("-{deal}-")];
    for (n, spelled) in spellings.iter().cycle().take(20).enumerate() {
        let mut other = note(spelled);
        other.payload_json = other.payload_json.replace("It has no account.", &format!("Other words: {n}."));
        let record = other.trigger.as_mut().and_then(|trigger| trigger.record.as_mut()).expect("a record");
        record.system = format!("crm{n}");
        let candidate = bench.propose(&format!("other-{n}"), other).await;
        assert_eq!(candidate.state(), State::Proposed, "try {n}: `{spelled}` of `crm{n}`");
        let reasons = candidate.policy.expect("a verdict").reasons;
        assert!(reasons.last().is_some_and(|reason| reason.contains(&first.name)), "{reasons:?}");
    }
}

/// Whoever proposes and reviews, under one name.
#[tokio::test]
async fn whoever_decides_on_their_own_proposal_takes_no_look() {
    let bench = open().await;
    let request = GrantStandingApprovalRequest { proposer: "humans/both".into(), ..half(&bench) };
    let standing = granted(&bench, request).await;
    let propose_as_both = async |id: String| {
        let request = propose(&id, sure(&id));
        let answer = bench.proposer_named("humans/both").propose_candidate(request).await.expect("proposed");
        answer.into_inner().candidate.expect("a candidate")
    };
    let mut candidate = propose_as_both("both-0".to_owned()).await;
    for n in 1..64 {
        if candidate.state() == State::Proposed {
            break;
        }
        candidate = propose_as_both(format!("both-{n}")).await;
    }
    assert_eq!(candidate.state(), State::Proposed, "one of sixty-four is drawn");
    for n in 0..20 {
        let mut both = bench.reviewer("humans/both");
        if n % 2 == 0 {
            both.reject_candidate(reject(&candidate, &format!("own-{n}"))).await.expect("rejected");
        } else {
            both.edit_candidate(edit(&candidate, &format!("own-{n}"), "2026-12-01")).await.expect("edited");
        }
        let owing = get(&bench, &standing.name).await;
        assert!(owing.audits_owed >= 1, "the look is owed: {owing:?}");
        assert_eq!((owing.audits_waiting, owing.looks), (0, 0));
        candidate = propose_as_both(format!("again-{n}")).await;
        assert_eq!(candidate.state(), State::Proposed, "try {n}");
    }
}

/// Sixteen wait: whatever comes then waits for a person, until they have looked at one.
#[tokio::test]
async fn no_more_than_so_many_wait_unseen() {
    let bench = open().await;
    let standing =
        granted(&bench, GrantStandingApprovalRequest { action_type: "add_note".into(), ..half(&bench) }).await;
    let mut waiting = Vec::new();
    for n in 0..200 {
        let candidate = bench.propose(&format!("many-{n}"), note(&format!("many-{n}"))).await;
        if candidate.state() == State::Proposed {
            waiting.push(candidate);
        }
        if waiting.len() == usize::try_from(AUDITS_WAITING_MAX).expect("small") {
            break;
        }
    }
    for n in 0..20 {
        let candidate = bench.propose(&format!("beyond-{n}"), note(&format!("beyond-{n}"))).await;
        assert_eq!((candidate.state(), &candidate.standing_approval), (State::Proposed, &standing.name), "{n}");
        waiting.push(candidate);
    }
    for (n, candidate) in waiting.iter().enumerate() {
        let request = reject(candidate, &format!("look-{n}"));
        bench.reviewer("humans/anna").reject_candidate(request).await.expect("rejected");
    }
    assert_eq!(get(&bench, &standing.name).await.audits_waiting, 0);
    let mut states = Vec::new();
    for n in 0..20 {
        states.push(bench.propose(&format!("free-{n}"), note(&format!("free-{n}"))).await.state());
    }
    assert!(states.contains(&State::Approved), "{states:?}");
}

/// A person looked: what comes next about the record is drawn like anything else.
#[tokio::test]
async fn once_a_person_decided_the_draw_is_open_again() {
    let bench = open().await;
    granted(&bench, half(&bench)).await;
    let (deal, candidate) = drawn(&bench, "deal").await;
    bench.reviewer("humans/anna").reject_candidate(reject(&candidate, "no")).await.expect("rejected");
    let mut states = Vec::new();
    for n in 0..20 {
        let candidate = bench.propose(&format!("again-{n}"), varied(&deal, n)).await;
        if candidate.state() == State::Proposed {
            let request = reject(&candidate, &format!("no-{n}"));
            bench.reviewer("humans/anna").reject_candidate(request).await.expect("rejected");
        }
        states.push(candidate.state());
    }
    assert!(states.contains(&State::Approved) && states.contains(&State::Proposed), "{states:?}");
}

crate::tests::support::on_postgres!(
    whoever_is_drawn_waits_for_a_person_and_says_so,
    a_request_that_is_sent_again_gets_no_second_draw,
    whoever_takes_a_drawn_proposal_back_gets_no_better_draw,
    superseding_a_drawn_proposal_gets_no_better_draw,
    whatever_a_proposer_varies_a_look_that_was_drawn_is_taken,
    a_look_that_is_owed_is_taken_by_one_decision,
    time_does_not_take_the_look,
    nothing_worded_anew_is_approved_ahead_while_one_that_was_drawn_waits,
    no_other_name_of_the_same_record_gets_a_better_draw,
    whoever_decides_on_their_own_proposal_takes_no_look,
    no_more_than_so_many_wait_unseen,
    once_a_person_decided_the_draw_is_open_again,
);
