//! Thirty commands that write to both services, and what was told about each; run again, each must be told the same.

use std::collections::BTreeMap;
use std::time::Duration;

use countersign_api::candidate::v1::{
    ApproveCandidateRequest, Candidate, ProposeCandidateRequest, RejectCandidateRequest, RejectionReason,
};
use countersign_api::ledger::v1::{AppendEntriesRequest, NewEntry};
use countersign_api::r#type::v1::PrincipalKind;
use ledger_format::Leaf;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use super::Caller;
use super::proposing::item;

/// The workspace of every command.
pub const PARENT: &str = "workspaces/demo";

/// How long an answer may take.
const ANSWER_MAX: Duration = Duration::from_secs(30);

/// What is said of one that took longer.
const LATE: &str = "no answer in time";

/// Commands of each kind.
const ROUNDS: usize = 10;

/// The number of the first item: all have as many digits, so that no name is the beginning of another.
const FIRST: usize = 1_000;

/// One command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Appends an entry to the ledger.
    Append(usize),
    /// Proposes a candidate.
    Propose(usize),
    /// Approves the candidate, or rejects every other one.
    Decide(usize),
}

/// What was answered: what must be there for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// The entry stands there.
    Receipt {
        /// Its index.
        index: i64,
        /// Its leaf's hash.
        leaf_hash: Vec<u8>,
    },
    /// The candidate is kept.
    Proposed {
        /// Its name.
        name: String,
        /// What a decision must name.
        etag: String,
        /// What an approval must name.
        digest: Vec<u8>,
    },
    /// The decision stands.
    Decided {
        /// The candidate's name.
        name: String,
        /// The kind of the event.
        kind: &'static str,
        /// The candidate's revision after it.
        revision: i64,
    },
}

/// What was told so far.
#[derive(Debug, Clone, Default)]
pub struct Script {
    /// By command.
    pub told: BTreeMap<Step, Told>,
}

/// Returns the commands in their order.
pub fn steps() -> impl Iterator<Item = Step> {
    (FIRST..FIRST + ROUNDS).flat_map(|number| [Step::Append(number), Step::Propose(number), Step::Decide(number)])
}

impl Step {
    /// Returns bytes that stand in the database once the command does: its idempotency key or request id.
    pub fn id(self) -> String {
        match self {
            Self::Append(number) => format!("append-{number}"),
            Self::Propose(number) => format!("item-{number}"),
            Self::Decide(number) => format!("decide-{number}"),
        }
    }

    /// Returns the write-ahead log that keeps it.
    pub const fn log(self) -> &'static str {
        match self {
            Self::Append(_) => "ledger.db-wal",
            Self::Propose(_) | Self::Decide(_) => "candidates.db-wal",
        }
    }
}

impl Script {
    /// Runs every command; returns the refused ones. Who was told something before must be told the same.
    ///
    /// A decision on a candidate that was not proposed is left out.
    ///
    /// # Panics
    ///
    /// When another answer comes than before.
    pub async fn run(&mut self, caller: &Caller) -> BTreeMap<Step, Status> {
        let mut refused = BTreeMap::new();
        for step in steps() {
            match self.ask(caller, step).await {
                None => {}
                Some(Ok(told)) => {
                    let before = self.told.insert(step, told.clone());
                    assert!(
                        before.as_ref().is_none_or(|before| *before == told),
                        "{step:?}: {before:?}, then {told:?}"
                    );
                }
                Some(Err(status)) => drop(refused.insert(step, status)),
            }
        }
        refused
    }

    /// Runs one command, if it can be asked.
    pub async fn ask(&self, caller: &Caller, step: Step) -> Option<Result<Told, Status>> {
        Some(self.answer(caller, step).await?.map(|(told, _)| told))
    }

    /// Runs one command, if it can be asked; tells besides whether it was said to have been done before, where its answer says so.
    pub async fn answer(&self, caller: &Caller, step: Step) -> Option<Result<Answered, Status>> {
        let answer = match step {
            Step::Append(_) => in_time(append(caller, step)).await,
            Step::Propose(number) => in_time(propose(caller, number)).await,
            Step::Decide(number) => {
                let Some(Told::Proposed { name, etag, digest }) = self.told.get(&Step::Propose(number)) else {
                    return None;
                };
                let (name, etag, digest) = (name.clone(), etag.clone(), digest.clone());
                if number % 2 == 0 {
                    in_time(approve(caller, step.id(), name, etag, digest)).await
                } else {
                    in_time(reject(caller, step.id(), name, etag)).await
                }
            }
        };
        Some(answer)
    }

