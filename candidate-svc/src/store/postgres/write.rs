//! Writes what a batch decided, in one transaction.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use countersign_api::name::Workspace;
use sqlx::PgConnection;

use super::{
    candidates, delegations, erasures, events, kin, likenesses, outbox, policies, requests, standing_approvals,
    team_turns, triggers, workspaces,
};
use crate::{
    domain::{Moment, Trigger},
    store::{Error, batch::Writes},
};

/// Writes it all; `known` are workspaces that have a row already.
///
/// Rows that are locked already come first, then the workspaces' own rows, and last the requests, whose keys another process may hold:
/// whoever waits for those holds up nobody who has still to lock something.
pub(super) async fn write(
    connection: &mut PgConnection,
    writes: &Writes,
    known: &BTreeSet<Workspace>,
    now: Moment,
) -> Result<(), Error> {
    candidates::update(connection, &writes.changed).await?;
    standing_approvals::write(connection, &writes.ahead).await?;
    outbox::record_receipts(connection, &writes.receipts).await?;
    erasures::erase(connection, &writes.erasures).await?;
    team_turns::write(connection, &writes.team_turns).await?;
    delegations::insert(connection, &writes.delegations_made).await?;
    delegations::end(connection, &writes.delegations_ended).await?;
    let mut before = workspaces::take_numbers(connection, &wanted_numbers(writes, known)).await?;
    triggers::insert(connection, &number(&writes.triggers, &mut before)).await?;
    candidates::insert(connection, &writes.created).await?;
    events::insert(connection, &writes.events).await?;
    likenesses::write(connection, &writes.ahead.likenesses).await?;
    kin::remember(connection, &writes.memories, now).await?;
    policies::insert(connection, &writes.policy_revisions).await?;
    policies::take_notice(connection, &writes.policy_files).await?;
    erasures::note_followed(connection, &writes.followed).await?;
    requests::insert(connection, &writes.requests).await?;
    Ok(())
}

/// Returns in which workspaces something is written that is new there, and how many triggers of it.
fn wanted_numbers(writes: &Writes, known: &BTreeSet<Workspace>) -> BTreeMap<Workspace, i64> {
    let mut wanted: BTreeMap<Workspace, i64> = BTreeMap::new();
    for workspace in writes.events.iter().map(|row| row.subject.workspace()).filter(|it| !known.contains(*it)) {
        wanted.entry(workspace.clone()).or_default();
    }
    for trigger in &writes.triggers {
        *wanted.entry(trigger.name.workspace.clone()).or_default() += 1;
    }
    wanted
}

/// Gives triggers their places: dense, because the workspaces' rows are locked.
fn number(triggers: &[Arc<Trigger>], last: &mut BTreeMap<Workspace, i64>) -> Vec<(i64, Arc<Trigger>)> {
    let numbered = triggers.iter().map(|trigger| {
        let last = last.get_mut(&trigger.name.workspace).expect("invariant: numbers were taken for each");
        *last += 1;
        (*last, Arc::clone(trigger))
    });
    numbered.collect()
}
