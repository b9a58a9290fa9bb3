//! An export that goes on as the log grows.

use std::pin::pin;
use std::time::Duration;

use service_kit::grpc::AuthorizedChannel;
use tokio::time::{Instant, sleep_until};

use super::error::Error;
use super::manifest::Manifest;
use super::run::{ExportRequest, Progress, catch_up};
use super::source::Source;
use super::writer::Writer;

/// What is told while an export follows its log.
#[derive(Debug)]
pub enum Followed<'a> {
    /// How far it is.
    Progress(Progress),
    /// A manifest was written, or the one that stands still says it all.
    Manifest(&'a Manifest),
}

/// Exports a log as [`export`](super::export) does, and again whenever it has grown, at most once in `every`, until `stop` is ready.
/// Returns the last manifest; none when it was stopped before the first one.
///
/// Only what is new is read from the ledger. The first export may be long and is broken off by `stop`: the next run takes up what it
/// wrote. Later ones are short and are brought to their manifest.
///
/// # Errors
///
/// As [`export`](super::export). What was written so far stays and is taken up by the next run.
pub async fn follow(
    channel: AuthorizedChannel,
    request: &ExportRequest,
    every: Duration,
    stop: impl Future<Output = ()>,
    mut on_event: impl FnMut(Followed<'_>),
) -> Result<Option<Manifest>, Error> {
    let mut source = Source::new(channel, &request.workspace);
    let mut stop = pin!(stop);
    let mut next = Instant::now() + every;
    let first = async {
        let mut writer = Writer::open(request).await?;
        let manifest = once(&mut source, &mut writer, request, request.least_size, &mut on_event).await?;
        Ok::<_, Error>((writer, manifest))
    };
    let (mut writer, mut manifest) = tokio::select! {
        () = &mut stop => return Ok(None),
        first = first => first?,
    };
    loop {
        writer.go_on(&manifest).await?;
        tokio::select! {
            () = &mut stop => return Ok(Some(manifest)),
            grown = source.grown(manifest.size + 1, &request.verifying_keys, &request.origin) => grown?,
        }
        tokio::select! {
            () = &mut stop => return Ok(Some(manifest)),
            () = sleep_until(next) => next = Instant::now() + every,
        }
        manifest = once(&mut source, &mut writer, request, manifest.size + 1, &mut on_event).await?;
    }
}

/// Exports once. Nothing is waited for after the manifest was told of: whoever stops then gets it.
async fn once(
    source: &mut Source,
    writer: &mut Writer,
    request: &ExportRequest,
    least_size: u64,
    on_event: &mut impl FnMut(Followed<'_>),
) -> Result<Manifest, Error> {
    let (signed, checkpoint) = source.checkpoint(least_size, &request.verifying_keys, &request.origin).await?;
    catch_up(source, writer, &checkpoint, &mut |progress| on_event(Followed::Progress(progress))).await?;
    let manifest = writer.finish(&signed, &checkpoint).await?;
    on_event(Followed::Manifest(&manifest));
    Ok(manifest)
}
