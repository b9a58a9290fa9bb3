use countersign_api::ledger::v1::ProveConsistencyRequest;
use countersign_api::ledger::v1::ledger_service_client::LedgerServiceClient;
use countersign_api::name::Workspace;
use ledger_format::{ConsistencyProof, Hash};
use service_kit::grpc::AuthorizedChannel;

use super::closing::recorded_size;
use crate::failure::Failure;

/// A log as it was at one size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Its entries.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

/// Makes sure that one state of a log is the beginning of another: by the same root, or by the server's proof.
///
/// Without a server nobody can have appended between the two, and they must be the same.
///
/// # Errors
/// [`Failure::Finding`] when it is not; the server's refusal of a proof.
pub async fn check(
    server: Option<AuthorizedChannel>,
    workspace: &Workspace,
    before: Head,
    after: Head,
) -> Result<(), Failure> {
    if before == after {
        return Ok(());
    }
    let not_the_same =
        || Failure::Finding("the export is not of the log that the ledger's files hold; verify both".to_owned());
    let channel = server.filter(|_| before.size < after.size).ok_or_else(not_the_same)?;
    // Entries are proved once they are signed for.
    recorded_size(channel.clone(), workspace, after.size).await?;
    let sizes = (i64::try_from(before.size), i64::try_from(after.size));
    let (Ok(old_size), Ok(new_size)) = sizes else { return Err(not_the_same()) };
    let request = ProveConsistencyRequest { parent: workspace.to_string(), old_size, new_size };
    let answer = LedgerServiceClient::new(channel).prove_consistency(request).await?.into_inner();
    let hashes = answer.hashes.iter().map(|hash| Hash::try_from(hash.as_slice())).collect::<Result<_, _>>();
    let hashes = hashes.map_err(|_| not_the_same())?;
    let proof = ConsistencyProof { old_size: before.size, new_size: after.size, hashes };
    proof.verify(before.root, after.root).map_err(|_| not_the_same())
}

#[cfg(test)]
mod tests {
    use ledger_format::sha256;

    use super::*;

    async fn without_server(before: (u64, &[u8]), after: (u64, &[u8])) -> Result<(), Failure> {
        let head = |(size, text): (u64, &[u8])| Head { size, root: sha256(&[text]) };
        check(None, &Workspace::new("demo").expect("an id"), head(before), head(after)).await
    }

    #[tokio::test]
    async fn without_a_server_both_are_the_same_log_at_the_same_size() {
        assert!(without_server((7, b"root"), (7, b"root")).await.is_ok());
        for other in [(7, b"fork".as_slice()), (8, b"root"), (6, b"root")] {
            let found = without_server((7, b"root"), other).await;
            assert!(matches!(found, Err(Failure::Finding(_))), "{other:?}");
        }
    }
}
