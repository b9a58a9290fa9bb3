//! Candidates as rows hold them.

use std::sync::Arc;

use countersign_api::name::{CandidateName, Workspace};
use service_kit::access::PrincipalId;

use super::{
    Columns,
    column::{self, Column, signed},
};
use crate::{
    domain::{Candidate, ConfidenceLevel, Executing, Moment, RecordReference, State},
    listing::order::rank_of,
    store::{CorruptRow, Error, row::CandidateRow},
};

const SNAPSHOT: Column = Column { table: "candidates", column: "snapshot" };
const ID: Column = Column { table: "candidates", column: "id" };

/// What the row of a candidate repeats of its snapshot, as long as that may change: what lists, claims and the clock search by.
pub(in crate::store) struct Searched {
    pub(in crate::store) revision: i64,
    pub(in crate::store) state: &'static str,
    /// Empty where there is none.
    pub(in crate::store) owner: String,
    pub(in crate::store) turn: String,
    pub(in crate::store) risk_rank: i64,
    pub(in crate::store) updated_at_us: i64,
    pub(in crate::store) expires_at_us: i64,
    pub(in crate::store) deadline_us: Option<i64>,
    pub(in crate::store) approving_revision: Option<i64>,
    pub(in crate::store) approving_ordinal: Option<i64>,
    pub(in crate::store) claimable_from_us: Option<i64>,
    pub(in crate::store) executor: Option<String>,
    /// While open, where its proposer gave one.
    pub(in crate::store) dedup_key: Option<String>,
    pub(in crate::store) snapshot: String,
}

impl Searched {
    pub(in crate::store) fn of(row: &CandidateRow) -> Self {
        let candidate = &row.candidate;
        let dedup_key = Some(candidate.proposal.dedup_key.clone());
        let approving = match &candidate.state {
            State::Approved(approved) => Some(approved),
            _ => None,
        };
        // An erased one has nothing that could run.
        let claimable = approving.filter(|_| candidate.erased.is_none());
        Self {
            revision: signed(candidate.revision),
            state: candidate.state.name().as_str(),
            owner: candidate.owner.as_ref().map(ToString::to_string).unwrap_or_default(),
            turn: candidate.turn().to_string(),
            risk_rank: i64::from(rank_of(candidate.risk.tier)),
            updated_at_us: candidate.updated_at.as_micros(),
            expires_at_us: candidate.expires_at.as_micros(),
            deadline_us: candidate.next_deadline().map(Moment::as_micros),
            approving_revision: approving.map(|approved| signed(approved.revision)),
            approving_ordinal: approving.map(|approved| i64::from(approved.ordinal)),
            claimable_from_us: claimable
                .map(|approved| approved.retry_not_before.unwrap_or(approved.approved_at).as_micros()),
            executor: match &candidate.state {
                State::Executing(Executing { claim, .. }) => Some(claim.executor.as_str().to_owned()),
                _ => None,
            },
            dedup_key: dedup_key.filter(|key| !key.is_empty() && candidate.state.name().is_open()),
            snapshot: serde_json::to_string(&**candidate).expect("invariant: a candidate has a JSON form"),
        }
    }
}

/// Reads the candidate of a row that has `id` and `snapshot`.
pub(in crate::store) fn of_row(workspace: &Workspace, row: &impl Columns) -> Result<Arc<Candidate>, Error> {
    let name = name_in(workspace, row)?;
    Ok(snapshot_of(&name, row)??)
}

/// Reads the name of a row that has `id`, in a workspace.
pub(in crate::store) fn name_in(workspace: &Workspace, row: &impl Columns) -> Result<CandidateName, Error> {
    Ok(CandidateName::new(workspace.clone(), column::uuid(ID, "?", row.bytes("id")?)?))
}

/// Reads the name of a row that has `workspace` and `id`.
pub(in crate::store) fn name_of(row: &impl Columns) -> Result<CandidateName, Error> {
    let id = column::uuid(ID, "?", row.bytes("id")?)?;
    let workspace = column::workspace(Column { table: "candidates", column: "workspace" }, id, row.text("workspace")?)?;
    Ok(CandidateName::new(workspace, id))
}

/// Reads a snapshot: the outer error is the database's, the inner one the row's.
pub(in crate::store) fn snapshot_of(
    name: &CandidateName,
    row: &impl Columns,
) -> Result<Result<Arc<Candidate>, CorruptRow>, sqlx::Error> {
    let candidate = serde_json::from_str::<Candidate>(row.text("snapshot")?);
    let candidate = candidate.map_err(|error| SNAPSHOT.corrupt(name, column::said_of(&error)));
    Ok(candidate.and_then(|candidate| {
        if candidate.name == *name { Ok(Arc::new(candidate)) } else { Err(SNAPSHOT.corrupt(name, "it is another's")) }
    }))
}

/// Reads who proposed a candidate.
pub(in crate::store) fn proposer_of(name: &CandidateName, row: &impl Columns) -> Result<PrincipalId, Error> {
    let at = Column { table: "candidates", column: "proposer" };
    Ok(row.text("proposer")?.parse().map_err(|error| at.corrupt(name, error))?)
}

/// Returns an id as its column has it.
pub(in crate::store) fn id_bytes(name: &CandidateName) -> Vec<u8> {
    name.id.as_bytes().to_vec()
}

/// Returns a record as lists search for it.
pub(in crate::store) fn record_text(record: Option<&RecordReference>) -> String {
    record.map(|record| format!("{}/{}/{}", record.system, record.object_type, record.id)).unwrap_or_default()
}

pub(in crate::store) fn confidence_word(level: ConfidenceLevel) -> &'static str {
    match level {
        ConfidenceLevel::High => "HIGH",
        ConfidenceLevel::Medium => "MEDIUM",
        ConfidenceLevel::Low => "LOW",
        ConfidenceLevel::NeedsReview => "NEEDS_REVIEW",
    }
}
