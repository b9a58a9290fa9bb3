//! How candidates stand to one another, as rows tell it.

use countersign_api::name::{CandidateName, Workspace};
use ledger_format::Hash;

use super::{
    Columns, candidates,
    column::{self, Column},
};
use crate::{
    domain::{Moment, RejectionMemory, RejectionReason, Rival, StateName, UnknownState},
    store::{
        Conflict, Error,
        kin::{Kin, Standing},
    },
};

const fn at(column: &'static str) -> Column {
    Column { table: "candidates", column }
}

/// Takes in a candidate that would change a field, or has: its row has `id`, `state` and `updated_at_us`.
pub(in crate::store) fn take_in(
    kin: &mut Kin,
    name: CandidateName,
    subject: String,
    row: &impl Columns,
) -> Result<(), Error> {
    let state = state_of(&name, row)?;
    let updated_at = column::moment(at("updated_at_us"), &name, row.number("updated_at_us")?)?;
    let standing = Standing { state, updated_at };
    let others = kin.by_subject.entry((name.workspace.clone(), subject.clone())).or_default();
    others.insert(name.clone(), standing);
    kin.subjects.insert(name, subject);
    Ok(())
}

/// Reads another candidate that would change the same field: its row has `id`, `state` and `change_subject`.
pub(in crate::store) fn conflict(workspace: &Workspace, row: &impl Columns) -> Result<Conflict, Error> {
    let candidate = candidates::name_in(workspace, row)?;
    let state = state_of(&candidate, row)?;
    Ok(Conflict { rival: Rival { candidate, state }, subject: row.words("change_subject")? })
}

/// Reads a rejection that is remembered, with its key.
pub(in crate::store) fn memory(row: &impl Columns) -> Result<((Workspace, Hash), RejectionMemory), Error> {
    let at = |column| Column { table: "rejection_memories", column };
    let id = column::uuid(at("candidate_id"), "?", row.bytes("candidate_id")?)?;
    let workspace: Workspace = column::workspace(at("workspace"), id, row.text("workspace")?)?;
    let key = column::hash(at("memory_key"), id, row.bytes("memory_key")?)?;
    let reason = RejectionReason::of_str(row.text("reason")?);
    let memory = RejectionMemory {
        candidate: CandidateName::new(workspace.clone(), id),
        reason: reason.ok_or_else(|| at("reason").corrupt(id, "it is no reason"))?,
        until: column::moment(at("until_us"), id, row.number("until_us")?)?,
    };
    Ok(((workspace, key), memory))
}

/// Reads until when a rejection of a candidate is remembered.
pub(in crate::store) fn until(name: &CandidateName, us: Option<i64>) -> Result<Option<Moment>, Error> {
    let at = Column { table: "rejection_memories", column: "until_us" };
    Ok(us.map(|us| column::moment(at, name, us)).transpose()?)
}

fn state_of(name: &CandidateName, row: &impl Columns) -> Result<StateName, Error> {
    Ok(row.text("state")?.parse().map_err(|error: UnknownState| at("state").corrupt(name, error))?)
}
