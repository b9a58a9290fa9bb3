use std::{future::Future, pin::pin};

use tracing::Instrument;

use super::round::Signer;

/// The task that keeps checkpoints coming.
#[derive(Debug)]
pub(crate) struct Publisher {
    pub(super) signer: Signer,
}

impl Publisher {
    pub(crate) fn new(signer: Signer) -> Self {
        Self { signer }
    }

    /// Signs whenever there is something to sign, until `closing`, and once more what was committed until the writer ended.
    ///
    /// A crash at any point leaves committed entries without a checkpoint, never a checkpoint without its entries.
    pub(crate) async fn run(mut self, closing: impl Future<Output = ()> + Send) {
        let mut closing = pin!(closing);
        loop {
            let is_closing = tokio::select! {
                () = self.signer.logs.committed() => false,
                () = &mut closing => true,
            };
            if is_closing {
                self.signer.logs.ended().await;
            }
            if let Err(stop) = self.signer.round().instrument(tracing::info_span!("publish")).await {
                self.signer.stop(&stop);
                return;
            }
            if is_closing {
                return;
            }
        }
    }
}
