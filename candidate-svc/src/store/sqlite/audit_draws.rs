//! What bears on proposals that may come under a standing approval: what was drawn before, and what would change the same field.

use std::collections::{BTreeSet, HashSet};

use countersign_api::name::{CandidateName, Workspace};
use ledger_format::Hash;
use sqlx::{Row, Sqlite, SqliteConnection, query_builder::Separated};

use super::bulk;
use super::column::{self, Column};
use crate::{
    catalogue::Catalogue,
    domain::Moment,
    domain::{StateName, audit_keys},
    store::{
        Error,
        ahead::Ahead,
        job::{Job, ProposeJob},
        kin::{Kin, Standing},
    },
};

/// Reads it for those proposals among the jobs whose category is approved ahead; for all others there is nothing to read.
pub(super) async fn load(
    connection: &mut SqliteConnection,
    jobs: &[Job],
    catalogue: &Catalogue,
    ahead: &mut Ahead,
    kin: &mut Kin,
    now: Moment,
) -> Result<(), Error> {
    let mut keys = BTreeSet::new();
    let mut subjects = BTreeSet::new();
    for job in jobs {
        let Job::Propose(job) = job else { continue };
        let ProposeJob { ask, propose } = &**job;
        let (workspace, proposer) = (&propose.name.workspace, ask.actor.principal());
        let action_type = &propose.proposal.action_type;
        if ahead.for_category(workspace, action_type, &proposer, now).next().is_none() {
            continue;
        }
        keys.extend(audit_keys(&proposer, propose).into_iter().map(|key| (workspace.clone(), key)));
        let subject = propose.change_subject(catalogue.get(action_type));
        subjects.extend(subject.map(|subject| (workspace.clone(), subject)));
    }
    ahead.drawn = drawn(connection, &keys.into_iter().collect::<Vec<_>>()).await?;
    contested(connection, &subjects.into_iter().collect::<Vec<_>>(), kin).await
}

/// Finds which of these keys are of candidates that were drawn and that no person decided on.
async fn drawn(
    connection: &mut SqliteConnection,
    keys: &[(Workspace, Hash)],
) -> Result<HashSet<(Workspace, Hash)>, Error> {
    const HEAD: &str = "WITH wanted (number, workspace, audit_key) AS (";
    const TAIL: &str = ") SELECT DISTINCT wanted.number FROM wanted CROSS JOIN audit_draws draws \
                        ON draws.workspace = wanted.workspace AND draws.audit_key = wanted.audit_key \
                        CROSS JOIN candidates ON candidates.workspace = draws.workspace \
                        AND candidates.id = draws.candidate_id AND candidates.state IN \
                        ('PROPOSED', 'NEEDS_EVIDENCE', 'NEEDS_OWNER', 'EDITED', 'HELD', 'WITHDRAWN', 'EXPIRED')";
    let mut found = HashSet::new();
    for chunk in bulk::chunks(keys) {
        let numbered: Vec<(i64, &(Workspace, Hash))> = (0..).zip(chunk).collect();
        let bind = |values: &mut Separated<'_, Sqlite, &'static str>, (number, key): &(i64, &(Workspace, Hash))| {
            let (workspace, key) = *key;
            values.push_bind(*number).push_bind(workspace.id().to_owned()).push_bind(key.as_bytes().to_vec());
        };
        for row in bulk::with_values(HEAD, &numbered, bind, TAIL).build().fetch_all(&mut *connection).await? {
            let number: i64 = row.try_get("number")?;
            let key = usize::try_from(number).ok().and_then(|number| chunk.get(number));
            found.insert(key.expect("invariant: the database answers with the numbers it was asked for").clone());
        }
    }
    Ok(found)
}

/// Finds who would change the same fields.
async fn contested(
    connection: &mut SqliteConnection,
    subjects: &[(Workspace, String)],
    kin: &mut Kin,
) -> Result<(), Error> {
    const HEAD: &str = "WITH wanted (number, workspace, change_subject) AS (";
    const TAIL: &str = ") SELECT wanted.number, candidates.id, candidates.state, candidates.updated_at_us \
                        FROM wanted CROSS JOIN candidates ON candidates.workspace = wanted.workspace \
                        AND candidates.change_subject = wanted.change_subject AND candidates.state <> 'EXECUTED'";
    for chunk in bulk::chunks(subjects) {
        let numbered: Vec<(i64, &(Workspace, String))> = (0..).zip(chunk).collect();
        let bind = |values: &mut Separated<'_, Sqlite, &'static str>,
                    (number, subject): &(i64, &(Workspace, String))| {
            let (workspace, subject) = *subject;
            values.push_bind(*number).push_bind(workspace.id().to_owned()).push_bind(subject.clone());
        };
        for row in bulk::with_values(HEAD, &numbered, bind, TAIL).build().fetch_all(&mut *connection).await? {
            let number: i64 = row.try_get("number")?;
            let subject = usize::try_from(number).ok().and_then(|number| chunk.get(number));
            let (workspace, subject) =
                subject.expect("invariant: the database answers with the numbers it was asked for");
            let at = |column| Column { table: "candidates", column };
            let name = CandidateName::new(workspace.clone(), column::uuid(at("id"), "?", row.try_get("id")?)?);
            let state: &str = row.try_get("state")?;
            let state: StateName = state.parse().map_err(|error| at("state").corrupt(&name, error))?;
            let updated_at = column::moment(at("updated_at_us"), &name, row.try_get("updated_at_us")?)?;
            let standing = Standing { state, updated_at };
            kin.by_subject.entry((workspace.clone(), subject.clone())).or_default().insert(name.clone(), standing);
            kin.subjects.insert(name, subject.clone());
        }
    }
    Ok(())
}
