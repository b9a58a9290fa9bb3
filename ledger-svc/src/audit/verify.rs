use std::{collections::BTreeSet, path::Path};

use countersign_api::name::Workspace;
use ledger_format::VerifyingKey;

use super::{
    Error, Finding, What,
    error::unreadable,
    fence_pass::FencePass,
    log_pass::{LogPass, LogVerified},
    structure_pass,
};
use crate::{
    origin::Origins,
    store::{
        fence,
        raw::{RawFence, RawFile, Value},
        sqlite::{self, Stillness},
    },
};

/// How far a verification is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress<'a> {
    /// The workspace whose log is being read.
    pub workspace: &'a str,
    /// Entries read so far, of all logs.
    pub entries: u64,
    /// About how many there are, of all logs.
    pub entries_about: u64,
}

/// Verifies every log of a ledger's file against its own hashes, its signed checkpoints and the fence store.
///
/// Returns what was verified, a log each, sorted by workspace.
///
/// # Errors
/// [`Error::Found`] with the first thing that is wrong; the others when the files can not be read at all.
pub async fn verify(
    ledger: &Path,
    fence: &Path,
    key: &VerifyingKey,
    origin_prefix: &str,
    mut on_progress: impl FnMut(Progress<'_>) + Send,
) -> Result<Vec<LogVerified>, Error> {
    let origins = Origins::new(origin_prefix)?;
    loop {
        let still = [ledger, fence].map(|file| (file, Stillness::of(file)));
        let verified = verify_once(ledger, fence, key, &origins, &mut on_progress).await;
        // A server that started meanwhile may have changed pages under the reading: what it found says nothing.
        if still.iter().all(|(file, stillness)| stillness.held(file)) {
            return verified;
        }
    }
}

async fn verify_once(
    ledger: &Path,
    fence: &Path,
    key: &VerifyingKey,
    origins: &Origins,
    mut on_progress: impl FnMut(Progress<'_>) + Send,
) -> Result<Vec<LogVerified>, Error> {
    let refuse_fence = unreadable(fence);
    let read_fence = || async { read_fences(fence).await.map_err(&refuse_fence) };
    // A running server moves the fence before it stores a checkpoint. Read before and after the ledger's moment, it can be told what
    // must stand in the ledger by then and what may not yet.
    let before = read_fence().await?;
    let refuse = unreadable(ledger);
    let mut file = RawFile::open(ledger).await.map_err(&refuse)?;
    let after = read_fence().await?;
    let fences = FencePass::new(origins, &before, &after);

    let (workspaces, strays) = sort_out(file.workspaces().await.map_err(&refuse)?);
    let entries_about = file.entries_about().await.map_err(&refuse)?;
    let fences = fences?;
    let mut workspaces: Vec<Workspace> = workspaces.union(&fences.workspaces()).cloned().collect();
    // A row moved to another workspace is named by the gap it leaves before it is named as the other's only row.
    workspaces.sort_by_key(|workspace| (!fences.knows(workspace), workspace.clone()));

    let mut verified = Vec::new();
    let mut entries = 0;
    for workspace in workspaces {
        let origin = origins.of(&workspace);
        let mut pass = LogPass::new(&mut file, &refuse, &workspace, &origin, key, &fences);
        let log = pass
            .run(|read| on_progress(Progress { workspace: workspace.id(), entries: entries + read, entries_about }));
        let log = log.await?;
        entries += log.size;
        verified.push(log);
    }
    if let Some(stray) = strays.first() {
        return Err(Finding::of_log(stray, What::NoWorkspace { workspace: stray.clone() }).into());
    }
    structure_pass::check_keys(&mut file, &refuse).await?;
    structure_pass::check(ledger, &mut file, &sqlite::MIGRATIONS, &refuse).await?;
    file.close().await.map_err(&refuse)?;
    let mut file = RawFile::open(fence).await.map_err(&refuse_fence)?;
    structure_pass::check(fence, &mut file, &fence::MIGRATIONS, &refuse_fence).await?;
    file.close().await.map_err(&refuse_fence)?;
    verified.sort_by(|one, other| one.workspace.cmp(&other.workspace));
    Ok(verified)
}

async fn read_fences(file: &Path) -> Result<Vec<RawFence>, sqlx::Error> {
    let mut file = RawFile::open(file).await?;
    let fences = file.fences().await?;
    file.close().await?;
    Ok(fences)
}

/// Parts workspaces from what is none.
fn sort_out(values: Vec<Value>) -> (BTreeSet<Workspace>, Vec<String>) {
    let mut workspaces = BTreeSet::new();
    let mut strays = Vec::new();
    for value in values {
        let text = if let Value::Text(bytes) = &value { str::from_utf8(bytes).ok() } else { None };
        match text.map(Workspace::new) {
            Some(Ok(workspace)) => {
                workspaces.insert(workspace);
            }
            Some(Err(_)) | None => strays.push(value.to_string()),
        }
    }
    (workspaces, strays)
}
