use std::{future, sync::Arc};

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::{Principal, TokenRecord};
use crate::clock::Clock;

/// Whom a token lets in, and for how long.
#[derive(Debug, Clone)]
pub struct Grant {
    /// The caller.
    pub principal: Arc<Principal>,
    /// How long the caller may go on.
    pub validity: Validity,
}

/// How long a token lets its calls go on: until it is revoked or lapses. Clones share it.
#[derive(Debug, Clone)]
pub struct Validity {
    revocation: Revocation,
    expires_at: Option<Timestamp>,
    clock: Arc<dyn Clock>,
}

/// Tells all calls that one token let in of its revocation.
#[derive(Debug, Clone, Default)]
pub(super) struct Revocation(Arc<CancellationToken>);

impl Grant {
    pub(super) fn new(record: TokenRecord, revocation: Revocation, clock: Arc<dyn Clock>) -> Self {
        let validity = Validity { revocation, expires_at: record.expires_at, clock };
        Self { principal: record.principal, validity }
    }
}

impl Validity {
    /// Returns once the token is revoked or lapses; at once when it already was.
    pub async fn ended(self) {
        let lapse = async {
            match self.expires_at {
                Some(at) => self.clock.sleep_until(at).await,
                None => future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = self.revocation.0.cancelled() => {}
            () = lapse => {}
        }
    }
}

impl Revocation {
    pub(super) fn tell(&self) {
        self.0.cancel();
    }

    /// Tells whether a call at work still has to hear of it.
    pub(super) fn is_watched(&self) -> bool {
        Arc::strong_count(&self.0) > 1
    }
}
