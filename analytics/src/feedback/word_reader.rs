//! A way to the words behind the hashes of exports, where both the exporter's key and the ledger are.

use countersign_api::name::CandidateName;
use service_kit::grpc::AuthorizedChannel;

use crate::export::{self, ExportKey, Span, Wording, words_of};

/// Reads words from the ledger; clones share the way to it.
#[derive(Debug, Clone)]
pub(crate) struct WordReader {
    ledger: AuthorizedChannel,
    key: ExportKey,
}

impl WordReader {
    /// Takes the way to the ledger, and the key under which words were hashed.
    pub(crate) const fn new(ledger: AuthorizedChannel, key: ExportKey) -> Self {
        Self { ledger, key }
    }

    /// Finds the words of a change in one candidate; none once they are erased.
    pub(crate) async fn words_of(
        &self,
        candidate: &CandidateName,
        wanted: &Wording,
    ) -> Result<Option<Span>, export::Error> {
        words_of(self.ledger.clone(), &self.key, candidate, wanted).await
    }
}
