//! The only place that turns the ledger's errors into refusals.

use countersign_api::error::v1::ErrorReason;
use service_kit::rejection::Rejection;

use crate::{
    appender::{AppendError, Refusal},
    custody::CustodyRefusal,
    entry::Conflict,
    log::{Halt, Log},
    rpc::resume::Divergence,
    signing::SignError,
    store,
};

/// Refuses what the log did not take.
pub(super) fn of_append(log: &Log, error: AppendError) -> Rejection {
    match error {
        AppendError::Refused(Refusal::KeyReused(conflict)) => of_conflict(&conflict),
        AppendError::Refused(Refusal::Halted(halt)) => of_halt(log, &halt),
        AppendError::Refused(Refusal::Custody(refusal)) => of_custody(&refusal),
        AppendError::Submit(error) => error.into(),
    }
}

/// Refuses what was asked for about contents.
fn of_custody(refusal: &CustodyRefusal) -> Rejection {
    let rejection = |reason| Rejection::new(reason, refusal.to_string());
    match refusal {
        CustodyRefusal::UnknownSubject { subject } => {
            rejection(ErrorReason::ResourceNotFound).with("resource", subject.as_str())
        }
        CustodyRefusal::Held { held, hold_index } => rejection(ErrorReason::LegalHoldStands)
            .with("heldSubject", held.as_str())
            .with("holdIndex", hold_index.to_string()),
        CustodyRefusal::NeverErased { subject } => {
            rejection(ErrorReason::ErasureUnknown).with("subject", subject.as_str())
        }
        CustodyRefusal::NoSuchHold { subject, hold_index } => rejection(ErrorReason::ResourceNotFound)
            .with("resource", subject.as_str())
            .with("holdIndex", hold_index.to_string()),
        CustodyRefusal::KeyStillRead => rejection(ErrorReason::StorageFailed),
    }
}

/// Refuses to write to, or to prove from, a halted log.
pub(super) fn of_halt(log: &Log, halt: &Halt) -> Rejection {
    let reason = if halt.is_by_fence() { ErrorReason::LogBehindFence } else { ErrorReason::StorageFailed };
    Rejection::new(reason, format!("`{}`: {halt}", log.workspace)).with("workspace", log.workspace.to_string())
}

/// Refuses an answer that the store did not give. What the driver says stays inside. A store is closed by a drain alone.
pub(super) fn of_store(error: &store::Error) -> Rejection {
    if matches!(error, store::Error::Driver(sqlx::Error::PoolClosed)) {
        return shutting_down();
    }
    tracing::error!(error = error as &dyn std::error::Error, "the ledger's store did not answer");
    match error {
        store::Error::Open(_)
        | store::Error::Driver(_)
        | store::Error::ContentKeys { .. }
        | store::Error::WalInUse { .. } => {
            Rejection::new(ErrorReason::StorageFailed, "the ledger can not be read now; try again")
        }
        store::Error::CorruptRow { table, column, row } => Rejection::new(ErrorReason::RowCorrupt, error.to_string())
            .with("table", *table)
            .with("column", *column)
            .with("row", row.as_str()),
        store::Error::HeadMoved => Rejection::new(ErrorReason::RowCorrupt, error.to_string()),
        store::Error::MissingRow { table, row } => {
            Rejection::new(ErrorReason::RowCorrupt, error.to_string()).with("table", *table).with("row", row.as_str())
        }
    }
}

/// Refuses a checkpoint that the signer does not sign.
pub(super) fn of_signer(error: &SignError) -> Rejection {
    tracing::error!(error = error as &dyn std::error::Error, "the signer gave no signature");
    Rejection::new(ErrorReason::StorageFailed, "the log's signer gives no signature now; try again")
}

/// Refuses to go on from a token of a log that is not this one any more.
pub(super) fn diverged(log: &Log, divergence: &Divergence) -> Rejection {
    Rejection::new(ErrorReason::LogDiverged, format!("`{}`: {divergence}", log.workspace))
        .with("workspace", log.workspace.to_string())
}

/// Refuses an index or size beyond the log's.
pub(super) fn out_of_range(log: &Log, what: &str, asked: u64, size: u64) -> Rejection {
    let message = match size {
        0 => {
            format!("{what} `{asked}`: `{}` has no entries; check the workspace, or wait for the first", log.workspace)
        }
        _ => format!("{what} `{asked}` is beyond the `{size}` entries of `{}`; ask within them", log.workspace),
    };
    Rejection::new(ErrorReason::LogRangeInvalid, message).with("size", size.to_string())
}

/// Refuses a key that stands nowhere.
pub(super) fn unknown_key(log: &Log, idempotency_key: &str) -> Rejection {
    Rejection::new(
        ErrorReason::ResourceNotFound,
        format!("no entry of `{}` has the key `{idempotency_key}`; check key and workspace", log.workspace),
    )
    .with("idempotencyKey", idempotency_key)
}

/// Refuses to go on, or to wait for what will not come any more.
pub(super) fn shutting_down() -> Rejection {
    Rejection::new(
        ErrorReason::ShuttingDown,
        "the server is shutting down; go on with the next one from the last answer",
    )
}

fn of_conflict(conflict: &Conflict) -> Rejection {
    Rejection::new(ErrorReason::IdempotencyKeyReused, conflict.to_string())
        .with("idempotencyKey", conflict.idempotency_key.as_str())
        .with("entryIndex", conflict.index.to_string())
        .with("storedLeafHash", conflict.stored.to_string())
        .with("offeredLeafHash", conflict.offered.to_string())
}

#[cfg(test)]
mod tests {
    use tonic::Status;

    use super::*;

    #[test]
    fn a_store_that_a_drain_closed_is_no_fault() {
        let answer = |error: sqlx::Error| Status::from(of_store(&store::Error::Driver(error)));
        let says = |error: sqlx::Error, reason: &str| {
            answer(error).details().windows(reason.len()).any(|part| part == reason.as_bytes())
        };
        assert!(says(sqlx::Error::PoolClosed, "SHUTTING_DOWN"));
        assert!(says(sqlx::Error::WorkerCrashed, "STORAGE_FAILED"));
    }
}
