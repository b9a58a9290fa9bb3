//! What a batch locks before it reads; see the module's own words for what each is for.

use std::collections::{BTreeMap, BTreeSet};

use countersign_api::name::Workspace;
use ledger_format::sha256;
use sqlx::PgConnection;

use super::column;
use crate::{
    domain::ActionTypeName,
    store::{job::Job, kin::DedupKey},
};
use service_kit::access::PrincipalId;

/// How a batch locks a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Hold {
    /// Beside others: rows and keys keep what it decides on.
    Beside,
    /// Alone: it decides on more of the workspace than rows and keys keep.
    Alone,
}

/// Returns how each workspace of a batch must be locked. `categories` are those in which something is approved ahead, by workspace id.
pub(super) fn holds(
    jobs: &[Job],
    workspaces: &BTreeSet<Workspace>,
    categories: &BTreeSet<(String, ActionTypeName, PrincipalId)>,
) -> BTreeMap<Workspace, Hold> {
    let mut holds: BTreeMap<Workspace, Hold> =
        workspaces.iter().map(|workspace| (workspace.clone(), Hold::Beside)).collect();
    for job in jobs {
        let alone = match job {
            Job::Propose(job) => {
                let (workspace, action_type) = (&job.propose.name.workspace, &job.propose.proposal.action_type);
                let category = (workspace.id().to_owned(), action_type.clone(), job.ask.actor.principal());
                Some(workspace).filter(|_| categories.contains(&category))
            }
            Job::ApplyPolicy(job) => Some(&job.candidate.workspace),
            Job::PolicyFile(job) => Some(&job.propose.propose.name.workspace),
            Job::Delegation(job) => Some(&job.workspace),
            Job::Standing(job) => Some(&job.order.name().workspace),
            Job::Erase(job) => Some(&job.candidate.workspace),
            Job::Command(_) | Job::Trigger(_) | Job::Receipts(_) | Job::Followed(_) => None,
        };
        if let Some(workspace) = alone {
            holds.insert(workspace.clone(), Hold::Alone);
        }
    }
    holds
}

/// Locks workspaces until the end of the transaction, in the order of their names.
pub(super) async fn workspaces(
    connection: &mut PgConnection,
    holds: &BTreeMap<Workspace, Hold>,
) -> Result<(), sqlx::Error> {
    // One after the other: the order in which one statement evaluates its rows is nobody's promise. They are few.
    for (workspace, hold) in holds {
        let statement = match hold {
            Hold::Beside => "SELECT pg_advisory_xact_lock_shared($1)",
            Hold::Alone => "SELECT pg_advisory_xact_lock($1)",
        };
        sqlx::query(statement).bind(key("workspace", &[workspace.id()])).execute(&mut *connection).await?;
    }
    Ok(())
}

/// Locks what proposals would decide on that may have no row yet: their dedup keys, and where they are dealt out by turns the turns.
pub(super) async fn proposals(
    connection: &mut PgConnection,
    dedup_keys: &[DedupKey],
    turns_in: &BTreeSet<Workspace>,
) -> Result<(), sqlx::Error> {
    let keys = dedup_keys
        .iter()
        .map(|(workspace, proposer, dedup_key)| key("dedup key", &[workspace.id(), proposer.as_str(), dedup_key]));
    let turns = turns_in.iter().map(|workspace| key("turns", &[workspace.id()]));
    lock(connection, keys.chain(turns).collect()).await
}

/// Locks the fields that candidates would change which may come to be approved.
pub(super) async fn subjects(
    connection: &mut PgConnection,
    subjects: &BTreeSet<(Workspace, String)>,
) -> Result<(), sqlx::Error> {
    lock(
        connection,
        column(subjects, |(workspace, subject)| key("subject", &[workspace.id(), subject])).into_iter().collect(),
    )
    .await
}

/// Locks keys in their order. The subquery is sorted before its rows are handed on (`OFFSET 0` keeps it apart).
async fn lock(connection: &mut PgConnection, keys: BTreeSet<i64>) -> Result<(), sqlx::Error> {
    if keys.is_empty() {
        return Ok(());
    }
    sqlx::query("SELECT pg_advisory_xact_lock(key) FROM (SELECT key FROM unnest($1::bigint[]) AS key ORDER BY key OFFSET 0) AS sorted")
        .bind(column(&keys, |key| *key))
        .execute(connection)
        .await?;
    Ok(())
}

/// Returns the number of an advisory lock. Two that meet in one number wait for each other without need, and nothing else.
fn key(what: &str, parts: &[&str]) -> i64 {
    let mut bytes = b"countersign/candidates/lock/v1\n".to_vec();
    for part in std::iter::once(&what).chain(parts) {
        bytes.extend_from_slice(&u64::try_from(part.len()).expect("a length fits 64 bits").to_be_bytes());
        bytes.extend_from_slice(part.as_bytes());
    }
    let hash = sha256(&[&bytes]);
    let (first, _) = hash.as_bytes().split_first_chunk().expect("a hash has 32 bytes");
    i64::from_be_bytes(*first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_of_its_parts_and_not_of_their_text_together() {
        let keys = [key("dedup key", &["a", "bc"]), key("dedup key", &["ab", "c"]), key("subject", &["a", "bc"])];
        assert_eq!(BTreeSet::from(keys).len(), 3);
        assert_eq!(key("turns", &["demo"]), key("turns", &["demo"]));
    }
}
