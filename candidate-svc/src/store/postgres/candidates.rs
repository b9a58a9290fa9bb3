//! Candidates as they stand, one row each.

use std::collections::HashMap;
use std::sync::Arc;

use countersign_api::name::CandidateName;
use service_kit::access::PrincipalId;
use sqlx::{PgConnection, postgres::PgRow};

use super::column;
use crate::{
    domain::Candidate,
    listing::order::due_us,
    store::{
        CorruptRow, Error,
        condition::searchable,
        row::CandidateRow,
        rows::{
            candidates::{Searched, confidence_word, id_bytes, name_of, proposer_of, record_text, snapshot_of},
            column::signed,
        },
    },
};

/// Candidates by name; a damaged row says so where it is needed.
pub(super) type KnownCandidates = HashMap<CandidateName, Result<Arc<Candidate>, CorruptRow>>;

/// What the row of a candidate has that may change, in the order of [`Changing`].
const CHANGING: &str = "revision, state, owner, turn, risk_rank, updated_at_us, expires_at_us, deadline_us, approving_revision, \
                        approving_ordinal, claimable_from_us, granted_in, executor, dedup_key, change_subject, snapshot";

/// The same, as a table of bound columns begins.
const CHANGING_BOUND: &str = "$1::text[], $2::bytea[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[], \
                              $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[], $15::text[], \
                              $16::bytea[], $17::bytea[], $18::text[]";

/// Inserts candidates that are new.
pub(super) async fn insert(connection: &mut PgConnection, rows: &[CandidateRow]) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "INSERT INTO candidates (workspace, id, {CHANGING}, action_type, confidence, proposer, record, created_at_us, due_at_us, trigger_id) \
         SELECT * FROM unnest({CHANGING_BOUND}, $19::text[], $20::text[], $21::text[], $22::text[], $23::bigint[], $24::bigint[], $25::bytea[])"
    );
    let candidates = || rows.iter().map(|row| &row.candidate);
    bind_changing(sqlx::query(sqlx::AssertSqlSafe(sql)), rows)
        .bind(candidates().map(|it| it.proposal.action_type.as_str()).collect::<Vec<_>>())
        .bind(candidates().map(|it| confidence_word(it.proposal.confidence.level)).collect::<Vec<_>>())
        .bind(candidates().map(|it| it.proposer.as_str()).collect::<Vec<_>>())
        .bind(candidates().map(|it| searchable(record_text(it.proposal.record.as_ref()))).collect::<Vec<_>>())
        .bind(candidates().map(|it| it.created_at.as_micros()).collect::<Vec<_>>())
        .bind(candidates().map(|it| due_us(it)).collect::<Vec<_>>())
        .bind(candidates().map(|it| it.proposal.trigger.name.id.as_bytes().to_vec()).collect::<Vec<_>>())
        .execute(connection)
        .await?;
    Ok(())
}

/// Overwrites candidates that changed, each only while its row has the revision that the change was decided on.
///
/// # Panics
/// When a row has another one: it is locked and was read, so somebody changed it behind the service.
pub(super) async fn update(connection: &mut PgConnection, changed: &[(u64, CandidateRow)]) -> Result<(), sqlx::Error> {
    if changed.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "UPDATE candidates SET ({CHANGING}) = (new.revision, new.state, new.owner, new.turn, new.risk_rank, new.updated_at_us, \
         new.expires_at_us, new.deadline_us, new.approving_revision, new.approving_ordinal, new.claimable_from_us, new.granted_in, \
         new.executor, new.dedup_key, \
         CASE WHEN new.keeps_changed_field THEN candidates.change_subject ELSE new.change_subject END, new.snapshot) \
         FROM unnest({CHANGING_BOUND}, $19::bigint[], $20::boolean[]) AS new (workspace, id, {CHANGING}, before, keeps_changed_field) \
         WHERE candidates.workspace = new.workspace AND candidates.id = new.id AND candidates.revision = new.before"
    );
    let rows: Vec<CandidateRow> = column(changed, |(_, row)| row.clone());
    let updated = bind_changing(sqlx::query(sqlx::AssertSqlSafe(sql)), &rows)
        .bind(column(changed, |(before, _)| signed(*before)))
        .bind(column(changed, |(_, row)| row.keeps_changed_field()))
        .execute(connection)
        .await?;
    let expected = u64::try_from(changed.len()).expect("invariant: a batch is small");
    assert_eq!(updated.rows_affected(), expected, "C-3: a candidate's row was changed by somebody else");
    Ok(())
}

