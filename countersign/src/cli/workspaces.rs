//! Which workspaces there are, so that a misspelled one is told from an empty one.

use std::path::Path;

use countersign_api::candidate::v1::ListCandidatesRequest;
use countersign_api::name::Workspace;
use ledger_svc::store::raw::{RawFile, Value};
use service_kit::database::Location;
use tonic::Code;

use super::Context;
use crate::app::ledger_place::{self, NamedPlace};
use crate::failure::Failure;
use crate::session::Session;

/// Refuses a workspace that the person has named and in which nothing was ever proposed. It is for commands that found nothing.
///
/// Nobody makes a workspace: the first proposal does. The services refuse one that is not among the others there are; in the beginning
/// there are none, and only the one that is meant when none is named may be empty.
///
/// # Errors
/// [`Failure::Finding`] naming the workspace; the server's refusal.
pub async fn refuse_unknown(context: &Context, session: &Session) -> Result<(), Failure> {
    let place = &context.place;
    if place.is_workspace_named && !holds_candidates(session).await? {
        return Err(unknown(&place.workspace, &[]));
    }
    Ok(())
}

/// Says when a workspace is about to begin beside others: the first proposal makes it, also where its name is a slip.
///
/// # Errors
/// [`Failure::Unreachable`] when the ledger cannot be read.
pub async fn say_if_new(context: &Context) -> Result<(), Failure> {
    let place = &context.place;
    if place.server.is_some() {
        return Ok(());
    }
    let named = NamedPlace::of_environment().map_err(Failure::Unreachable)?;
    let ledger = ledger_place::find(&place.data_dir, &named).map_err(Failure::Unreachable)?.ledger();
    let existing = existing(&ledger).await?;
    if !existing.is_empty() && !existing.contains(&place.workspace) {
        let id = place.workspace.id();
        context.console.say(&format!("`{id}` is a new workspace; there {}", are(&existing)));
    }
    Ok(())
}

/// Returns what is said of a workspace that is not among the existing ones.
pub fn unknown(workspace: &Workspace, existing: &[Workspace]) -> Failure {
    let id = workspace.id();
    Failure::Finding(if existing.is_empty() {
        format!("there is no workspace `{id}`: nothing was ever recorded in it; name another by `--workspace`")
    } else {
        format!("there is no workspace `{id}`, there {}; name yours by `--workspace`", are(existing))
    })
}

fn are(existing: &[Workspace]) -> String {
    let named: Vec<String> = existing.iter().map(|workspace| format!("`{}`", workspace.id())).collect();
    format!("{} {}", if named.len() == 1 { "is" } else { "are" }, named.join(", "))
}

/// Lists the workspaces that have a log in a ledger.
///
/// # Errors
/// [`Failure::Unreachable`] when the ledger cannot be read.
pub async fn existing(ledger: &Location) -> Result<Vec<Workspace>, Failure> {
    let read = async {
        let mut opened = RawFile::open(ledger).await?;
        let found = opened.workspaces().await?;
        opened.close().await?;
        Ok::<_, anyhow::Error>(found)
    };
    let found = read.await.map_err(|error| Failure::file(Path::new(&ledger.to_string()), format!("{error:#}")))?;
    let mut workspaces: Vec<Workspace> = found.of_entries.iter().filter_map(workspace_of).collect();
    workspaces.sort();
    workspaces.dedup();
    Ok(workspaces)
}

fn workspace_of(value: &Value) -> Option<Workspace> {
    let Value::Text(bytes) = value else { return None };
    str::from_utf8(bytes).ok().and_then(|id| Workspace::new(id).ok())
}

async fn holds_candidates(session: &Session) -> Result<bool, Failure> {
    let request = ListCandidatesRequest {
        parent: session.workspace().to_string(),
        page_size: 1,
        ..ListCandidatesRequest::default()
    };
    match session.review().list_candidates(request).await {
        Ok(page) => Ok(!page.into_inner().candidates.is_empty()),
        // Who may read the ledger alone is answered by the ledger alone.
        Err(status) if status.code() == Code::PermissionDenied => Ok(false),
        Err(status) => Err(status.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_workspace_names_those_there_are() {
        let workspace = |id: &str| Workspace::new(id).expect("an id");
        let said = |existing: &[&str]| {
            unknown(&workspace("dmeo"), &existing.iter().map(|id| workspace(id)).collect::<Vec<_>>()).to_string()
        };
        assert_eq!(said(&["demo"]), "there is no workspace `dmeo`, there is `demo`; name yours by `--workspace`");
        assert!(said(&["crm", "demo"]).contains("there are `crm`, `demo`"));
        assert!(said(&[]).contains("nothing was ever recorded"));
    }
}
