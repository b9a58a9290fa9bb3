//! Entries to append, and somebody who appends them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use countersign_api::ledger::v1::ledger_service_client::LedgerServiceClient;
use countersign_api::ledger::v1::{AppendEntriesRequest, NewEntry};
use countersign_api::r#type::v1::PrincipalKind;
use rand::RngExt as _;
use service_kit::grpc::{AuthorizedChannel, TRANSPORT_MAX_BYTES, connect};

use crate::callers::Caller;

pub const PARENT: &str = "workspaces/demo";

/// Bytes of each content.
pub const CONTENT_BYTES: usize = 512;

/// The most connections that callers share.
pub const CONNECTIONS_MAX: usize = 8;

/// Appends batches of new entries, one call after the other.
pub struct Appender {
    client: LedgerServiceClient<AuthorizedChannel>,
    batch: usize,
    next: Arc<AtomicU64>,
    content: Vec<u8>,
}

/// Makes callers that never use a key twice; up to [`CONNECTIONS_MAX`] of them have a connection of their own.
///
/// # Errors
/// When the server cannot be reached.
pub async fn appenders(
    address: &str,
    token: &str,
    callers: usize,
    batch: usize,
    next: &Arc<AtomicU64>,
) -> anyhow::Result<Vec<Appender>> {
    let token = token.parse()?;
    let mut channels = Vec::new();
    for _ in 0..callers.min(CONNECTIONS_MAX) {
        channels.push(connect(&format!("http://{address}"), &token).await?);
    }
    let appender = |caller: usize| {
        let channel = channels[caller % channels.len()].clone();
        Appender {
            client: LedgerServiceClient::new(channel).max_decoding_message_size(TRANSPORT_MAX_BYTES),
            batch,
            next: Arc::clone(next),
            content: content(),
        }
    };
    Ok((0..callers).map(appender).collect())
}

/// Draws a content that nothing can compress.
pub fn content() -> Vec<u8> {
    let mut content = vec![0; CONTENT_BYTES];
    rand::rng().fill(content.as_mut_slice());
    content
}

/// Makes the entry of a number, such as candidate-svc appends them.
pub fn entry(number: u64, content: &[u8]) -> NewEntry {
    NewEntry {
        idempotency_key: format!("01932c07-29a4-7d6b-8b1f-{number:012x}/1/0"),
        kind: "candidate_proposed".to_owned(),
        subject: format!("workspaces/demo/candidates/01932c07-29a4-7d6b-8b1f-{number:012x}"),
        subject_revision: 1,
        principal_kind: PrincipalKind::Generator.into(),
        principal_reference: "p-7b1f2c9e5d3a4860".to_owned(),
        payload_digest: vec![7; 32],
        content: content.to_vec(),
    }
}

impl Caller for Appender {
    async fn call(&mut self) -> anyhow::Result<usize> {
        let first = self.next.fetch_add(self.batch as u64, Ordering::Relaxed);
        let numbers = first..first + self.batch as u64;
        let entries = numbers.map(|number| entry(number, &self.content)).collect();
        let request = AppendEntriesRequest { parent: PARENT.to_owned(), entries };
        let receipts = self.client.append_entries(request).await?.into_inner().receipts;
        anyhow::ensure!(receipts.len() == self.batch, "a receipt is missing");
        anyhow::ensure!(receipts.iter().all(|receipt| !receipt.replayed), "a new entry was taken for an old one");
        let in_order = receipts.windows(2).all(|pair| pair[1].index == pair[0].index + 1);
        anyhow::ensure!(in_order, "the receipts of one batch are not dense");
        Ok(self.batch)
    }
}
