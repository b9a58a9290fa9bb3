use std::{future::Future, pin::pin, time::Duration};

use tracing::Instrument;

use super::{
    pace::Pace,
    round::{Round, Signer, Stop},
};

/// How long the publisher waits before it asks a signer again that gave no signature, or a database that gave no answer: at first, and at
/// most.
const ASK_AGAIN: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));

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
    /// A crash at any point leaves committed entries without a checkpoint, never a checkpoint without its entries. A signer that gives
    /// no signature, and a database that gives no answer, is asked again; entries are taken meanwhile, and nothing is executed on them.
    pub(crate) async fn run(mut self, closing: impl Future<Output = ()> + Send) {
        let mut closing = pin!(closing);
        let mut pause = ASK_AGAIN.0;
        let (mut is_renewed, mut is_closing) = (false, false);
        loop {
            let round = match self.turn(&mut is_renewed).instrument(tracing::info_span!("publish")).await {
                Ok(round) => round,
                Err(stop) if self.signer.goes_on_after(&stop) && !is_closing => {
                    tracing::warn!(
                        error = &stop as &dyn std::error::Error,
                        "nothing is signed until the database answers"
                    );
                    Round::Unsigned
                }
                Err(stop) => {
                    self.signer.stop(&stop);
                    return;
                }
            };
            if is_closing {
                return;
            }
            is_closing = match round {
                Round::Done => {
                    pause = ASK_AGAIN.0;
                    self.pace.begin_rest();
                    tokio::select! {
                        () = self.pace.next_round(&self.signer.logs) => false,
                        () = &mut closing => true,
                    }
                }
                Round::Unsigned => {
                    let until = tokio::time::sleep(pause);
                    pause = (pause * 2).min(ASK_AGAIN.1);
                    tokio::select! {
                        () = until => false,
                        () = &mut closing => true,
                    }
                }
            };
            if is_closing {
                self.signer.logs.ended().await;
            }
        }
    }

    async fn turn(&mut self, is_renewed: &mut bool) -> Result<Round, Stop> {
        if !*is_renewed {
            *is_renewed = self.signer.renew().await == Round::Done;
            if !*is_renewed {
                return Ok(Round::Unsigned);
            }
        }
        self.signer.round().await
    }
}
