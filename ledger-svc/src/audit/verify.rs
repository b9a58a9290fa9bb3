use std::{collections::BTreeSet, path::Path};

use countersign_api::name::Workspace;
use ledger_format::{PinnedKeys, VerifyingKeys};
use service_kit::database::Location;

use super::{
    Error, StoreFile, What, cover_pass,
    custody_pass::Custody,
    extents,
    fault::{Fault, Source, Trouble},
    fence_pass::{FencePass, SignedBy},
    head_pass, key_store_pass,
    log_pass::{LogPass, LogVerified},
    place::{CHECKPOINTS, ENTRIES, FENCES, KEY_STORE, TILES, Table},
    structure_pass,
};
use crate::{
    origin::Origins,
    store::{
        LedgerPlace, content_keys as keys_store, fence,
        raw::{RawFence, RawFile, RawWorkspaces, Value},
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

/// Verifies every log of a ledger, in a file or a database, against its own hashes, its signed checkpoints and the fence store.
///
/// Returns what was verified, a log each, sorted by workspace, the log of logs last. Each of its entries is held against the checkpoint that it
/// covers.
///
/// # Errors
/// [`Error::Found`] with the first thing that is wrong; the others when the files can not be read at all.
pub async fn verify(
    place: &LedgerPlace,
    fence: &Path,
    keys: &(impl PinnedKeys + ?Sized),
    origin_prefix: &str,
    on_progress: impl FnMut(Progress<'_>) + Send,
) -> Result<Vec<LogVerified>, Error> {
    let verified = verify_logs(place, fence, &keys.to_list(), origin_prefix, None, on_progress).await;
    verified.map_err(|error| named_in(place, error))
}

/// Verifies one workspace's log as [`verify`] does, whatever stands in the others, and the files or databases that hold it.
///
/// Returns what was verified; none when the workspace has no log.
///
/// # Errors
/// As [`verify`].
pub async fn verify_log(
    place: &LedgerPlace,
    fence: &Path,
    keys: &(impl PinnedKeys + ?Sized),
    origin_prefix: &str,
    workspace: &Workspace,
    on_progress: impl FnMut(Progress<'_>) + Send,
) -> Result<Option<LogVerified>, Error> {
    let keys = keys.to_list();
    let verified = verify_logs(place, fence, &keys, origin_prefix, Some(workspace), on_progress).await;
    Ok(verified.map_err(|error| named_in(place, error))?.into_iter().next())
}

/// Names what was found as the place has it: in files or in databases.
fn named_in(place: &LedgerPlace, mut error: Error) -> Error {
    if let (LedgerPlace::Databases { .. }, Error::Found(finding)) = (place, &mut error) {
        finding.place.cell.in_databases();
    }
    error
}

async fn verify_logs(
    place: &LedgerPlace,
    fence: &Path,
    keys: &VerifyingKeys,
    origin_prefix: &str,
    only: Option<&Workspace>,
    mut on_progress: impl FnMut(Progress<'_>) + Send,
) -> Result<Vec<LogVerified>, Error> {
    let origins = Origins::new(origin_prefix)?;
    let keys = Keys::of(keys, &origins);
    let locations = (place.ledger(), place.content_keys(), Location::Sqlite(fence.to_owned()));
    let ledger = Source { location: &locations.0, file: StoreFile::Ledger };
    let content_keys = Source { location: &locations.1, file: StoreFile::ContentKeys };
    let fence = Source { location: &locations.2, file: StoreFile::Fence };
    loop {
        // A server gives every reader one moment; a file may have been changed under the reading.
        let files = [ledger, content_keys, fence].into_iter().filter_map(|source| match source.location {
            Location::Sqlite(file) => Some((file.as_path(), Stillness::of(file))),
            Location::Postgres(_) => None,
        });
        let still: Vec<(&Path, Stillness)> = files.collect();
        // The future of reading from either kind of database is large, and every caller's would hold it.
        let verifying = Box::pin(verify_once(ledger, content_keys, fence, &keys, &origins, only, &mut on_progress));
        let verified = match verifying.await {
            Ok(verified) => Ok(verified),
            Err(Trouble::Error(error)) => Err(error),
            Err(Trouble::Fault(fault) | Trouble::Below(fault)) => {
                Err(fault.below(extents::of_every_log(ledger, fence, &origins).await).into())
            }
        };
        // A server that started meanwhile may have changed pages under the reading: what it found says nothing.
        if still.iter().all(|(file, stillness)| stillness.held(file)) {
            return verified;
        }
    }
}

async fn verify_once(
    ledger: Source<'_>,
    content_keys: Source<'_>,
    fence: Source<'_>,
    keys: &Keys,
    origins: &Origins,
    only: Option<&Workspace>,
    mut on_progress: impl FnMut(Progress<'_>) + Send,
) -> Result<Vec<LogVerified>, Trouble> {
    // A running server moves the fence before it stores a checkpoint. Read before and after the ledger's moment, it can be told what
    // must stand in the ledger by then and what may not yet.
    let before = read_fences(fence).await?;
    // Keys are drawn before an entry needs them and destroyed after the entry that says so: a running server has those that the ledger's
    // moment needs before that moment or after it.
    let mut custody = Custody::default();
    custody.read_keys(content_keys).await?;
    let mut file = RawFile::open(ledger.location).await.map_err(ledger.refuse_to_open())?;
    let after = read_fences(fence).await?;
    let signed_by = match ledger.location {
        Location::Sqlite(_) => SignedBy::One,
        Location::Postgres(_) => SignedBy::Several,
    };
    let fences = FencePass::new(origins, &before, &after, signed_by);
    custody.read_keys_since(content_keys).await?;
    custody.read_ledger(ledger, &mut file).await?;

    let (workspaces, stray) = sort_out(file.workspaces().await.map_err(ledger.refuse_to_open())?, &fences);
    let entries_about = file.entries_about().await.map_err(ledger.refuse(ENTRIES.name))?;
    let mut verified = Vec::new();
    let mut entries = 0;
    for workspace in workspaces.into_iter().filter(|workspace| only.is_none_or(|only| only == workspace)) {
        let origin = origins.of(&workspace);
        let key = keys.of_log(&workspace);
        let mut pass = LogPass::new(&mut file, ledger, &workspace, &origin, key, &fences, &mut custody);
        let log = pass
            .run(|read| on_progress(Progress { workspace: workspace.id(), entries: entries + read, entries_about }));
        let log = log.await?;
        let erasures = pass.erasures();
        head_pass::check(ledger, &mut file, &log, erasures).await?;
        entries += log.size;
        verified.push(log);
    }
    if only.is_none() {
        if let Some(stray) = stray {
            return Err(stray.into());
        }
        fences.check_strangers()?;
        let logs: Vec<&str> = verified.iter().map(|log| log.workspace.id()).collect();
        custody.check_strangers(&logs)?;
    }
    if let Some(log) = verified.iter().find(|log| log.workspace.is_log_of_logs()) {
        cover_pass::check(ledger, &mut file, log.size).await?;
    }
    structure_pass::check_keys(ledger, &mut file).await?;
    structure_pass::check(ledger, &mut file, &sqlite::MIGRATIONS).await?;
    let key_store = file.key_store().await.map_err(ledger.refuse(KEY_STORE))?;
    file.close().await.map_err(ledger.refuse_to_open())?;
    let mut file = RawFile::open_keys(content_keys.location).await.map_err(content_keys.refuse_to_open())?;
    key_store_pass::check(content_keys, &mut file, key_store.as_ref()).await?;
    structure_pass::check(content_keys, &mut file, &keys_store::MIGRATIONS).await?;
    file.close().await.map_err(content_keys.refuse_to_open())?;
    let mut file = RawFile::open(fence.location).await.map_err(fence.refuse_to_open())?;
    structure_pass::check(fence, &mut file, &fence::MIGRATIONS).await?;
    file.close().await.map_err(fence.refuse_to_open())?;
    verified.sort_by(|one, other| one.workspace.cmp(&other.workspace));
    Ok(verified)
}

/// The pinned keys under both names that they sign under.
struct Keys {
    of_workspaces: VerifyingKeys,
    of_log_of_logs: VerifyingKeys,
}

impl Keys {
    fn of(keys: &VerifyingKeys, origins: &Origins) -> Self {
        let origin = origins.of(&Workspace::log_of_logs());
        let of_log_of_logs = keys.named(&origin).expect("invariant: the origin of the log of logs can name a key");
        Self { of_workspaces: keys.clone(), of_log_of_logs }
    }

    fn of_log(&self, workspace: &Workspace) -> &VerifyingKeys {
        if workspace.is_log_of_logs() { &self.of_log_of_logs } else { &self.of_workspaces }
    }
}

async fn read_fences(source: Source<'_>) -> Result<Vec<RawFence>, Trouble> {
    let mut file = RawFile::open(source.location).await.map_err(source.refuse_to_open())?;
    let fences = file.fences().await.map_err(source.refuse(FENCES.name))?;
    file.close().await.map_err(source.refuse_to_open())?;
    Ok(fences)
}

/// Sorts the workspaces by how much there is of their logs, and finds a row that is of none.
///
/// A row moved to another workspace is named by the gap it leaves before it is named as the other's only row.
fn sort_out(raw: RawWorkspaces, fences: &FencePass) -> (Vec<Workspace>, Option<Fault>) {
    let mut stray = None;
    let mut parse = |table: Table, values: Vec<Value>| -> BTreeSet<Workspace> {
        let parsed = values.into_iter().filter_map(|value| {
            let workspace = extents::workspace(&value);
            if workspace.is_none() {
                stray.get_or_insert_with(|| of_no_workspace(table, &value));
            }
            workspace
        });
        parsed.collect()
    };
    let of_entries = parse(ENTRIES, raw.of_entries);
    let of_checkpoints = parse(CHECKPOINTS, raw.of_checkpoints);
    let of_tiles = parse(TILES, raw.of_tiles);

    let all: BTreeSet<Workspace> =
        [&of_entries, &of_checkpoints, &of_tiles, &fences.workspaces()].into_iter().flatten().cloned().collect();
    let mut workspaces: Vec<Workspace> = all.into_iter().collect();
    workspaces.sort_by_key(|workspace| {
        let is_signed = of_entries.contains(workspace) && of_checkpoints.contains(workspace);
        (!is_signed, !fences.knows(workspace))
    });
    (workspaces, stray)
}

fn of_no_workspace(table: Table, value: &Value) -> Fault {
    let fault = Fault::of_table(table, What::NoWorkspace { workspace: value.to_string() }).in_column("workspace");
    let row = if *value == Value::Null { "workspace IS NULL".to_owned() } else { format!("workspace = '{value}'") };
    fault.in_row(|| row)
}
