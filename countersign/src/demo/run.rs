use std::path::{Path, PathBuf};

use executor::LEASE_MAX;
use service_kit::fdatasync::{self, SyncTimes};

use super::closing::{self, Closed, Exported};
use super::guest::Guest;
use super::input::{self, Input};
use super::interruption::Interruption;
use super::left_out::LeftOut;
use super::services::Services;
use super::summary::Summary;
use super::tally::Tally;
use super::work::Work;
use crate::app::{App, Config, Execution, Folder, FolderError};
use crate::cli::{Context, Place};
use crate::failure::Failure;
use crate::output::{counted, visible};
use crate::session::served_address;

/// Syncs that are measured, for the figure that every rate is read beside.
const SYNCS_MEASURED: usize = 101;

/// What a demonstration is run with.
#[derive(Debug)]
pub struct Options {
    /// The CRM export; without it, the one that comes with the program.
    pub input: Option<PathBuf>,
    /// Whether simulated people decide.
    pub simulated: bool,
    /// What they do follows from this.
    pub seed: u64,
}

/// Who has the data folder.
enum Standing {
    /// This process.
    Ours(Folder),
    /// A server, at this address.
    Served(String),
}

/// Runs the whole loop and says what came of it.
///
/// # Errors
/// [`Failure::Unreachable`] for an input, folder or server that cannot be opened; [`Failure::Finding`] when the record does not
/// verify; [`Failure::Interrupted`] when a signal asked for the end, after everything was closed.
pub async fn run(context: &Context, options: Options) -> Result<(), Failure> {
    let console = context.console;
    let input = input::read(options.input.as_deref(), options.seed)?;
    input.broken.iter().for_each(|row| console.say(&format!("left out: {}", visible(&row.to_string()))));
    let left_out = LeftOut::of(&input.broken);
    let proposals = counted(input.proposals(), "proposal", "proposals");
    let records = counted(input.records.len() as u64, "record", "records");
    console.say(&format!("{proposals} about {records}"));

    let standing = Standing::find(&context.place)?;
    let syncs = measure_syncs(&context.place.data_dir).await?;
    let stop = Interruption::watch()?;
    let (tally, closed) = match standing {
        Standing::Ours(folder) => in_this_process(context, &options, input, folder, &stop).await?,
        Standing::Served(address) => on_a_server(context, &options, input, &address, &stop).await?,
    };
    Summary { tally, closed, syncs, left_out }.show(console)
}

impl Standing {
    fn find(place: &Place) -> Result<Self, Failure> {
        if let Some(address) = &place.server {
            return Ok(Self::Served(address.clone()));
        }
        match Folder::take(&place.data_dir) {
            Ok(folder) => Ok(Self::Ours(folder)),
            Err(FolderError::InUse) => Ok(Self::Served(served_address(place)?)),
            Err(FolderError::Other(error)) => Err(Failure::Unreachable(error)),
        }
    }
}

/// Runs it with all services in this process, which drain before their files are verified.
async fn in_this_process(
    context: &Context,
    options: &Options,
    input: Input,
    folder: Folder,
    stop: &Interruption,
) -> Result<(Tally, Closed), Failure> {
    // The longest lease: claims of a run that was killed are taken up again, not given up, by one that follows soon.
    let execution = Execution::In { workspace: context.place.workspace.clone(), lease: LEASE_MAX };
    let app = App::start(folder, Config::of(execution)).await?;
    let services = Services::Here(&app);
    // The future of all the work is large, and the command's future would hold it.
    let worked = stop.unless(Box::pin(work_and_export(context, options, input, services))).await;
    context.console.say("draining");
    let drained = app.drain().await;
    let Exported { tally, export, .. } = match worked {
        // What did not end in order is worse than being told to end.
        Err(Failure::Interrupted) => return Err(drained.err().unwrap_or(Failure::Interrupted)),
        worked => worked?,
    };
    // Nobody else may write what is verified now.
    let _folder = drained?;
    let closed = stop.unless(closing::verify_and_report(context, export, None)).await?;
    Ok((tally, closed))
}

/// Runs it on the server that has the folder, which goes on afterwards.
async fn on_a_server(
    context: &Context,
    options: &Options,
    input: Input,
    address: &str,
    stop: &Interruption,
) -> Result<(Tally, Closed), Failure> {
    context.console.say(&format!("the server at {address} does the work"));
    let guest = Guest::connect(&context.place, address).await?;
    let services = Services::There(&guest);
    let work = async {
        let Exported { tally, export, auditor } = work_and_export(context, options, input, services).await?;
        let closed = closing::verify_and_report(context, export, Some(auditor)).await?;
        Ok((tally, closed))
    };
    // The future of all the work is large, and the command's future would hold it.
    let done = stop.unless(Box::pin(work)).await;
    let left = guest.leave().await;
    let done = done?;
    left.map(|()| done)
}

async fn work_and_export(
    context: &Context,
    options: &Options,
    input: Input,
    services: Services<'_>,
) -> Result<Exported, Failure> {
    let work = Work { context, options, services };
    let auditor = work.auditor().await?;
    let conducted = work.conduct(input, auditor.clone()).await?;
    closing::export(context, auditor, conducted).await
}

async fn measure_syncs(data_dir: &Path) -> Result<SyncTimes, Failure> {
    let path = data_dir.to_owned();
    let measured = tokio::task::spawn_blocking(move || fdatasync::measure(&path, SYNCS_MEASURED)).await;
    measured.map_err(Failure::fault)?.map_err(|error| Failure::file(data_dir, error))
}
