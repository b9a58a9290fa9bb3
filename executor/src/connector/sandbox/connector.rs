use std::{path::Path, sync::Arc};

use async_trait::async_trait;
use service_kit::{
    clock::Clock,
    database::{self, SqliteDatabase},
    group_commit::{Limits, SubmitError, Writer},
    metrics::Metrics,
    shutdown::Shutdown,
};

use super::{
    payload::{self, Action},
    record::{Record, Totals},
    store,
    writer::{Answer, CallJob, Job, SandboxWriter},
};
use crate::connector::{Call, Connector, Done, Failed, Operation, RefusalClass};

/// The system's name on external references.
pub const SYSTEM: &str = "sandbox";

/// Repeating is safe throughout: each effect is kept together with its idempotency key.
const OPERATIONS: [Operation; 3] = [
    Operation { name: payload::CREATE_TASK, retry_safe: true },
    Operation { name: payload::REQUEST_INFORMATION, retry_safe: true },
    Operation { name: payload::UPDATE_FIELD, retry_safe: true },
];

/// How many records one commit takes in: large enough to be fast, small enough not to hold calls up for long.
const SEED_BATCH_RECORDS: usize = 1_000;

/// The sandbox CRM and the connector to it; clones share it.
#[derive(Debug, Clone)]
pub struct Sandbox {
    database: SqliteDatabase,
    writer: Writer<Job, Answer>,
}

/// Why the sandbox can not be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Its database is refused.
    #[error("the sandbox CRM has no database to work on")]
    Database(#[from] database::Error),
}

/// Why records were not taken in.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// The writer takes no jobs.
    #[error("the sandbox CRM did not take all records in")]
    Writer(#[from] SubmitError),
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

    /// Takes records in as the system of record and returns how many were new.
    ///
    /// A record that is there already keeps what it holds: what was executed on it stays.
    ///
    /// # Errors
    ///
    /// When the writer stopped; the records before the failed batch are in.
    pub async fn seed_records(&self, records: impl IntoIterator<Item = Record>) -> Result<u64, SeedError> {
        let mut records = records.into_iter();
        let mut new = 0;
        loop {
            let batch: Vec<_> = records.by_ref().take(SEED_BATCH_RECORDS).collect();
            if batch.is_empty() {
                return Ok(new);
            }
            match self.writer.submit(Job::Seed(batch)).await? {
                Answer::Seeded { inserted } => new += inserted,
                Answer::Called(_) => unreachable!("invariant: a seeding is answered as one"),
            }
        }
    }

    /// Reads a record; none when there is none.
    ///
    /// # Errors
    ///
    /// When SQLite refuses or the row does not read back as written.
    pub async fn read_record(&self, object_type: &str, id: &str) -> Result<Option<Record>, store::Error> {
        let mut connection = self.database.readers.acquire().await?;
        store::read_record(&mut connection, object_type, id).await
    }

    /// Counts what is there.
    ///
    /// # Errors
    ///
    /// When SQLite refuses.
    pub async fn totals(&self) -> Result<Totals, store::Error> {
        let mut connection = self.database.readers.acquire().await?;
        store::count_rows(&mut connection).await
    }
}

#[async_trait]
impl Connector for Sandbox {
    fn system(&self) -> &'static str {
        SYSTEM
    }

    fn operations(&self) -> &[Operation] {
        &OPERATIONS
    }

    async fn execute(&self, call: &Call) -> Result<Done, Failed> {
        let action = Action::parse(call.operation(), call.payload())
            .map_err(|error| Failed::refused(RefusalClass::Invalid, error.to_string()))?;
        let job = CallJob {
            idempotency_key: call.idempotency_key().to_owned(),
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
