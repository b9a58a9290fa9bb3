use std::{
    path::Path,
    sync::{Arc, LazyLock},
};

use async_trait::async_trait;
use countersign_api::name::Workspace;
use service_kit::{
    clock::Clock,
    database::{self, SqliteDatabase},
    group_commit::{Limits, SubmitError, Writer},
    metrics::Metrics,
    shutdown::Shutdown,
};

use super::{
    crm::Crm,
    payload::{self, Action},
    store::{self, CallKey},
    writer::{Answer, CallJob, Job, SandboxWriter},
};
use crate::connector::{Call, Connector, Done, Failed, Operation, RefusalClass};

/// The system's name on external references.
pub const SYSTEM: &str = "sandbox";

/// Repeating is safe throughout: each effect is kept together with its idempotency key.
static OPERATIONS: LazyLock<[Operation; payload::OPERATIONS.len()]> =
    LazyLock::new(|| payload::OPERATIONS.map(|name| Operation { name, retry_safe: true }));

/// The sandbox CRM of all workspaces and the connector to it; clones share it.
#[derive(Debug, Clone)]
pub struct Sandbox {
    pub(super) database: SqliteDatabase,
    pub(super) writer: Writer<Job, Answer>,
}

/// Why the sandbox can not be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Its database is refused.
    #[error("the sandbox CRM has no database to work on")]
    Database(#[from] database::Error),
}

impl Sandbox {
    /// Opens the CRM in `file`, makes it when it is missing, and starts its writer.
    ///
    /// # Errors
    ///
    /// When the database is refused.
    pub async fn open(
        file: &Path,
        clock: Arc<dyn Clock>,
        metrics: &Metrics,
        shutdown: &Shutdown,
    ) -> Result<Self, OpenError> {
        let database = SqliteDatabase::open(file, &store::MIGRATIONS).await?;
        let handler = SandboxWriter { database: database.clone(), clock };
        let writer = Writer::start("sandbox", Limits::default(), handler, metrics, shutdown);
        Ok(Self { database, writer })
    }

    /// Returns the CRM as one workspace sees it.
    pub fn crm(&self, workspace: &Workspace) -> Crm {
        Crm::new(self.clone(), workspace.clone())
    }

    /// Closes the CRM and writes its WAL back into the file. To be called after the drain: what is asked of it later is
    /// refused. A crash instead leaves the WAL, which the next start reads.
    pub async fn close(&self) {
        self.database.close().await;
    }
}

#[async_trait]
impl Connector for Sandbox {
    fn system(&self) -> &'static str {
        SYSTEM
    }

    fn operations(&self) -> &[Operation] {
        OPERATIONS.as_slice()
    }

    async fn execute(&self, call: &Call) -> Result<Done, Failed> {
        let action = Action::parse(call.operation(), call.payload())
            .map_err(|error| Failed::refused(RefusalClass::Invalid, error.to_string()))?;
        let job = CallJob {
            key: CallKey { workspace: call.workspace().clone(), idempotency_key: call.idempotency_key().to_owned() },
            operation: call.operation().to_owned(),
            payload_digest: *call.payload_digest().as_bytes(),
            action,
        };
        match self.writer.submit(Job::Call(job)).await {
            Ok(Answer::Called(outcome)) => outcome,
            Ok(Answer::Seeded { .. }) => unreachable!("invariant: a call is answered as one"),
            Err(error) => Err(not_answered(error)),
        }
    }
}

fn not_answered(error: SubmitError) -> Failed {
    let message = error.to_string();
    match error {
        // Taken, perhaps committed, never answered.
        SubmitError::Failed => Failed::Unknown { message },
        SubmitError::Full { .. } | SubmitError::ShuttingDown => {
            Failed::Refused { class: RefusalClass::Unavailable, message, retry_safe: true }
        }
    }
}
