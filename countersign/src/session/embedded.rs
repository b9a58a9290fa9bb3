use countersign_api::name::Workspace;
use service_kit::grpc::AuthorizedChannel;

use super::remote::read_token;
use super::{Caller, Missing, Needs};
use crate::app::ledger_place::NamedPlace;
use crate::app::{App, Config, Execution, Folder, FolderError, LedgerOptions};
use crate::cli::Place;
use crate::failure::Failure;

/// The services, running in this process for as long as the command does.
#[derive(Debug)]
pub struct Embedded {
    app: App,
}

/// What came of starting them.
pub enum Start {
    /// They run.
    Started(Box<Embedded>),
    /// Another process has the folder.
    InUse,
}

impl Embedded {
    /// Takes the folder and starts the services in this process.
    ///
    /// # Errors
    /// [`Failure::Unreachable`] when the folder is not there, or cannot be opened.
    pub async fn start(place: &Place, needs: Needs) -> Result<Start, Failure> {
        if needs.missing == Missing::Refuse && !place.data_dir.exists() {
            return Err(Failure::Unreachable(anyhow::anyhow!(
                "there is no data folder `{}`; name one by `--data-dir`, or begin with `countersign demo` or `countersign serve`",
                place.data_dir.display()
            )));
        }
        let folder = match Folder::take(&place.data_dir) {
            Ok(folder) => folder,
            Err(FolderError::InUse) => return Ok(Start::InUse),
            Err(FolderError::Other(error)) => return Err(Failure::Unreachable(error)),
        };
        let app = App::start(folder, config(&place.workspace, needs)?).await?;
        Ok(Start::Started(Box::new(Self { app })))
    }

    /// Returns a channel as the caller that the command line names.
    ///
    /// # Errors
    /// [`Failure::Unreachable`] when there is no such token.
    pub fn channel(&self, place: &Place, caller: Caller) -> Result<AuthorizedChannel, Failure> {
        Ok(self.app.channel(&read_token(place, caller)?))
    }

    /// Lets the services finish what they took, and gives the folder back.
    ///
    /// # Errors
    /// [`Failure::Fault`] when something does not end.
    pub async fn close(self) -> Result<(), Failure> {
        self.app.drain().await.map(drop)
    }
}

fn config(workspace: &Workspace, needs: Needs) -> Result<Config, Failure> {
    let execution = if needs.execution { Execution::only_in(workspace.clone()) } else { Execution::Off };
    let place = NamedPlace::of_environment().map_err(Failure::Unreachable)?;
    let usual = Config::of(execution);
    Ok(Config { ledger: LedgerOptions { place, ..usual.ledger }, ..usual })
}
