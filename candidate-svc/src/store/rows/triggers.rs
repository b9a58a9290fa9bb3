//! Triggers as rows hold them.

use std::sync::Arc;

use super::{
    Columns,
    column::{self, Column},
};
use crate::{
    domain::Trigger,
    store::{CorruptRow, Error},
};

/// Reads the trigger of a row that has `id` and `snapshot`: the outer error is the database's, the inner one the row's.
pub(in crate::store) fn snapshot_of(row: &impl Columns) -> Result<Result<Arc<Trigger>, CorruptRow>, Error> {
    let id = column::uuid(Column { table: "triggers", column: "id" }, "?", row.bytes("id")?)?;
    let trigger = serde_json::from_str(row.text("snapshot")?).map(Arc::new);
    let at = Column { table: "triggers", column: "snapshot" };
    Ok(trigger.map_err(|error| at.corrupt(id, column::said_of(&error))))
}

/// Writes a trigger as its row holds it.
pub(in crate::store) fn snapshot(trigger: &Trigger) -> String {
    serde_json::to_string(trigger).expect("invariant: a trigger has a JSON form")
}
