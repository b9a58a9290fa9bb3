use countersign_api::name::Workspace;
use service_kit::group_commit::SubmitError;

use super::{
    Sandbox,
    record::{Record, Totals},
    store,
    writer::{Answer, Job},
};

/// How many records one commit takes in: large enough to be fast, small enough not to hold calls up for long.
const SEED_BATCH_RECORDS: usize = 1_000;

/// The sandbox CRM as one workspace sees it.
#[derive(Debug, Clone)]
pub struct Crm {
    sandbox: Sandbox,
    workspace: Workspace,
}

/// Why records were not taken in.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// The writer takes no jobs.
    #[error("the sandbox CRM did not take all records in")]
    Writer(#[from] SubmitError),
}

impl Crm {
    pub(super) fn new(sandbox: Sandbox, workspace: Workspace) -> Self {
        Self { sandbox, workspace }
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
            let job = Job::Seed { workspace: self.workspace.clone(), records: batch };
            match self.sandbox.writer.submit(job).await? {
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
        let mut connection = self.sandbox.database.readers.acquire().await?;
        store::read_record(&mut connection, &self.workspace, object_type, id).await
    }

    /// Counts what is there.
    ///
    /// # Errors
    ///
    /// When SQLite refuses.
    pub async fn totals(&self) -> Result<Totals, store::Error> {
        let mut connection = self.sandbox.database.readers.acquire().await?;
        store::count_rows(&mut connection, &self.workspace).await
    }
}
