//! Whoever is refused stands in the log: what, why and by which rpc, and nothing of what anybody said.

use std::{
    io,
    sync::{Arc, Mutex},
};

use countersign_api::{
    candidate::v1::{ApproveCandidateRequest, DelegateReviewsRequest, RejectCandidateRequest},
    name::CandidateName,
};
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::fmt::MakeWriter;

use super::support::{Bench, PARENT, approve, edit, proposal, reason, reject};

#[tokio::test]
async fn a_denied_decision_is_a_warning_that_says_what_and_why() {
    let (lines, _guard) = Lines::listen();
    let bench = Bench::open().await;
    let candidate = bench.propose("p", proposal("7")).await;
    let edited = bench.reviewer("humans/anna").edit_candidate(edit(&candidate, "e", "2026-12-09")).await;
    let edited = edited.expect("an edit").into_inner().candidate.expect("a candidate");
    let request = ApproveCandidateRequest { note: "Whisperwords".into(), ..approve(&edited, "a") };
    let denied = bench.reviewer("humans/anna").approve_candidate(request).await.expect_err("her own edit");
    assert_eq!(reason(&denied), "POLICY_DENIED");

    let line = lines.one("decision denied");
    let name: CandidateName = candidate.name.parse().expect("a name");
    let id = format!("candidate={}", name.id);
    for part in ["WARN", "what=\"approve\"", "reason=\"own_edit\"", &id, "workspace=\"demo\"", "pseudonym=\"p_"] {
        assert!(line.contains(part), "no {part} in {line}");
    }
    assert!(line.contains("rpc=\"countersign.candidate.v1.ReviewService/ApproveCandidate\""), "{line}");
    lines.never_say(&["Whisperwords", "Ask for the account", "2026-12-09"]);
}

#[tokio::test]
async fn what_comes_too_late_and_what_is_not_theirs_is_written_down_too() {
    let (lines, _guard) = Lines::listen();
    let bench = Bench::open().await;
    let candidate = bench.propose("p", proposal("7")).await;
    bench.reviewer("humans/anna").edit_candidate(edit(&candidate, "e", "2026-12-09")).await.expect("an edit");
    let request = RejectCandidateRequest { note: "Whisperwords".into(), ..reject(&candidate, "r") };
    assert_eq!(reason(&bench.reviewer("humans/ben").reject_candidate(request).await.expect_err("late")), "ETAG_STALE");
    let line = lines.one("decision refused");
    for part in ["INFO", "what=\"reject\"", "reason=\"etag_stale\"", "workspace=\"demo\"", "pseudonym=\"p_"] {
        assert!(line.contains(part), "no {part} in {line}");
    }

    let request = DelegateReviewsRequest {
        parent: PARENT.into(),
        request_id: "d".into(),
        delegator: "humans/anna".into(),
        delegate: "humans/ben".into(),
        note: "Whisperwords".into(),
        ..DelegateReviewsRequest::default()
    };
    bench.reviewer("humans/ben").delegate_reviews(request).await.expect_err("not his turn, and no end");
    lines.never_say(&["Whisperwords", "Too small"]);
}

/// What is logged on this thread.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    fn listen() -> (Self, DefaultGuard) {
        let lines = Self::default();
        let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(lines.clone()).finish();
        (lines, tracing::subscriber::set_default(subscriber))
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("one writer").clone()).expect("text")
    }

    /// Returns the only line with these words.
    fn one(&self, words: &str) -> String {
        let text = self.text();
        let found: Vec<&str> = text.lines().filter(|line| line.contains(words)).collect();
        assert_eq!(found.len(), 1, "{words}: {text}");
        found[0].to_owned()
    }

    fn never_say(&self, words: &[&str]) {
        let text = self.text();
        for word in words {
            assert!(!text.contains(word), "`{word}` is in the log: {text}");
        }
    }
}

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("one writer").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Lines {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

crate::tests::support::on_postgres!(
    a_denied_decision_is_a_warning_that_says_what_and_why,
    what_comes_too_late_and_what_is_not_theirs_is_written_down_too,
);
