use std::path::PathBuf;
use std::sync::Arc;

use executor::LEASE_MAX;
use service_kit::access::Role;
use service_kit::clock::{Clock, SystemClock};
use service_kit::fdatasync::{self, SyncTimes};
use tokio::sync::mpsc;

use super::closing;
use super::conductor::Conductor;
use super::input::{self, Input};
use super::progress::Report;
use super::proposers;
use super::reviewers::Reviewers;
use super::summary::Summary;
use super::tally::Tally;
use crate::app::{App, Config, Execution, Folder, principals};
use crate::cli::Context;
use crate::failure::Failure;

/// Syncs that are measured, for the figure that every rate is read beside.
const SYNCS_MEASURED: usize = 101;

/// Answers on their way from the proposers to the conductor.
const ACCEPTED_MAX: usize = 1_024;

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

/// Runs the whole loop and says what came of it.
///
/// # Errors
/// [`Failure::Unreachable`] for an input or folder that cannot be opened; [`Failure::Finding`] when the record does not verify.
pub async fn run(context: &Context, options: Options) -> Result<(), Failure> {
    let console = context.console;
    let input = input::read(options.input.as_deref(), options.seed)?;
    input.broken.iter().for_each(|row| console.say(&format!("left out: {row}")));
    console.say(&format!("{} proposals about {} records", input.proposals(), input.records.len()));

    let place = &context.place;
    let folder = Folder::take(&place.data_dir).map_err(|error| Failure::Unreachable(error.into()))?;
    let syncs = measure_syncs(&folder).await?;
    // The longest lease: claims of a run that was killed are taken up again, not given up, by one that follows soon.
    let config = Config { workspace: place.workspace.clone(), execution: Execution::On { lease: LEASE_MAX } };
    let app = App::start(folder, config).await?;

    let worked = work(context, &options, &app, input).await;
    let closed = match worked {
        Ok(tally) => closing::export(context, &app, tally).await,
        Err(failure) => Err(failure),
    };
    console.say("draining");
    let folder = app.drain().await;
    let (tally, exported) = closed?;
    let closed = closing::verify_and_report(context, &folder?, exported).await?;
    Summary::new(tally, closed, syncs).show(console)
}

/// Lets proposals in and everything happen that follows from them.
async fn work(context: &Context, options: &Options, app: &App, input: Input) -> Result<Tally, Failure> {
    let console = context.console;
    let workspace = &context.place.workspace;
    let Input { by_proposer, records, .. } = input;
    let seeded = app.sandbox().seed_records(records).await.map_err(Failure::fault)?;
    console.say(&format!("{seeded} records taken into the sandbox CRM"));

    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let proposals = by_proposer.values().map(Vec::len).sum::<usize>();
    let tally = Tally::new(Arc::clone(&clock), Report::new(console, proposals.try_into().unwrap_or(u64::MAX)));
    let reviewers = options.simulated.then(|| seat(app, context, options.seed));
    let watcher = app.channel_as(principals::of_workspace("services/demonstration", Role::Auditor, workspace));
    let recorded_before = closing::recorded_size(watcher.clone(), workspace).await?;
    let conductor = Conductor::new(reviewers, by_proposer.keys().cloned().collect(), recorded_before, tally);

    let (accepted, answers) = mpsc::channel(ACCEPTED_MAX);
    let proposing = proposers::propose(console, app, workspace, &clock, by_proposer, accepted);
    let conducting = conductor.run(watcher, workspace.to_string(), answers);
    let (refused, mut tally) = tokio::try_join!(proposing, conducting)?;
    tally.refused = refused;
    Ok(tally)
}

/// Gives each simulated person a token that ends with this process.
fn seat(app: &App, context: &Context, seed: u64) -> Reviewers {
    let person = |id| app.channel_as(principals::of_workspace(id, Role::Reviewer, &context.place.workspace));
    Reviewers::new(seed, Reviewers::PEOPLE.map(person))
}

async fn measure_syncs(folder: &Folder) -> Result<SyncTimes, Failure> {
    let path = folder.data_dir().folder().to_owned();
    let measured = tokio::task::spawn_blocking(move || fdatasync::measure(&path, SYNCS_MEASURED)).await;
    measured.map_err(Failure::fault)?.map_err(Failure::fault)
}
