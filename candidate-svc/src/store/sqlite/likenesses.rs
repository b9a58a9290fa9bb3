//! What comes before proposals that may come under a standing approval: what is open and alike, and what would change the same field.

use std::collections::{BTreeMap, BTreeSet};

use countersign_api::name::{CandidateName, Workspace};
use ledger_format::Hash;
use sqlx::{Row, Sqlite, SqliteConnection, query_builder::Separated};

use super::{
    bulk,
    candidates::id_bytes,
    column::{self, Column},
};
use crate::{
    catalogue::Catalogue,
    domain::{Moment, StateName, likenesses},
    store::{
        Error,
        ahead::{Ahead, Likeness},
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
        keys.extend(likenesses(&proposer, propose).into_iter().map(|key| (workspace.clone(), key)));
        let subject = propose.change_subject(catalogue.get(action_type));
        subjects.extend(subject.map(|subject| (workspace.clone(), subject)));
    }
    alike(connection, &keys.into_iter().collect::<Vec<_>>(), ahead).await?;
    contested(connection, &subjects.into_iter().collect::<Vec<_>>(), kin).await
}

/// Writes by what candidates are found from now on; of those under which nothing may be done any more, nothing is left.
pub(super) async fn write(
    connection: &mut SqliteConnection,
    likenesses: &BTreeMap<CandidateName, Likeness>,
) -> Result<(), sqlx::Error> {
    let over: Vec<&CandidateName> = likenesses.iter().filter(|(_, it)| it.over).map(|(name, _)| name).collect();
    for chunk in bulk::chunks(&over) {
        const HEAD: &str = "DELETE FROM likenesses WHERE (workspace, candidate_id) IN (";
        let bind = |values: &mut Separated<'_, Sqlite, &'static str>, name: &&CandidateName| {
            values.push_bind(name.workspace.id().to_owned()).push_bind(id_bytes(name));
        };
        bulk::with_values(HEAD, chunk, bind, ")").build().execute(&mut *connection).await?;
    }
    let kept: Vec<(&CandidateName, Hash)> =
        likenesses.iter().flat_map(|(name, it)| it.keys.iter().map(move |key| (name, *key))).collect();
    for chunk in bulk::chunks(&kept) {
        const HEAD: &str = "INSERT OR IGNORE INTO likenesses (workspace, candidate_id, likeness) ";
        let bind = |values: &mut Separated<'_, Sqlite, &'static str>, (name, key): &(&CandidateName, Hash)| {
            values
                .push_bind(name.workspace.id().to_owned())
                .push_bind(id_bytes(name))
                .push_bind(key.as_bytes().to_vec());
        };
        bulk::with_values(HEAD, chunk, bind, "").build().execute(&mut *connection).await?;
    }
    Ok(())
}

/// Finds what is open and has one of these keys.
async fn alike(connection: &mut SqliteConnection, keys: &[(Workspace, Hash)], ahead: &mut Ahead) -> Result<(), Error> {
    const HEAD: &str = "WITH wanted (number, workspace, likeness) AS (";
    const TAIL: &str = ") SELECT wanted.number, candidates.id FROM wanted CROSS JOIN likenesses \
                        ON likenesses.workspace = wanted.workspace AND likenesses.likeness = wanted.likeness \
                        CROSS JOIN candidates ON candidates.workspace = likenesses.workspace \
                        AND candidates.id = likenesses.candidate_id AND candidates.state IN \
                        ('PROPOSED', 'NEEDS_EVIDENCE', 'NEEDS_OWNER', 'EDITED', 'HELD')";
    for chunk in bulk::chunks(keys) {
        let numbered: Vec<(i64, &(Workspace, Hash))> = (0..).zip(chunk).collect();
        let bind = |values: &mut Separated<'_, Sqlite, &'static str>, (number, key): &(i64, &(Workspace, Hash))| {
            let (workspace, key) = *key;
            values.push_bind(*number).push_bind(workspace.id().to_owned()).push_bind(key.as_bytes().to_vec());
        };
        for row in bulk::with_values(HEAD, &numbered, bind, TAIL).build().fetch_all(&mut *connection).await? {
            let number: i64 = row.try_get("number")?;
            let key = usize::try_from(number).ok().and_then(|number| chunk.get(number));
            let (workspace, key) = key.expect("invariant: the database answers with the numbers it was asked for");
            let at = Column { table: "candidates", column: "id" };
            let name = CandidateName::new(workspace.clone(), column::uuid(at, "?", row.try_get("id")?)?);
            ahead.alike.entry((workspace.clone(), *key)).or_default().insert(name);
        }
    }
    Ok(())
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
