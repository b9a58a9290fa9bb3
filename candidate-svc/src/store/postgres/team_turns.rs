//! How many turns each team has given out.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use countersign_api::name::Workspace;
use ledger_format::Hash;
use sqlx::PgConnection;

use super::column;
use crate::store::{
    Error,
    rows::{
        Columns,
        column::{self as of_column, Column, signed},
    },
};

/// Reads the turns of workspaces, whose turns nobody else gives out meanwhile.
pub(super) async fn load(
    connection: &mut PgConnection,
    workspaces: &BTreeSet<Workspace>,
) -> Result<HashMap<(Workspace, Hash), u64>, Error> {
    let rows = sqlx::query("SELECT workspace, team, given FROM team_turns WHERE workspace = ANY($1)")
        .bind(column(workspaces, Workspace::id))
        .fetch_all(connection)
        .await?;
    let mut turns = HashMap::with_capacity(rows.len());
    for row in &rows {
        let id = row.text("workspace")?;
        let workspace: Workspace = of_column::workspace(at("workspace"), id, id)?;
        let team = of_column::hash(at("team"), &workspace, row.bytes("team")?)?;
        let given = of_column::natural(at("given"), &workspace, row.number("given")?)?;
        turns.insert((workspace, team), given);
    }
    Ok(turns)
}

/// Writes how many turns were given out.
pub(super) async fn write(
    connection: &mut PgConnection,
    turns: &HashMap<(Workspace, Hash), u64>,
) -> Result<(), sqlx::Error> {
    if turns.is_empty() {
        return Ok(());
    }
    let turns: BTreeMap<_, _> =
        turns.iter().map(|((workspace, team), given)| ((workspace.id(), *team.as_bytes()), signed(*given))).collect();
    sqlx::query(
        "INSERT INTO team_turns (workspace, team, given) SELECT * FROM unnest($1::text[], $2::bytea[], $3::bigint[]) \
         ON CONFLICT (workspace, team) DO UPDATE SET given = excluded.given",
    )
    .bind(column(turns.keys(), |(workspace, _)| *workspace))
    .bind(column(turns.keys(), |(_, team)| team.to_vec()))
    .bind(column(turns.values(), |given| *given))
    .execute(connection)
    .await?;
    Ok(())
}

const fn at(column: &'static str) -> Column {
    Column { table: "team_turns", column }
}
