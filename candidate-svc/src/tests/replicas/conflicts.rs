//! Decisions through several processes at once.
// On one database alone: a file has one process.

use countersign_api::candidate::v1::{Candidate, Proposal, State};
use futures::future::join_all;
use tonic::{Code, Status};

use super::states;
use crate::tests::support::{Bench, approve, conflict, edit, evidence, hold, proposal, reason, reject, update_field};

const CALLERS: usize = 64;

#[tokio::test]
async fn of_sixty_four_who_decide_on_one_revision_one_wins() {
    let benches = Bench::several(3, "").await;
    let mut candidate = benches[0].propose("p", proposal("7")).await;
    for round in 0..3 {
        let sent = (0..CALLERS).map(|caller| {
            let bench = &benches[caller % benches.len()];
            let request = edit(
                &candidate,
                &format!("e{round}-{caller}"),
                &format!("2027-{:02}-{:02}", 3 * round + caller / 28 + 1, caller % 28 + 1),
            );
            async move { bench.reviewer(&format!("humans/r{caller}")).edit_candidate(request).await }
        });
        let answers = join_all(sent).await;
        let (mut won, mut lost) = (Vec::new(), Vec::new());
        for answer in answers {
            match answer {
                Ok(answer) => won.push(answer.into_inner().candidate.expect("a candidate")),
                Err(refused) => lost.push(refused),
            }
        }
        assert_eq!(won.len(), 1, "C-3: one wins in round {round}");
        for refused in lost {
            assert_eq!((refused.code(), reason(&refused).as_str()), (Code::Aborted, "ETAG_STALE"), "{refused:?}");
            says_what_it_is_now(&refused, &won[0]);
        }
        for bench in &benches {
            assert_eq!(bench.candidate(&candidate.name).await.etag, won[0].etag, "every process sees it");
        }
        candidate = won.remove(0);
    }
    let history = benches[1].get(&candidate.name).await.history;
    assert_eq!(history.len(), 4, "one event for the proposal, and one a round");
}

#[tokio::test]
async fn of_sixty_four_who_decide_differently_one_wins_and_the_others_learn_what_it_is_now() {
    let benches = Bench::several(3, "").await;
    for round in 0..6 {
        let candidate = benches[round % 3].propose(&format!("p{round}"), proposal(&format!("{round}"))).await;
        let sent = (0..CALLERS).map(|caller| {
            let mut reviews = benches[caller % benches.len()].reviewer(&format!("humans/r{caller}"));
            let (candidate, id) = (&candidate, format!("d{round}-{caller}"));
            async move {
                // Who comes first differs from round to round: they are sent in another order each time.
                match (caller + round) % 3 {
                    0 => reviews.approve_candidate(approve(candidate, &id)).await.map(|it| it.into_inner().candidate),
                    1 => reviews.reject_candidate(reject(candidate, &id)).await.map(|it| it.into_inner().candidate),
                    _ => reviews.hold_candidate(hold(candidate, &id)).await.map(|it| it.into_inner().candidate),
                }
            }
        });
        let (won, lost): (Vec<_>, Vec<_>) = join_all(sent).await.into_iter().partition(Result::is_ok);
        let won: Vec<Candidate> = won.into_iter().map(|it| it.expect("won").expect("a candidate")).collect();
        assert_eq!((won.len(), lost.len()), (1, CALLERS - 1), "C-3: one wins in round {round}");
        for refused in lost {
            let refused = refused.expect_err("lost");
            let is_known = matches!(
                (refused.code(), reason(&refused).as_str()),
                (Code::Aborted, "ETAG_STALE") | (Code::FailedPrecondition, "TRANSITION_ILLEGAL")
            );
            assert!(is_known, "{refused:?}");
            says_what_it_is_now(&refused, &won[0]);
        }
    }
}

/// A refusal carries the state that whoever won has left, and its etag: nobody has to read to know what happened.
fn says_what_it_is_now(refused: &Status, won: &Candidate) {
    let conflict = conflict(refused);
    let state = won.state().as_str_name().trim_start_matches("STATE_");
    assert_eq!((conflict.state.as_str(), conflict.etag.as_str()), (state, won.etag.as_str()), "{refused:?}");
    assert!(refused.message().contains(state), "{refused:?}");
}

/// A change of one field, with the evidence that it needs.
fn change(deal: &str, to: &str) -> Proposal {
    let payload =
        format!(r#"{{"object_type":"deal","record_id":"{deal}","field":"product","from":"GTXPro","to":"{to}"}}"#);
    Proposal { payload_json: payload, evidence: vec![evidence("record_field")], ..update_field(deal) }
}

#[tokio::test]
async fn of_two_changes_of_one_field_the_second_approval_sees_the_first() {
    let benches = Bench::several(2, "").await;
    for round in 0..12 {
        let deal = format!("{round}");
        let first = benches[0].propose(&format!("a{round}"), change(&deal, "GTX Pro")).await;
        let second = benches[1].propose(&format!("b{round}"), change(&deal, "GTX Plus")).await;
        let approved = |bench: usize, candidate: &Candidate| {
            let request = approve(candidate, &format!("approve-{}", candidate.name));
            let mut anna = benches[bench].reviewer("humans/anna");
            async move { anna.approve_candidate(request).await }
        };
        let (one, other) = tokio::join!(approved(0, &first), approved(1, &second));
        let refused = match (one, other) {
            (Ok(_), Err(refused)) | (Err(refused), Ok(_)) => refused,
            (one, other) => panic!("one of them sees the other: {one:?} {other:?}"),
        };
        assert_eq!((refused.code(), reason(&refused).as_str()), (Code::FailedPrecondition, "CONFLICT_UNSEEN"));
    }
}

#[tokio::test]
async fn what_is_due_is_done_once() {
    let benches = Bench::several(3, "").await;
    let mut candidates = Vec::new();
    for n in 0..20 {
        candidates.push(benches[n % 3].propose(&format!("p{n}"), proposal(&format!("{n}"))).await);
    }
    benches[0].clock.advance(std::time::Duration::from_hours(24 * 365));
    for candidate in &candidates {
        benches[0].until(&candidate.name, |it| it.state() == State::Expired).await;
    }
    assert!(states(&benches[1], &candidates).await.iter().all(|state| *state == State::Expired));
    for candidate in &candidates {
        let candidate = benches[2].get(&candidate.name).await;
        let expired = candidate.history.iter().filter(|recorded| {
            let event = recorded.event.as_ref().and_then(|event| event.event.as_ref());
            matches!(event, Some(countersign_api::candidate::v1::candidate_event::Event::CandidateExpired(_)))
        });
        assert_eq!(expired.count(), 1, "time brings it about once");
    }
}
