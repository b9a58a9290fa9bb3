//! Delegations as rows hold them.

use std::collections::BTreeMap;

use countersign_api::name::{DelegationName, Workspace};
use uuid::Uuid;

use super::{
    Columns,
    column::{self, Column},
};
use crate::{
    domain::{Delegation, Person},
    store::{CorruptRow, Error},
};

/// A place in the order of ends: behind the delegation with this end and id.
pub(crate) type EndPlace = (i64, Uuid);

/// Delegations by name; a damaged row says so where it is needed.
pub(in crate::store) type KnownDelegations = BTreeMap<DelegationName, Result<Delegation, CorruptRow>>;

/// What [`delegation`] reads.
pub(in crate::store) const COLUMNS: &str =
    "id, delegator, delegate, starts_at_us, ends_at_us, note, created_by, created_at_us, ended_at_us";

const fn at(column: &'static str) -> Column {
    Column { table: "delegations", column }
}

/// Reads the name of a row.
pub(in crate::store) fn name_in(workspace: &Workspace, row: &impl Columns) -> Result<DelegationName, Error> {
    Ok(DelegationName::new(workspace.clone(), column::uuid(at("id"), "?", row.bytes("id")?)?))
}

/// Reads a row: the outer error is the database's, the inner one the row's.
pub(in crate::store) fn delegation(
    workspace: &Workspace,
    row: &impl Columns,
) -> Result<Result<Delegation, CorruptRow>, Error> {
    match read(name_in(workspace, row)?, row) {
        Ok(delegation) => Ok(Ok(delegation)),
        Err(Error::Corrupt(corrupt)) => Ok(Err(corrupt)),
        Err(error) => Err(error),
    }
}

/// Reads whose turn passes.
pub(in crate::store) fn delegator(delegate: &Person, text: &str) -> Result<Person, Error> {
    Ok(person("delegator", delegate.as_str(), text)?)
}

fn read(name: DelegationName, row: &impl Columns) -> Result<Delegation, Error> {
    let id = name.id.to_string();
    let moment = |column| -> Result<_, Error> { Ok(column::moment(at(column), &id, row.number(column)?)?) };
    let person = |column| -> Result<_, Error> { Ok(person(column, &id, row.text(column)?)?) };
    let ended_at = row.number_if_any("ended_at_us")?;
    Ok(Delegation {
        delegator: person("delegator")?,
        delegate: person("delegate")?,
        starts_at: moment("starts_at_us")?,
        ends_at: moment("ends_at_us")?,
        note: row.words("note")?,
        created_by: person("created_by")?,
        created_at: moment("created_at_us")?,
        ended_at: ended_at.map(|us| column::moment(at("ended_at_us"), &id, us)).transpose()?,
        name,
    })
}

fn person(column: &'static str, row: &str, text: &str) -> Result<Person, CorruptRow> {
    text.parse().map_err(|error| at(column).corrupt(row, error))
}
