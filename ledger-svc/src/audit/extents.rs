use std::collections::BTreeMap;

use countersign_api::name::Workspace;

use super::{Extent, fault::Source};
use crate::{
    origin::Origins,
    store::raw::{RawFile, Value},
};

/// Tells how far the logs go, as well as the files still say: what is wrong below all of them puts each in doubt.
///
/// Where the ledger can not be read, the fence store remembers sizes; where neither can, no log is known.
pub(super) async fn of_every_log(ledger: Source<'_>, fence: Source<'_>, origins: &Origins) -> Vec<Extent> {
    let mut sizes = remembered(fence, origins).await.unwrap_or_default();
    for (workspace, size) in stored(ledger).await.unwrap_or_default() {
        let known = sizes.entry(workspace).or_default();
        *known = size.max(*known);
    }
    let extents = sizes.into_iter().filter(|(_, size)| *size > 0);
    extents.map(|(workspace, size)| Extent::span(workspace.id(), 0, size)).collect()
}

async fn stored(ledger: Source<'_>) -> Result<BTreeMap<Workspace, u64>, sqlx::Error> {
    let mut file = RawFile::open(ledger.location).await?;
    let counted = file.count_entries().await?;
    file.close().await?;
    Ok(counted.into_iter().filter_map(|(value, count)| Some((workspace(&value)?, count))).collect())
}

async fn remembered(fence: Source<'_>, origins: &Origins) -> Result<BTreeMap<Workspace, u64>, sqlx::Error> {
    let mut file = RawFile::open(fence.location).await?;
    let fences = file.fences().await?;
    file.close().await?;
    let head = |origin: &Value, size: &Value| {
        let (Value::Text(origin), Value::Integer(size)) = (origin, size) else { return None };
        let workspace = origins.workspace_of(str::from_utf8(origin).ok()?)?;
        Some((workspace, u64::try_from(*size).ok()?))
    };
    Ok(fences.iter().filter_map(|row| head(&row.origin, &row.size)).collect())
}

/// Reads a stored value as a workspace; none when it is none.
pub(super) fn workspace(value: &Value) -> Option<Workspace> {
    let Value::Text(bytes) = value else { return None };
    Workspace::of_stored(str::from_utf8(bytes).ok()?).ok()
}
