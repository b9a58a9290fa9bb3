//! Standing approvals as rows hold them.

use std::{collections::BTreeMap, sync::Arc};

use countersign_api::name::{StandingApprovalName, Workspace};

use super::{
    Columns,
    column::{self, Column},
};
use crate::{
    domain::{Moment, Revocation, StandingApproval},
    store::{CorruptRow, Error},
};

/// Standing approvals by name; a damaged row says so where it is needed.
pub(in crate::store) type KnownApprovals = BTreeMap<StandingApprovalName, Result<Arc<StandingApproval>, CorruptRow>>;

const fn at(column: &'static str) -> Column {
    Column { table: "standing_approvals", column }
}

/// Reads the name of a row.
pub(in crate::store) fn name_in(workspace: &Workspace, row: &impl Columns) -> Result<StandingApprovalName, Error> {
    Ok(StandingApprovalName::new(workspace.clone(), column::uuid(at("id"), "?", row.bytes("id")?)?))
}

/// Reads a row with the `entry_index` of its grant: the outer error is the database's, the inner one the row's.
pub(in crate::store) fn standing(
    workspace: &Workspace,
    row: &impl Columns,
) -> Result<Result<Arc<StandingApproval>, CorruptRow>, Error> {
    match read(name_in(workspace, row)?, row) {
        Ok(standing) => Ok(Ok(Arc::new(standing))),
        Err(Error::Corrupt(corrupt)) => Ok(Err(corrupt)),
        Err(error) => Err(error),
    }
}

fn read(name: StandingApprovalName, row: &impl Columns) -> Result<StandingApproval, Error> {
    let roles = row.text("granted_as")?;
    let entry_index = row.number_if_any("entry_index")?;
    let entry_index = entry_index.map(|index| column::natural(at("entry_index"), &name, index)).transpose()?;
    let revocation = match row.number_if_any("revoked_at_us")? {
        None => None,
        Some(us) => Some(Revocation {
            revoked_at: column::moment(at("revoked_at_us"), &name, us)?,
            revoked_by: word("revoked_by", &name, row.text("revoked_by")?)?,
            reason: row.words("revoke_reason")?,
        }),
    };
    let moment = |column| -> Result<Moment, Error> { Ok(column::moment(at(column), &name, row.number(column)?)?) };
    Ok(StandingApproval {
        revision: column::natural(at("revision"), &name, row.number("revision")?)?,
        action_type: word("action_type", &name, row.text("action_type")?)?,
        proposer: word("proposer", &name, row.text("proposer")?)?,
        records: word("record_prefix", &name, &row.words("record_prefix")?)?,
        use_limit: column::natural(at("use_limit"), &name, row.number("use_limit")?)?,
        audit_per_mille: column::natural(at("audit_per_mille"), &name, row.number("audit_per_mille")?)?,
        valid_until: moment("valid_until_us")?,
        granted_by: word("granted_by", &name, row.text("granted_by")?)?,
        granted_as: roles
            .split_whitespace()
            .map(|role| role.parse().map_err(|error| at("granted_as").corrupt(&name, error)))
            .collect::<Result<_, _>>()?,
        granted_at: moment("granted_at_us")?,
        reason: row.words("reason")?,
        uses: column::natural(at("uses"), &name, row.number("uses")?)?,
        audits: column::natural(at("audits"), &name, row.number("audits")?)?,
        audits_waiting: column::natural(at("audits_waiting"), &name, row.number("audits_waiting")?)?,
        audits_owed: column::natural(at("audits_owed"), &name, row.number("audits_owed")?)?,
        looks: word("looks", &name, row.text("looks")?)?,
        revocation,
        entry_index,
        name,
    })
}

fn word<T>(column: &'static str, row: &StandingApprovalName, text: &str) -> Result<T, Error>
where
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    Ok(text.parse().map_err(|error| at(column).corrupt(row, error))?)
}
