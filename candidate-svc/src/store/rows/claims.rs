//! What can be claimed, as rows tell it.

use countersign_api::name::Workspace;

use super::{
    Columns, candidates,
    column::{self, Column},
    events,
};
use crate::{
    domain::Moment,
    store::{Claimable, Error},
};

const fn at(column: &'static str) -> Column {
    Column { table: "candidates", column }
}

/// Reads a recorded approval: its candidate's row beside the row of the approving event.
pub(in crate::store) fn claimable(workspace: &Workspace, row: &impl Columns) -> Result<Claimable, Error> {
    let candidate = candidates::name_in(workspace, row)?;
    let revision = column::natural(at("approving_revision"), &candidate, row.number("approving_revision")?)?;
    let ordinal = column::natural(at("approving_ordinal"), &candidate, row.number("approving_ordinal")?)?;
    let entry = events::approving(&candidate, revision, ordinal, row)?;
    let granted_in = row.number_if_any("granted_in")?;
    let granted_in = granted_in.map(|index| column::natural(at("granted_in"), &candidate, index)).transpose()?;
    Ok(Claimable { candidate, entry, granted_in })
}

/// Reads the earliest of some times of candidates; none where there are none.
pub(in crate::store) fn earliest(column: &'static str, us: Option<i64>) -> Result<Option<Moment>, Error> {
    Ok(us.map(|us| column::moment(at(column), "?", us)).transpose()?)
}
