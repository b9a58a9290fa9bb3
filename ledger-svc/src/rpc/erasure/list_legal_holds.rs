use countersign_api::{
    ledger::v1::{LegalHold, LegalHoldPlaced, ListLegalHoldsRequest, ListLegalHoldsResponse},
    name::Workspace,
};
use ledger_format::Leaf;
use prost::Message;
use service_kit::{call::CallContext, page};
use tonic::Status;

use super::service::ErasureRpc;
use crate::{
    contents::Said,
    rpc::{status, wire},
    store::{self, Hold, read},
};

/// Lists the holds that stand in a workspace, oldest first; a page token is the index of the hold before.
pub(super) async fn answer(
    rpc: &ErasureRpc,
    call: &CallContext,
    request: &ListLegalHoldsRequest,
) -> Result<ListLegalHoldsResponse, Status> {
    let log = rpc.ledger.workspace_log(call, &request.parent)?;
    let size = page::size(request.page_size)? as usize;
    let after = page::after::<u32>(&request.page_token)?.map(u64::from);
    let reading = async {
        // One more than asked for tells whether there is a page after this one.
        let mut reader = rpc.ledger.ledger.reader().await?;
        let mut holds = read::holds(&mut reader.rows(), &log.workspace, after, size + 1).await?;
        drop(reader);
        let more = holds.len() > size;
        holds.truncate(size);
        let next = holds.last().filter(|_| more).map_or_else(String::new, |last| last.placed_index.to_string());
        let mut shown = Vec::with_capacity(holds.len());
        for hold in holds {
            shown.push(show(rpc, &log.workspace, hold).await?);
        }
        Ok(ListLegalHoldsResponse { legal_holds: shown, next_page_token: next })
    };
    reading.await.map_err(|error: store::Error| status::of_store(&error).into())
}

/// Reads who placed a hold, when and why, from the entry that did.
async fn show(rpc: &ErasureRpc, workspace: &Workspace, hold: Hold) -> Result<LegalHold, store::Error> {
    let row = || format!("{}/{}", workspace.id(), hold.placed_index);
    let corrupt = |column| store::Error::CorruptRow { table: "entries", column, row: row() };
    let mut reader = rpc.ledger.ledger.reader().await?;
    let mut rows = reader.rows();
    let entry = read::entry(&mut rows, workspace, hold.placed_index).await?;
    let entry = entry.ok_or_else(|| store::Error::MissingRow { table: "entries", row: row() })?;
    let entry = rpc.ledger.contents.open_one(&mut rows, workspace, entry).await?;
    let placed_at_us = Leaf::decode(&entry.leaf).map_err(|_| corrupt("leaf"))?.appended_at_us;
    let said = match entry.said {
        Said::Kept { content, .. } => LegalHoldPlaced::decode(content).map_err(|_| corrupt("sealed"))?,
        Said::Erased => LegalHoldPlaced::default(),
    };
    let place_time = jiff::Timestamp::from_microsecond(placed_at_us).map_err(|_| corrupt("leaf"))?;
    Ok(LegalHold {
        subject: hold.subject,
        hold_index: wire::number(hold.placed_index),
        place_time: Some(prost_types::Timestamp {
            seconds: place_time.as_second(),
            nanos: place_time.subsec_nanosecond(),
        }),
        placed_by: said.placed_by,
        reason: said.reason,
    })
}
