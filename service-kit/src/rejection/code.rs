use countersign_api::error::v1::ErrorReason;
use tonic::Code;

/// Returns the gRPC code that a reason always has.
///
/// # Panics
/// For [`ErrorReason::Unspecified`], which is never sent.
pub fn code_of(reason: ErrorReason) -> Code {
    use ErrorReason as Reason;
    match reason {
        Reason::Unspecified => panic!("a refusal states its reason"),
        Reason::TokenInvalid => Code::Unauthenticated,
        Reason::AccessDenied | Reason::WorkspaceDenied | Reason::PolicyDenied => Code::PermissionDenied,
        Reason::RequestMalformed
        | Reason::PayloadInvalid
        | Reason::ActionTypeUnknown
        | Reason::ItemTooLarge
        | Reason::PatchInvalid
        | Reason::FilterInvalid
        | Reason::PageTokenInvalid
        | Reason::PolicyInvalid => Code::InvalidArgument,
        Reason::MessageTooLarge | Reason::QueueFull => Code::ResourceExhausted,
        Reason::DigestMismatch
        | Reason::TransitionIllegal
        | Reason::FenceStale
        | Reason::LogBehindFence
        | Reason::LogDiverged
        | Reason::ExportUnverified
        | Reason::RejectedBefore
        | Reason::ConflictUnseen
        | Reason::ContentErased
        | Reason::LegalHoldStands
        | Reason::ErasureUnknown => Code::FailedPrecondition,
        Reason::EtagStale => Code::Aborted,
        Reason::RequestIdReused | Reason::IdempotencyKeyReused => Code::AlreadyExists,
        Reason::ResourceNotFound => Code::NotFound,
        Reason::LogRangeInvalid => Code::OutOfRange,
        Reason::StorageFailed | Reason::ShuttingDown => Code::Unavailable,
        Reason::DeadlineExceeded => Code::DeadlineExceeded,
        Reason::RpcUnknown => Code::Unimplemented,
        Reason::Internal => Code::Internal,
        Reason::RowCorrupt => Code::DataLoss,
    }
}
