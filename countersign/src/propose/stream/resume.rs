use std::time::Duration;

use countersign_api::error::v1::ErrorReason;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use crate::refusal::Refusal;

/// What a status that ended a stream asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// A cut: open another stream, after this pause if one is named.
    Again(Option<Duration>),
    /// One of the items that were on their way is larger than messages may be.
    ByLargeItem,
    /// A refusal that another try would meet again.
    Refused,
}

/// Tells what the end of a stream asks for.
///
/// A refusal of the services says its reason. A status without one was made by a transport or by something between: the codes by
/// which those report a broken connection are cuts.
pub fn read(status: &Status) -> Ended {
    let again = Ended::Again(status.get_details_retry_info().and_then(|info| info.retry_delay));
    match Refusal::read(status).reason() {
        Some(ErrorReason::MessageTooLarge) => Ended::ByLargeItem,
        Some(ErrorReason::QueueFull | ErrorReason::ShuttingDown | ErrorReason::DeadlineExceeded) => again,
        Some(_) => Ended::Refused,
        None => match status.code() {
            Code::Unavailable | Code::Unknown | Code::Internal | Code::Cancelled | Code::DeadlineExceeded => again,
            Code::Ok
            | Code::InvalidArgument
            | Code::NotFound
            | Code::AlreadyExists
            | Code::PermissionDenied
            | Code::ResourceExhausted
            | Code::FailedPrecondition
            | Code::Aborted
            | Code::OutOfRange
            | Code::Unimplemented
            | Code::DataLoss
            | Code::Unauthenticated => Ended::Refused,
        },
    }
}

#[cfg(test)]
mod tests {
    use service_kit::rejection::Rejection;

    use super::*;

    fn of(reason: ErrorReason) -> Ended {
        read(&Rejection::new(reason, "words").into_status())
    }

    #[test]
    fn a_refusal_with_a_reason_is_read_by_its_reason() {
        assert_eq!(of(ErrorReason::ShuttingDown), Ended::Again(None));
        assert_eq!(of(ErrorReason::MessageTooLarge), Ended::ByLargeItem);
        for reason in [ErrorReason::TokenInvalid, ErrorReason::StorageFailed, ErrorReason::Internal] {
            assert_eq!(of(reason), Ended::Refused, "{reason:?}");
        }
        let pause = Duration::from_secs(3);
        let full = Rejection::new(ErrorReason::QueueFull, "full").retry_after(pause).into_status();
        assert_eq!(read(&full), Ended::Again(Some(pause)));
    }

    #[test]
    fn a_broken_connection_is_a_cut_and_a_strange_refusal_is_not() {
        assert_eq!(read(&Status::unavailable("broken pipe")), Ended::Again(None));
        assert_eq!(read(&Status::unknown("h2 protocol error")), Ended::Again(None));
        assert_eq!(read(&Status::unauthenticated("a proxy's word")), Ended::Refused);
    }
}
