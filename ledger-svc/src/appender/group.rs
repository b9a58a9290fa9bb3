use std::collections::BTreeSet;

use countersign_api::name::Workspace;
use service_kit::{
    group_commit::{Pending, Reply},
    telemetry::trace_context,
};

use super::{
    Answer, Appended, Job, Refusal,
    job::{Append, Custody},
};
use crate::store::{CheckpointRow, HeadMove};

/// Jobs that share a commit. Each keeps its room in the queue until its answer is sent, which must not be before the commit.
#[derive(Default)]
pub(super) struct Group {
    pub(super) appends: Vec<(Append, Reply<Answer>)>,
    pub(super) checkpoints: Vec<CheckpointRow>,
    /// Who waits for the checkpoints.
    pub(super) storing: Vec<Reply<Answer>>,
}

/// What a commit came to, to be told once it stands.
pub(super) struct Outcome {
    /// What each append gets, in their order.
    pub(super) answers: Vec<Result<Vec<Appended>, Refusal>>,
    pub(super) entries: usize,
    pub(super) moves: Vec<HeadMove>,
    /// Whether an approval is among the entries.
    pub(super) holds_approval: bool,
    /// Logs whose checkpoint was not stored: somebody else's was.
    pub(super) superseded: Vec<Workspace>,
}

impl Group {
    /// Sorts what waits: what shares a commit, and what is about contents, each in a commit of its own after it.
    pub(super) fn of(batch: Vec<Pending<Job, Answer>>) -> (Self, Vec<(Custody, Reply<Answer>)>) {
        let mut group = Self::default();
        let mut custody = Vec::new();
        for Pending { job, reply } in batch {
            match job {
                Job::Custody(job) => custody.push((job, reply)),
                Job::Append(append) => group.appends.push((append, reply)),
                Job::StoreCheckpoints(rows) => {
                    group.checkpoints.extend(rows);
                    group.storing.push(reply);
                }
            }
        }
        (group, custody)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.appends.is_empty() && self.storing.is_empty()
    }

    /// Returns the logs that are written to.
    pub(super) fn workspaces(&self) -> Vec<Workspace> {
        let of_appends = self.appends.iter().map(|(append, _)| &append.log.workspace);
        let all: BTreeSet<&Workspace> = of_appends.chain(self.checkpoints.iter().map(|row| &row.workspace)).collect();
        all.into_iter().cloned().collect()
    }

    /// Counts the subjects that entries are about: each may need a key.
    pub(super) fn subjects(&self) -> usize {
        let entries = self.appends.iter().flat_map(|(append, _)| &append.entries);
        entries.map(|entry| entry.subject.as_str()).collect::<BTreeSet<_>>().len()
    }

    /// Tells everybody what the commit came to.
    pub(super) fn tell(self, outcome: Outcome) {
        for reply in self.storing {
            reply.send(Answer::CheckpointsStored { superseded: outcome.superseded.clone() });
        }
        for ((append, reply), answer) in self.appends.into_iter().zip(outcome.answers) {
            if let Ok([appended]) = answer.as_deref() {
                let index = i64::try_from(appended.receipt.index).unwrap_or(i64::MAX);
                trace_context::note(&append.span, "entry_index", index);
            }
            reply.send(Answer::Appended(answer));
        }
    }
}
