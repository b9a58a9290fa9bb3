use std::sync::Arc;

use clap::Args;
use service_kit::ids::{Ids, RandomIds};

use super::standing;
use crate::app::{Folder, FolderError, candidates_place, ledger_place};
use crate::cli::Context;
use crate::cli::databases::Databases;
use crate::failure::Failure;

const EXAMPLES: &str = "\
Examples:
  countersign db migrate
  countersign db migrate --data-dir /var/lib/countersign
  countersign db migrate --database-url postgres://owner@db.example/candidates";

/// Brings the schemas of candidates, ledger and content keys up to date, and shows how they stand then. Every start does the same; this is
/// for whoever does it before, such as a role that may make tables where the servers' role may not. Forwards only, and one process at a time.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Migrate {
    #[command(flatten)]
    databases: Databases,
}

impl Migrate {
    /// Migrates.
    ///
    /// A crash leaves each schema at one of its migrations; run again, it goes on from there.
    ///
    /// # Errors
    /// [`Failure::Unreachable`] naming the database that can not be used, or when another process has the data folder.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let folder = Folder::take(&context.place.data_dir).map_err(in_the_way)?;
        let data_dir = folder.data_dir();
        let candidates = candidates_place::settle(data_dir, self.databases.candidates()?);
        let candidates = candidates.map_err(Failure::Unreachable)?;
        let ledger =
            ledger_place::settle(data_dir.folder(), &self.databases.ledger()?).map_err(Failure::Unreachable)?;
        let ids: Arc<dyn Ids> = Arc::new(RandomIds);
        ledger.migrate(&ids).await.map_err(Failure::unreachable)?;
        ledger_place::keep(data_dir.folder(), &ledger).map_err(Failure::Unreachable)?;
        candidate_svc::migrate(&candidates).await.map_err(Failure::unreachable)?;
        standing::show(context, &standing::read(&candidates, &ledger).await?)
    }
}

fn in_the_way(error: FolderError) -> Failure {
    match error {
        FolderError::InUse => Failure::Unreachable(anyhow::anyhow!(
            "another process has the data folder, and brought its databases up to date as it started; `countersign db status` shows them"
        )),
        FolderError::Other(error) => Failure::Unreachable(error),
    }
}
