//! Several processes over one PostgreSQL database, with one ledger: what two of them do at once is as if one had done it after the other.
// On one database alone: a file has one process.

mod conflicts;
mod executing;
mod late_commits;
mod lost_answers;
mod proposing;
mod recording;

use std::collections::BTreeSet;

use countersign_api::candidate::v1::{Candidate, State};

use super::support::Bench;

/// The states of these candidates, sorted.
async fn states(bench: &Bench, candidates: &[Candidate]) -> Vec<State> {
    let mut states = Vec::with_capacity(candidates.len());
    for candidate in candidates {
        states.push(bench.candidate(&candidate.name).await.state());
    }
    states.sort_unstable();
    states
}

/// The names of these candidates, each once.
fn names(candidates: &[Candidate]) -> BTreeSet<&str> {
    candidates.iter().map(|candidate| candidate.name.as_str()).collect()
}
