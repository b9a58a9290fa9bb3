use countersign_api::{
    ledger::v1::{AppendEntriesRequest, NewEntry, Receipt, ledger_service_client::LedgerServiceClient},
    name::Workspace,
    r#type::v1::PrincipalKind as WireKind,
};
use ledger_format::{Hash, PrincipalKind};
use service_kit::grpc::AuthorizedChannel;
use tonic::Status;

use crate::store::{EventReceipt, OutboxEvent};

/// Why a batch got no receipts.
#[derive(Debug, thiserror::Error)]
pub(super) enum AppendError {
    /// The ledger refuses, or does not answer.
    #[error("the ledger answers `{code:?}`: {message}", code = .0.code(), message = .0.message())]
    Refused(#[from] Box<Status>),
    /// The answer is not what was asked for.
    #[error("the ledger's answer has not one receipt for each entry; verify the ledger")]
    Incomplete,
}

/// Appends events in their order and returns their receipts.
///
/// A crash after the append and before its receipts are kept leaves the events in the ledger and in the outbox: they are
/// sent again under the same keys and get the same receipts.
pub(super) async fn append(
    ledger: &LedgerServiceClient<AuthorizedChannel>,
    workspace: &Workspace,
    events: Vec<OutboxEvent>,
) -> Result<Vec<EventReceipt>, AppendError> {
    let positions: Vec<i64> = events.iter().map(|event| event.position).collect();
    let entries = events.into_iter().map(entry).collect();
    let request = AppendEntriesRequest { parent: workspace.to_string(), entries };
    let receipts = ledger.clone().append_entries(request).await.map_err(Box::new)?.into_inner().receipts;
    if receipts.len() != positions.len() {
        return Err(AppendError::Incomplete);
    }
    positions.into_iter().zip(receipts).map(|(position, receipt)| receipt_of(position, &receipt)).collect()
}

fn entry(event: OutboxEvent) -> NewEntry {
    let principal_kind = match event.principal_kind {
        PrincipalKind::Human => WireKind::Human,
        PrincipalKind::Generator => WireKind::Generator,
        PrincipalKind::Service => WireKind::Service,
    };
    NewEntry {
        idempotency_key: event.idempotency_key(),
        subject: event.subject.to_string(),
        subject_revision: i64::try_from(event.revision).unwrap_or(i64::MAX),
        principal_kind: principal_kind.into(),
        principal_reference: event.principal_reference,
        payload_digest: event.payload_digest.map(|digest| digest.as_bytes().to_vec()).unwrap_or_default(),
        kind: event.kind,
        content: event.content,
    }
}

fn receipt_of(position: i64, receipt: &Receipt) -> Result<EventReceipt, AppendError> {
    Ok(EventReceipt {
        position,
        entry_index: u64::try_from(receipt.index).map_err(|_| AppendError::Incomplete)?,
        leaf_hash: Hash::try_from(receipt.leaf_hash.as_slice()).map_err(|_| AppendError::Incomplete)?,
    })
}
