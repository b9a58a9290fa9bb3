//! What to do about each reason of refusal.

use std::time::Duration;

use countersign_api::error::v1::ErrorReason as Reason;
use tonic::Code;

/// Says what to do now, in one line.
pub fn mend(reason: Reason, id: &str, allowed: Option<&str>, retry_after: Option<Duration>) -> String {
    let show = || format!("read it again with `countersign candidate show {id}`, then decide on what it says now");
    match reason {
        Reason::TokenInvalid => {
            "name a file with a valid token by `--token-file`, or have one made with `countersign token create`".into()
        }
        Reason::AccessDenied => {
            "use a token with the role that may do this; `countersign token list` shows roles".into()
        }
        Reason::WorkspaceDenied => "use a token of that workspace, or name your workspace with `--workspace`".into(),
        Reason::PolicyDenied => "ask another person with the right to decide; nobody decides on their own work".into(),
        Reason::RequestMalformed => "mend the named field and send it again".into(),
        Reason::PayloadInvalid => "mend the payload where the message points, and send it again".into(),
        Reason::ActionTypeUnknown => "use an action type of the catalogue; the refusal names the ones there are".into(),
        Reason::ItemTooLarge => "shorten the item: at most 256 KiB, its payload at most 64 KiB".into(),
        Reason::MessageTooLarge => {
            "send smaller messages, at most 8 MiB; a stream resumes after its last answer".into()
        }
        Reason::QueueFull => match retry_after {
            Some(delay) => format!("try again in {} ms", delay.as_millis()),
            None => "try again in a moment".into(),
        },
        Reason::DigestMismatch | Reason::EtagStale => show(),
        Reason::RequestIdReused => "leave `--request-id` out, or choose a new one for new content".into(),
        Reason::TransitionIllegal => match allowed {
            Some("") => format!("nothing is legal for `{id}` any more"),
            Some(allowed) => format!("legal for `{id}` now: {allowed}"),
            None => show(),
        },
        Reason::ResourceNotFound => "check the id; `countersign candidate list` shows what there is".into(),
        Reason::PatchInvalid => {
            format!("see the present payload with `countersign candidate show {id}` and mend the patch")
        }
        Reason::FilterInvalid => "mend the filter, e.g. `state = PROPOSED AND risk = HIGH`".into(),
        Reason::PageTokenInvalid => "begin again without a page or resume token".into(),
        Reason::FenceStale => "leave it to the executor that holds the claim now".into(),
        Reason::IdempotencyKeyReused => "the ledger keeps the first content; choose a new key for new content".into(),
        Reason::LogRangeInvalid => "choose an index below the log's size; `countersign ledger show` says it".into(),
        Reason::LogBehindFence => {
            "restore the ledger from a backup that holds what was signed last; `countersign ledger verify` says more"
                .into()
        }
        Reason::StorageFailed => "free disk space or mend the disk, then restart the server".into(),
        Reason::DeadlineExceeded => "try again; the same request id gives the same answer".into(),
        Reason::ShuttingDown => "try again once the server runs again".into(),
        Reason::ExportUnverified => "run `countersign ledger verify`, then export again".into(),
        Reason::RowCorrupt => "run `countersign ledger verify`, and restore the row from a backup".into(),
        Reason::Unspecified | Reason::Internal => "look into the server's log under the call's trace id".into(),
    }
}

/// Says what to do when the status names no reason of ours.
pub fn without_reason(code: Code) -> String {
    match code {
        Code::Unavailable => "check that the server runs and `--server` names it".into(),
        Code::Unimplemented => "this server does not know the call; use the release that matches it".into(),
        Code::Cancelled | Code::DeadlineExceeded => "try again; the same request id gives the same answer".into(),
        Code::Ok
        | Code::Unknown
        | Code::InvalidArgument
        | Code::NotFound
        | Code::AlreadyExists
        | Code::PermissionDenied
        | Code::ResourceExhausted
        | Code::FailedPrecondition
        | Code::Aborted
        | Code::OutOfRange
        | Code::Internal
        | Code::DataLoss
        | Code::Unauthenticated => "check what `--server` names: the answer is not of a Countersign server".into(),
    }
}
