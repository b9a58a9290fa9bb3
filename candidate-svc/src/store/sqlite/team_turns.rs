//! How many turns each team has given out.

use std::collections::{BTreeSet, HashMap};

use countersign_api::name::Workspace;
use ledger_format::Hash;
use sqlx::{Row, SqliteConnection};

use crate::store::{
    Error,
    job::Job,
    rows::column::{self, Column, signed},
};

/// Reads the turns of the workspaces in which something is proposed.
pub(in crate::store) async fn load(
    connection: &mut SqliteConnection,
    jobs: &[Job],
) -> Result<HashMap<(Workspace, Hash), u64>, Error> {
    let proposed = jobs.iter().filter_map(Job::proposed).map(|job| &job.propose.name.workspace);
    let mut turns = HashMap::new();
    for workspace in proposed.collect::<BTreeSet<_>>() {
        let rows = sqlx::query("SELECT team, given FROM team_turns WHERE workspace = ?")
            .bind(workspace.id())
            .fetch_all(&mut *connection)
            .await?;
        for row in rows {
            let team = column::hash(at("team"), workspace, row.try_get("team")?)?;
            turns.insert((workspace.clone(), team), column::natural(at("given"), workspace, row.try_get("given")?)?);
        }
    }
    Ok(turns)
}

/// Writes how many turns were given out.
pub(in crate::store) async fn write(
    connection: &mut SqliteConnection,
    turns: &HashMap<(Workspace, Hash), u64>,
) -> Result<(), sqlx::Error> {
    for ((workspace, team), given) in turns {
        sqlx::query(
            "INSERT INTO team_turns (workspace, team, given) VALUES (?, ?, ?) \
             ON CONFLICT (workspace, team) DO UPDATE SET given = excluded.given",
        )
        .bind(workspace.id())
        .bind(team.as_bytes().as_slice())
        .bind(signed(*given))
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

const fn at(column: &'static str) -> Column {
    Column { table: "team_turns", column }
}
