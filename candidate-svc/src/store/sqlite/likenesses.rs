//! What comes before proposals that may come under a standing approval: what is open and alike, and what would change the same field.

use std::collections::BTreeMap;

use countersign_api::name::{CandidateName, Workspace};
use ledger_format::Hash;
use sqlx::{Row, Sqlite, SqliteConnection, query_builder::Separated};

use super::bulk;
use crate::store::{
    Error,
    ahead::{Ahead, Likeness},
    kin::Kin,
    rows::{
        candidates::{id_bytes, name_in},
        kin::take_in,
    },
    wanted::Precedents,
};

/// Reads what comes before proposals.
pub(in crate::store) async fn load(
    connection: &mut SqliteConnection,
    precedents: Precedents,
    ahead: &mut Ahead,
    kin: &mut Kin,
) -> Result<(), Error> {
    let Precedents { likenesses, subjects } = precedents;
    alike(connection, &likenesses.into_iter().collect::<Vec<_>>(), ahead).await?;
    contested(connection, &subjects.into_iter().collect::<Vec<_>>(), kin).await
}

/// Writes by what candidates are found from now on; of those under which nothing may be done any more, nothing is left.
pub(in crate::store) async fn write(
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
            ahead.alike.entry((workspace.clone(), *key)).or_default().insert(name_in(workspace, &row)?);
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
            take_in(kin, name_in(workspace, &row)?, subject.clone(), &row)?;
        }
    }
    Ok(())
}
