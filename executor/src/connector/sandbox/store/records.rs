use std::collections::BTreeMap;

use countersign_api::name::Workspace;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::Error;
use crate::connector::sandbox::Record;

/// SQLite takes 32,766 bound values a statement; four a row stay well below.
const ROWS_PER_STATEMENT: usize = 1_000;

/// Reads a record; none when there is none.
pub(crate) async fn read_record(
    connection: &mut SqliteConnection,
    workspace: &Workspace,
    object_type: &str,
    id: &str,
) -> Result<Option<Record>, Error> {
    let fields: Option<String> =
        sqlx::query_scalar("SELECT fields FROM records WHERE workspace = ? AND object_type = ? AND id = ?")
            .bind(workspace.id())
            .bind(object_type)
            .bind(id)
            .fetch_optional(connection)
            .await?;
    let Some(fields) = fields else { return Ok(None) };
    let fields = serde_json::from_str(&fields).map_err(|_| Error::CorruptRow {
        table: "records",
        column: "fields",
        row: format!("{}/{object_type}/{id}", workspace.id()),
    })?;
    Ok(Some(Record { object_type: object_type.to_owned(), id: id.to_owned(), fields }))
}

/// Writes the fields of a record that is there.
pub(crate) async fn write_record(
    connection: &mut SqliteConnection,
    workspace: &Workspace,
    record: &Record,
) -> Result<(), Error> {
    sqlx::query("UPDATE records SET fields = ? WHERE workspace = ? AND object_type = ? AND id = ?")
        .bind(to_json(&record.fields))
        .bind(workspace.id())
        .bind(&record.object_type)
        .bind(&record.id)
        .execute(connection)
        .await?;
    Ok(())
}

/// Inserts those of the records that are missing and returns how many those were.
pub(crate) async fn insert_missing_records(
    connection: &mut SqliteConnection,
    workspace: &Workspace,
    records: &[Record],
) -> Result<u64, Error> {
    let mut inserted = 0;
    for records in records.chunks(ROWS_PER_STATEMENT) {
        let mut query = QueryBuilder::<Sqlite>::new("INSERT INTO records (workspace, object_type, id, fields) ");
        query.push_values(records, |mut row, record| {
            row.push_bind(workspace.id()).push_bind(&record.object_type).push_bind(&record.id);
            row.push_bind(to_json(&record.fields));
        });
        query.push(" ON CONFLICT (workspace, object_type, id) DO NOTHING");
        inserted += query.build().persistent(false).execute(&mut *connection).await?.rows_affected();
    }
    Ok(inserted)
}

fn to_json(fields: &BTreeMap<String, String>) -> String {
    serde_json::to_string(fields).expect("invariant: texts always serialize")
}
