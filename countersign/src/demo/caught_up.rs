use countersign_api::ledger::v1::GetEntryRequest;
use countersign_api::ledger::v1::ledger_service_client::LedgerServiceClient;
use countersign_api::name::{CandidateName, Workspace};
use ledger_format::Leaf;
use service_kit::grpc::AuthorizedChannel;

use super::closing;
use crate::failure::Failure;

/// Returns how many entries whoever watches candidates must have seen to know all that was recorded about them: what was recorded
/// last and is about something else is never shown to them, and nobody may wait for it.
///
/// # Errors
/// The server's refusal.
pub async fn size_to_catch_up_with(channel: AuthorizedChannel, workspace: &Workspace) -> Result<u64, Failure> {
    let mut size = closing::recorded_size(channel.clone(), workspace, 0).await?;
    let mut ledger = LedgerServiceClient::new(channel);
    while let Some(index) = size.checked_sub(1) {
        let index = i64::try_from(index).unwrap_or(i64::MAX);
        let request = GetEntryRequest { parent: workspace.to_string(), index };
        let entry = ledger.get_entry(request).await?.into_inner().entry.unwrap_or_default();
        if is_about_a_candidate(&entry.leaf) {
            break;
        }
        size -= 1;
    }
    Ok(size)
}

fn is_about_a_candidate(leaf: &[u8]) -> bool {
    Leaf::decode(leaf).is_ok_and(|leaf| leaf.subject.parse::<CandidateName>().is_ok())
}