    /// Asserts that everything told stands in the ledger's leaves, once.
    ///
    /// # Panics
    ///
    /// When it does not.
    pub fn assert_recorded(&self, leaves: &[Leaf]) {
        let mut counted: Counted<'_> = BTreeMap::new();
        for leaf in leaves {
            *counted.entry((&leaf.subject, &leaf.kind, leaf.subject_revision)).or_default() += 1;
        }
        for (step, told) in &self.told {
            let found = match told {
                Told::Receipt { index, leaf_hash } => {
                    let leaf = &leaves[usize::try_from(*index).expect("an index")];
                    assert_eq!(
                        ledger_format::leaf_hash(&leaf.encode().expect("a leaf")).as_bytes().as_slice(),
                        leaf_hash
                    );
                    assert_eq!(leaf.idempotency_key, step.id(), "{told:?}");
                    times(&counted, &leaf.subject, "note_taken", 1)
                }
                Told::Proposed { name, .. } => times(&counted, name, "candidate_proposed", 1),
                Told::Decided { name, kind, revision } => {
                    times(&counted, name, kind, u64::try_from(*revision).expect("a revision"))
                }
            };
            assert_eq!(found, Some(1), "{told:?}");
        }
    }
}

/// Appends an entry under the command's id.
pub fn entry(id: &str) -> NewEntry {
    NewEntry {
        idempotency_key: id.to_owned(),
        kind: "note_taken".to_owned(),
        subject: format!("{PARENT}/notes/{id}"),
        subject_revision: 1,
        principal_kind: PrincipalKind::Service.into(),
        principal_reference: "recorder".to_owned(),
        payload_digest: Vec::new(),
        content: format!("what `{id}` says").into_bytes(),
    }
}

/// Returns the reason that a refusal names.
pub fn reason(status: &Status) -> String {
    status.get_details_error_info().map(|info| info.reason).unwrap_or_default()
}

/// What was told, and whether it was said to have been done before.
type Answered = (Told, Option<bool>);

/// How many leaves there are of a subject, kind and revision.
type Counted<'a> = BTreeMap<(&'a str, &'a str, u64), usize>;

fn times(counted: &Counted<'_>, subject: &str, kind: &str, revision: u64) -> Option<usize> {
    counted.get(&(subject, kind, revision)).copied()
}

async fn in_time<T>(answer: impl Future<Output = Result<T, Status>>) -> Result<T, Status> {
    let late = |_| Err(Status::from_error(LATE.into()));
    tokio::time::timeout(ANSWER_MAX, answer).await.unwrap_or_else(late)
}

async fn append(caller: &Caller, step: Step) -> Result<Answered, Status> {
    let request = AppendEntriesRequest { parent: PARENT.to_owned(), entries: vec![entry(&step.id())] };
    let receipt = caller.ledger().append_entries(caller.as_relay(request)).await?.into_inner().receipts.remove(0);
    Ok((Told::Receipt { index: receipt.index, leaf_hash: receipt.leaf_hash }, Some(receipt.replayed)))
}

async fn propose(caller: &Caller, number: usize) -> Result<Answered, Status> {
    let item = item(number);
    let request = ProposeCandidateRequest { parent: item.parent, request_id: item.request_id, proposal: item.proposal };
    let response = caller.proposals().propose_candidate(caller.as_proposer(request)).await?.into_inner();
    let Candidate { name, etag, payload, .. } = response.candidate.expect("it is set");
    Ok((Told::Proposed { name, etag, digest: payload.expect("it is set").digest }, Some(response.replayed)))
}

async fn approve(
    caller: &Caller,
    request_id: String,
    name: String,
    etag: String,
    digest: Vec<u8>,
) -> Result<Answered, Status> {
    let request = ApproveCandidateRequest { name: name.clone(), request_id, etag, digest, ..Default::default() };
    let response = caller.reviews().approve_candidate(caller.as_reviewer(request)).await?.into_inner();
    let revision = response.candidate.expect("it is set").revision;
    Ok((Told::Decided { name, kind: "candidate_approved", revision }, None))
}

async fn reject(caller: &Caller, request_id: String, name: String, etag: String) -> Result<Answered, Status> {
    let request = RejectCandidateRequest {
        name: name.clone(),
        request_id,
        etag,
        reason: RejectionReason::BadTiming.into(),
        note: "not now".to_owned(),
    };
    let response = caller.reviews().reject_candidate(caller.as_reviewer(request)).await?.into_inner();
    let revision = response.candidate.expect("it is set").revision;
    Ok((Told::Decided { name, kind: "candidate_rejected", revision }, None))
}

/// Tells whether no answer came in time.
pub fn is_late(status: &Status) -> bool {
    status.message() == LATE
}

/// Tells whether an answer says that storage failed and nothing is written any more.
pub fn is_storage_failed(status: &Status) -> bool {
    status.code() == Code::Unavailable && reason(status) == "STORAGE_FAILED"
}
