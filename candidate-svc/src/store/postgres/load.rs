//! Locks and reads what a batch decides on, in the order that the module's own words give.

use std::collections::{BTreeSet, HashMap};

use countersign_api::name::{CandidateName, Workspace};
use sqlx::PgConnection;

use super::{
    candidates::{self, KnownCandidates},
    delegations, erasures, events, kin, likenesses, locks, policies, requests, standing_approvals, team_turns,
    triggers,
};
use crate::{
    domain::Moment,
    store::{
        Error,
        ahead::Ahead,
        batch::{Judge, Known},
        job::Job,
        kin::{DedupKey, Kin},
        wanted::{self, Wanted},
    },
};

/// Learns which policies are in force where something is asked: another process may have put one in force. Nobody does before the commit:
/// whoever does, locks the workspace alone.
pub(super) async fn learn_policies(
    connection: &mut PgConnection,
    judge: &mut Judge,
    workspaces: &BTreeSet<Workspace>,
) -> Result<(), Error> {
    let marks = policies::marks(connection, workspaces).await?;
    let is_known = |mark: &policies::Mark| {
        let known = judge.policies.get(&mark.workspace);
        known.is_some_and(|known| known.revision == mark.revision && known.file_digest == mark.file_digest)
    };
    let stale: BTreeSet<Workspace> =
        marks.iter().filter(|mark| !is_known(mark)).map(|mark| mark.workspace.clone()).collect();
    if !stale.is_empty() {
        judge.policies.extend(policies::in_force(connection, Some(&stale)).await?);
    }
    Ok(())
}

/// Locks and reads what the jobs are about.
pub(super) async fn load(
    connection: &mut PgConnection,
    judge: &Judge,
    wanted: Wanted,
    jobs: &[Job],
    now: Moment,
) -> Result<Known, Error> {
    let Wanted { mut names, requests: keys, sources, dedup_keys, approved, erased, revoked, proposed_in, .. } = wanted;
    let takes_turns = judge.owners.take_turns();
    let turns_in = if takes_turns { proposed_in.clone() } else { BTreeSet::new() };
    locks::proposals(connection, &dedup_keys, &turns_in).await?;
    names.extend(standing_approvals::approved_under(connection, &revoked).await?);
    let (open, mut candidates) = lock_candidates(connection, names, &dedup_keys).await?;
    let mut kin = Kin { open, ..Kin::default() };

    // Read once the rows are locked: a request that another process answered meanwhile is found, and not refused for what it did.
    let requests = requests::find(connection, &keys).await?;
    let (answered, trigger_names) = wanted::answered(&requests);
    let unread: Vec<_> = answered.into_iter().filter(|name| !candidates.contains_key(name)).collect();
    candidates.extend(candidates::find(connection, &unread).await?);

    let approved: Vec<_> = approved.into_iter().collect();
    let subjects = kin::subjects(connection, &approved).await?;
    locks::subjects(connection, &subjects).await?;
    kin::rivals(connection, &approved, &mut kin).await?;
    if kin::remembers(connection, &proposed_in).await? {
        kin.memories = kin::memories(connection, &wanted::memory_keys(jobs, &judge.catalogue)).await?;
    }

    let used = wanted::standing_approvals_used(candidates.values());
    let mut approvals = standing_approvals::lock(connection, used).await?;
    approvals.extend(standing_approvals::load(connection, jobs, &requests, now).await?);
    let mut ahead = Ahead { approvals, ..Ahead::default() };
    let precedents = wanted::precedents(jobs, &ahead, &judge.catalogue, now);
    likenesses::alike(connection, &precedents.likenesses.into_iter().collect::<Vec<_>>(), &mut ahead).await?;
    kin::contested(connection, &precedents.subjects.into_iter().collect::<Vec<_>>(), &mut kin).await?;

    let team_turns = if turns_in.is_empty() { HashMap::new() } else { team_turns::load(connection, &turns_in).await? };
    Ok(Known {
        histories: erasures::histories(connection, &erased).await?,
        team_turns,
        answered: events::rebuild(connection, wanted::past(&requests, &candidates)).await?,
        triggers_by_source: triggers::find_by_source(connection, &sources.into_iter().collect::<Vec<_>>()).await?,
        triggers_by_name: triggers::find(connection, &trigger_names.into_iter().collect::<Vec<_>>()).await?,
        delegations: delegations::load(connection, jobs, &requests, now).await?,
        kin,
        ahead,
        requests,
        candidates,
    })
}

/// Locks and reads candidates: those that are named, and those that are open under these dedup keys.
///
/// Which are open is read again once they are locked: one may have been decided on meanwhile, another have come to be open again.
async fn lock_candidates(
    connection: &mut PgConnection,
    named: BTreeSet<CandidateName>,
    dedup_keys: &[DedupKey],
) -> Result<(HashMap<DedupKey, CandidateName>, KnownCandidates), Error> {
    let mut open = kin::open(connection, dedup_keys).await?;
    let mut wanted: BTreeSet<_> = named.into_iter().chain(open.values().cloned()).collect();
    let mut known = KnownCandidates::new();
    loop {
        known.extend(candidates::lock(connection, &wanted.into_iter().collect::<Vec<_>>()).await?);
        if dedup_keys.is_empty() || open.is_empty() {
            return Ok((open, known));
        }
        open = kin::open(connection, dedup_keys).await?;
        wanted = open.values().filter(|name| !known.contains_key(*name)).cloned().collect();
        if wanted.is_empty() {
            return Ok((open, known));
        }
    }
}
