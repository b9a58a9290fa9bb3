//! Errors as refusals: the only place that builds a status.

use std::collections::BTreeSet;

use countersign_api::{
    error::v1::{ErrorReason, StateConflict},
    etag::Etag,
    name::Workspace,
};
use ledger_format::CONTENT_MAX_BYTES;
use prost::Message;
use service_kit::{group_commit::SubmitError, rejection::Rejection};
use tonic::Status;
use tonic_types::{StatusExt, pb};

use crate::{
    domain::{Refusal, StateName, Verb},
    keyed_toml::KeyError,
    listing::{filter, page::ListingError, token::TokenInvalid},
    store::{self, CorruptRow, Denial, WriteError},
    wire::FieldError,
};

/// The most workspaces that one message names.
const NAMED_MAX: usize = 20;

/// Refuses what is not there.
pub(super) fn not_found(what: &str, name: &impl std::fmt::Display) -> Status {
    let message = format!("there is no {what} `{name}`; list those of its workspace");
    Rejection::new(ErrorReason::ResourceNotFound, message).with("name", name.to_string()).into()
}

/// Refuses a policy revision that is not there.
pub(super) fn policy_revision_not_found(workspace: &Workspace, name: &str, revision: Option<u64>) -> Status {
    let message = match revision {
        Some(revision) => format!("`{workspace}` has no policy revision `{revision}`; list those that it has"),
        None => format!("`{workspace}` has no policy yet; it takes the file's with the first proposal there"),
    };
    Rejection::new(ErrorReason::ResourceNotFound, message).with("name", name).into()
}

/// Refuses an item that is too large to be kept.
pub(super) fn item_too_large(bytes: usize, max: usize) -> Status {
    let message = format!("the item has `{bytes}` bytes; `{max}` are allowed: shorten it or send it in parts");
    sized(Rejection::new(ErrorReason::ItemTooLarge, message), bytes, max).into()
}

/// Refuses to read from a workspace in which nothing was ever written, and names those that there are.
pub(super) fn workspace_not_found(workspace: &Workspace, known: &BTreeSet<Workspace>) -> Status {
    let named: Vec<String> = known.iter().take(NAMED_MAX).map(|known| format!("`{known}`")).collect();
    let are = if named.len() == 1 { "is" } else { "are" };
    let more = if known.len() > NAMED_MAX { " and more" } else { "" };
    let message = format!(
        "there is no workspace `{workspace}`; there {are} {}{more}: name one of them, or propose something in `{workspace}`, which makes it",
        named.join(", ")
    );
    Rejection::new(ErrorReason::ResourceNotFound, message).with("name", workspace.to_string()).into()
}

/// Returns a refusal as the answer to one item of a stream or batch carries it.
pub(super) fn of_item(status: &Status) -> pb::Status {
    // A refusal's details are the whole `google.rpc.Status`; one without comes from below, without an `ErrorInfo`.
    match pb::Status::decode(status.details()) {
        Ok(whole) if !status.details().is_empty() => whole,
        _ => Rejection::new(ErrorReason::Internal, "the item can not be answered; send it again").into_rpc_status(),
    }
}

/// Ends what the process can not go on with.
pub(super) fn shutting_down() -> Status {
    Rejection::from(SubmitError::ShuttingDown).into()
}

/// Passes on what the ledger refuses; when it does not answer at all, the caller may try again.
pub(super) fn of_ledger(status: Status) -> Status {
    if status.get_details_error_info().is_some() {
        return status;
    }
    tracing::warn!(code = ?status.code(), reason = status.message(), "the ledger does not answer");
    Rejection::new(ErrorReason::ShuttingDown, "the ledger does not answer now; try again").into()
}

/// Answers for content that can not be read as an event; `place` is a candidate or a ledger index.
pub(super) fn unreadable_event(place: &impl std::fmt::Display) -> Status {
    tracing::error!(%place, "stored content is no event");
    Rejection::new(ErrorReason::RowCorrupt, format!("what is stored at `{place}` is no event; verify the ledger"))
        .with("table", "events")
        .with("row", place.to_string())
        .into()
}

/// Refuses what is no policy, or none that stands.
pub(super) fn of_policy(error: &KeyError) -> Status {
    policy_invalid(format!("the review policy is refused: {error}"), error).into()
}

fn policy_invalid(message: String, error: &KeyError) -> Rejection {
    Rejection::new(ErrorReason::PolicyInvalid, message).with("key", error.key.clone())
}

fn sized(rejection: Rejection, bytes: usize, max: usize) -> Rejection {
    rejection.with("bytes", bytes.to_string()).with("maxBytes", max.to_string())
}

/// Says which state stands in the way, and what is possible instead.
fn conflict(state: StateName, allowed: &[Verb], etag: Etag) -> StateConflict {
    StateConflict {
        state: state.to_string(),
        allowed_transitions: allowed.iter().map(Verb::to_string).collect(),
        etag: etag.to_string(),
    }
}

