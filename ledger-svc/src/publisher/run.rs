use std::{future::Future, pin::pin};

use tracing::Instrument;

use super::{pace::Pace, round::Signer};

/// The task that keeps checkpoints coming.
#[derive(Debug)]
pub(crate) struct Publisher {
    pub(super) signer: Signer,
    pace: Pace,
}

impl Publisher {
    pub(crate) fn new(signer: Signer) -> Self {
        Self { signer, pace: Pace::default() }
    }

    /// Signs what is committed, at the pace of [`Pace`], until `closing`, and once more what was committed until the writer ended.
    ///
    /// A crash at any point leaves committed entries without a checkpoint, never a checkpoint without its entries.
    pub(crate) async fn run(mut self, closing: impl Future<Output = ()> + Send) {
        let mut closing = pin!(closing);
        loop {
            let is_closing = tokio::select! {
                () = self.pace.next_round(&self.signer.logs) => false,
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
            self.pace.begin_rest();
        }
    }
}
