use countersign_api::error::v1::ErrorReason;

use super::StoreError;
use crate::rejection::Rejection;

/// Why a token lets nobody in.
#[derive(Debug, thiserror::Error)]
pub enum Denied {
    /// The text is no token, or the token is unknown, revoked or lapsed; which one stays unsaid on purpose.
    #[error("the bearer token is unknown, revoked or lapsed; make one with `countersign token create`")]
    Invalid,
    /// The store does not answer.
    #[error("the token can not be checked")]
    Store(#[from] StoreError),
}

impl From<Denied> for Rejection {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Invalid => Self::new(ErrorReason::TokenInvalid, denied.to_string()),
            Denied::Store(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "a token can not be checked");
                Self::new(ErrorReason::StorageFailed, "the token can not be checked now; try again")
            }
        }
    }
}