/// Reads candidates by name; who is not there is left out.
pub(in crate::store) async fn find(
    connection: &mut PgConnection,
    names: &[CandidateName],
) -> Result<KnownCandidates, Error> {
    known(&by_name(connection, "candidates.snapshot", names, "").await?)
}

/// Reads candidates by name, as [`find`] does, and keeps everybody else from changing them before the end of the transaction.
///
/// They are locked in the order of workspaces and ids, by everybody: two that lock the same never wait for each other.
pub(super) async fn lock(connection: &mut PgConnection, names: &[CandidateName]) -> Result<KnownCandidates, Error> {
    known(&by_name(connection, "candidates.snapshot", names, "ORDER BY 1, 2 FOR UPDATE OF candidates").await?)
}

/// Reads one candidate.
pub(in crate::store) async fn get(
    connection: &mut PgConnection,
    name: &CandidateName,
) -> Result<Option<Arc<Candidate>>, Error> {
    let row = sqlx::query("SELECT snapshot FROM candidates WHERE workspace = $1 AND id = $2")
        .bind(name.workspace.id())
        .bind(id_bytes(name))
        .fetch_optional(connection)
        .await?;
    let candidate = row.map(|row| snapshot_of(name, &row)).transpose()?;
    Ok(candidate.transpose()?)
}

/// Reads who proposed each of these candidates; who is not there is left out.
pub(in crate::store) async fn proposers(
    connection: &mut PgConnection,
    names: &[CandidateName],
) -> Result<HashMap<CandidateName, PrincipalId>, Error> {
    let rows = by_name(connection, "candidates.proposer", names, "").await?;
    rows.iter().map(|row| name_of(row).and_then(|name| Ok((name.clone(), proposer_of(&name, row)?)))).collect()
}

async fn by_name(
    connection: &mut PgConnection,
    what: &str,
    names: &[CandidateName],
    tail: &str,
) -> Result<Vec<PgRow>, sqlx::Error> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    // Both parts are ours.
    let sql = format!(
        "SELECT candidates.workspace, candidates.id, {what} FROM unnest($1::text[], $2::bytea[]) AS wanted (workspace, id) \
         JOIN candidates ON candidates.workspace = wanted.workspace AND candidates.id = wanted.id {tail}"
    );
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(column(names, |name| name.workspace.id()))
        .bind(column(names, id_bytes))
        .fetch_all(connection)
        .await
}

fn known(rows: &[PgRow]) -> Result<KnownCandidates, Error> {
    rows.iter().map(|row| name_of(row).and_then(|name| Ok((name.clone(), snapshot_of(&name, row)?)))).collect()
}

fn bind_changing<'q>(
    query: sqlx::query::Query<'q, sqlx::Postgres, sqlx::postgres::PgArguments>,
    rows: &[CandidateRow],
) -> sqlx::query::Query<'q, sqlx::Postgres, sqlx::postgres::PgArguments> {
    let searched: Vec<Searched> = column(rows, Searched::of);
    let bytes = |text: &String| text.as_bytes().to_vec();
    query
        .bind(column(rows, |row| row.candidate.name.workspace.id().to_owned()))
        .bind(column(rows, |row| id_bytes(&row.candidate.name)))
        .bind(column(&searched, |it| it.revision))
        .bind(column(&searched, |it| it.state))
        .bind(column(&searched, |it| it.owner.clone()))
        .bind(column(&searched, |it| it.turn.clone()))
        .bind(column(&searched, |it| it.risk_rank))
        .bind(column(&searched, |it| it.updated_at_us))
        .bind(column(&searched, |it| it.expires_at_us))
        .bind(column(&searched, |it| it.deadline_us))
        .bind(column(&searched, |it| it.approving_revision))
        .bind(column(&searched, |it| it.approving_ordinal))
        .bind(column(&searched, |it| it.claimable_from_us))
        .bind(column(rows, |row| row.candidate.approved_ahead().map(|used| signed(used.grant_entry_index))))
        .bind(column(&searched, |it| it.executor.clone()))
        .bind(column(&searched, |it| it.dedup_key.as_ref().map(bytes)))
        .bind(column(rows, |row| row.changed_field().map(|field| field.as_bytes().to_vec())))
        .bind(searched.into_iter().map(|it| it.snapshot).collect::<Vec<_>>())
}
