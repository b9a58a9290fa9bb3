use tonic::Code;

/// Tells whether a refusal is the server's answer to this very request, so that asking again would change nothing.
pub(crate) fn is_final(code: Code) -> bool {
    match code {
        Code::Ok
        | Code::InvalidArgument
        | Code::NotFound
        | Code::AlreadyExists
        | Code::PermissionDenied
        | Code::FailedPrecondition
        | Code::OutOfRange
        | Code::Unimplemented
        | Code::DataLoss => true,
        // A token may be made again, a conflict of writers passes, a fault of the server may be mended.
        Code::Unauthenticated
        | Code::Aborted
        | Code::Internal
        | Code::Unknown
        | Code::Cancelled
        | Code::DeadlineExceeded
        | Code::ResourceExhausted
        | Code::Unavailable => false,
    }
}