fn of_refusal(refusal: Refusal) -> Rejection {
    let message = refusal.to_string();
    let because = |reason| Rejection::new(reason, message);
    match refusal {
        Refusal::StaleEtag { candidate, given: _, present, state, allowed } => because(ErrorReason::EtagStale)
            .with("candidate", candidate.to_string())
            .with("presentEtag", present.to_string())
            .conflict(conflict(state, &allowed, present)),
        Refusal::IllegalTransition { candidate, verb, state, allowed, etag, reason: _ } => {
            because(ErrorReason::TransitionIllegal)
                .with("candidate", candidate.to_string())
                .with("transition", verb.as_str())
                .conflict(conflict(state, &allowed, etag))
        }
        Refusal::NotEntitled { verb, reason } => {
            let by = if reason.by_policy() { ErrorReason::PolicyDenied } else { ErrorReason::AccessDenied };
            because(by).with("transition", verb.as_str())
        }
        Refusal::NotYours { .. } => because(ErrorReason::AccessDenied),
        Refusal::DigestMismatch { candidate } => {
            because(ErrorReason::DigestMismatch).with("candidate", candidate.to_string())
        }
        Refusal::ConflictUnseen { candidate, unseen } => because(ErrorReason::ConflictUnseen)
            .with("candidate", candidate.to_string())
            .with("unseen", unseen.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")),
        Refusal::ContentErased { candidate, verb: _, entry_index } => because(ErrorReason::ContentErased)
            .with("candidate", candidate.to_string())
            .with("entryIndex", entry_index.to_string()),
        Refusal::FenceStale { given, present } => {
            because(ErrorReason::FenceStale).with("fence", given.to_string()).with("presentFence", present.to_string())
        }
        Refusal::Patch { operation, reason: _ } => {
            let rejection = because(ErrorReason::PatchInvalid);
            match operation {
                Some(index) => rejection.with("operation", index.to_string()),
                None => rejection,
            }
        }
        Refusal::Payload { pointer, reason: _ } => because(ErrorReason::PayloadInvalid).with("pointer", pointer),
        Refusal::PayloadTooLarge { bytes, max_bytes } => sized(because(ErrorReason::ItemTooLarge), bytes, max_bytes),
        Refusal::NotAhead { action_type, reason: _ } => {
            because(ErrorReason::PolicyDenied).with("actionType", action_type.to_string())
        }
        Refusal::ActionTypeUnknown { name } => because(ErrorReason::ActionTypeUnknown).with("actionType", name),
        Refusal::Malformed { field, reason } => Rejection::malformed(field, reason),
    }
}

fn of_denial(denial: Denial) -> Rejection {
    let message = denial.to_string();
    match denial {
        Denial::Refused(refusal) => of_refusal(refusal),
        Denial::NotFound(name) => Rejection::new(ErrorReason::ResourceNotFound, message).with("name", name.to_string()),
        Denial::NoStandingApproval(name) => {
            Rejection::new(ErrorReason::ResourceNotFound, message).with("name", name.to_string())
        }
        Denial::NoDelegation(name) => {
            Rejection::new(ErrorReason::ResourceNotFound, message).with("name", name.to_string())
        }
        Denial::RequestIdReused(id) => {
            Rejection::new(ErrorReason::RequestIdReused, message).with("requestId", id.to_string())
        }
        Denial::EventTooLarge { bytes } => {
            sized(Rejection::new(ErrorReason::ItemTooLarge, message), bytes, CONTENT_MAX_BYTES)
        }
        Denial::RejectedBefore(memory) => Rejection::new(ErrorReason::RejectedBefore, message)
            .with("candidate", memory.candidate.to_string())
            .with("rejectionReason", memory.reason.as_str())
            .with("until", memory.until.to_string()),
        Denial::PolicyInvalid(error) | Denial::FirstPolicyInvalid(error) => policy_invalid(message, &error),
        Denial::Corrupt(row) => of_corrupt_row(&row),
    }
}

fn of_write(error: WriteError) -> Rejection {
    match error {
        WriteError::Denied(denial) => of_denial(denial),
        WriteError::NotTaken(error) => error.into(),
    }
}

fn of_read(error: store::Error) -> Rejection {
    match error {
        // A store is closed by a drain alone.
        store::Error::Driver(sqlx::Error::PoolClosed) => SubmitError::ShuttingDown.into(),
        store::Error::Driver(source) => {
            tracing::error!(error = %source, "the database can not be read");
            Rejection::new(ErrorReason::StorageFailed, "the database can not be read now; try again")
        }
        store::Error::Corrupt(row) => of_corrupt_row(&row),
    }
}

fn of_corrupt_row(row: &CorruptRow) -> Rejection {
    tracing::error!(table = row.table, row = row.row, column = row.column, reason = row.reason, "a row is damaged");
    let message = format!("`{}` row `{}` does not read back as written; restore it from a backup", row.table, row.row);
    Rejection::new(ErrorReason::RowCorrupt, message).with("table", row.table).with("row", row.row.clone())
}

fn of_listing(error: ListingError) -> Rejection {
    let message = error.to_string();
    match error {
        ListingError::Filter(filter::Error { position, .. }) => {
            Rejection::new(ErrorReason::FilterInvalid, message).with("position", position.to_string())
        }
        ListingError::Order(error) => Rejection::malformed("order_by", error.to_string()),
    }
}

macro_rules! refusals {
    ($($error:ty => $rejection:expr,)+) => {
        $(
            impl From<$error> for Rejection {
                fn from(error: $error) -> Self {
                    $rejection(error)
                }
            }

            impl From<$error> for Status {
                fn from(error: $error) -> Self {
                    Rejection::from(error).into()
                }
            }
        )+
    };
}

refusals! {
    Refusal => of_refusal,
    WriteError => of_write,
    store::Error => of_read,
    ListingError => of_listing,
    FieldError => |error: FieldError| Rejection::malformed(error.field, error.description),
    TokenInvalid => |error: TokenInvalid| Rejection::new(ErrorReason::PageTokenInvalid, error.to_string()),
}
