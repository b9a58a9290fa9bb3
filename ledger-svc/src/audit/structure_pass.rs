use service_kit::database::Location;
use sqlx::migrate::{MigrateError, Migrator};

use super::{
    Extent, StoreFile, What,
    fault::{Fault, Source, Trouble},
    place::{ENTRIES, MIGRATIONS, SCHEMA},
    typed::Typed,
};
use crate::store::{
    content_keys, postgres,
    raw::{
        MigrationRow, RawFile, SchemaObject, Value, expected_catalogue, expected_keys_catalogue, expected_migrations,
        expected_schema,
    },
};

/// SQLite's own tables of planner statistics; their names are reserved.
const STATISTICS_PREFIX: &[u8] = b"sqlite_stat";

/// Checks what SQLite keeps beside the rows: tables against indices and constraints, and the schema against what the service makes.
pub(super) async fn check(source: Source<'_>, file: &mut RawFile, migrator: &Migrator) -> Result<(), Trouble> {
    if let Location::Postgres(_) = source.location {
        return check_catalogue(source, file).await;
    }
    check_integrity(source, file).await?;
    let applied = file.migrations().await.map_err(source.refuse(MIGRATIONS))?;
    let all = expected_migrations(migrator);
    // A file of an older release has fewer of them, and the schema that those make.
    let (expected, later) = all.split_at(applied.len().clamp(1, all.len()));
    check_migrations(source, &applied, expected)?;
    let found = file.schema().await.map_err(source.refuse(SCHEMA))?;
    let Err(fault) = check_schema(source, &schema_of(source, migrator, expected.len()).await?, &found) else {
        return Ok(());
    };
    if let Some(lost) = later.first()
        && schema_of(source, migrator, all.len()).await? == found
    {
        return Err(of_migration(source, lost, What::MigrationLost).into());
    }
    Err(fault.into())
}

/// Checks what a server keeps beside the rows: which migrations were applied, columns, constraints, and triggers, which can be off.
async fn check_catalogue(source: Source<'_>, file: &mut RawFile) -> Result<(), Trouble> {
    let (migrator, catalogue) = match source.file {
        StoreFile::ContentKeys | StoreFile::ContentKeysDatabase => {
            (content_keys::migrations(), expected_keys_catalogue())
        }
        StoreFile::Ledger | StoreFile::LedgerDatabase | StoreFile::Fence => {
            (postgres::migrations(), expected_catalogue())
        }
    };
    let applied = file.migrations().await.map_err(source.refuse(MIGRATIONS))?;
    check_migrations(source, &applied, &expected_migrations(&migrator))?;
    let found = file.schema().await.map_err(source.refuse(SCHEMA))?;
    Ok(check_schema(source, &catalogue, &found)?)
}

async fn schema_of(source: Source<'_>, migrator: &Migrator, count: usize) -> Result<Vec<SchemaObject>, Trouble> {
    expected_schema(migrator, count).await.map_err(|error| match error {
        MigrateError::Execute(error) => source.refuse(SCHEMA)(error),
        other => source.refuse(SCHEMA)(sqlx::Error::from(other)),
    })
}

/// Checks that no key stands twice in a log (L-5).
pub(super) async fn check_keys(source: Source<'_>, ledger: &mut RawFile) -> Result<(), Trouble> {
    let doubled = ledger.doubled_key().await.map_err(source.refuse(ENTRIES.name))?;
    let Some((workspace, index)) = doubled else { return Ok(()) };
    let fault = Typed::new(ENTRIES, "idempotency_key").fault(What::KeyDoubled);
    let fault = fault.in_row(|| format!("workspace = '{workspace}' AND entry_index = {index}"));
    match index {
        Value::Integer(index) if index >= 0 => {
            let index = index.unsigned_abs();
            Err(fault.at(Extent { workspace: workspace.to_string(), entries: index..=index }).into())
        }
        _ => Err(fault.into()),
    }
}

/// Once something is found wrong, each table is asked by itself which of them it is in.
async fn check_integrity(source: Source<'_>, file: &mut RawFile) -> Result<(), Trouble> {
    let Some(said) = file.integrity().await.map_err(source.refuse(SCHEMA))? else { return Ok(()) };
    for table in source.file.tables() {
        if let Ok(Some(said)) = file.integrity_of(table).await {
            return Err(Fault::of_table(source.table(table), What::Damaged { said }).into());
        }
    }
    Err(Fault::of_table(source.table(SCHEMA), What::Damaged { said }).into())
}

fn check_migrations(source: Source<'_>, found: &[MigrationRow], expected: &[MigrationRow]) -> Result<(), Fault> {
    let fault = |row, what| of_migration(source, row, what);
    let noted = |rows: &[MigrationRow], version: &Value| rows.iter().any(|row| row.version() == version);
    // One under another version leaves its own behind: that is named as the changed one.
    for row in expected {
        let Some(found) = found.iter().find(|found| found.version() == row.version()) else {
            let moved = found.iter().find(|found| found.differs_in_version_only(row));
            return Err(moved.map_or_else(
                || fault(row, What::MigrationLost),
                |moved| fault(moved, What::MigrationDiffers).in_column("version"),
            ));
        };
        if let Some(column) = found.differing_column(row) {
            return Err(fault(row, What::MigrationDiffers).in_column(column));
        }
    }
    let odd = found.iter().find(|row| !noted(expected, row.version())).or(found.get(expected.len()));
    odd.map_or(Ok(()), |row| Err(fault(row, What::MigrationAdded)))
}

fn of_migration(source: Source<'_>, row: &MigrationRow, what: What) -> Fault {
    Fault::of_table(source.table(MIGRATIONS), what).in_row(|| format!("version = {}", row.version()))
}

fn check_schema(source: Source<'_>, expected: &[SchemaObject], found: &[SchemaObject]) -> Result<(), Fault> {
    let fault = |object: &SchemaObject, what| {
        Fault::of_table(source.table(SCHEMA), what).in_row(|| format!("name = '{}'", object.name))
    };
    let kind = |object: &SchemaObject| object.kind.to_string();
    let of_name = |objects: &[SchemaObject], name: &Value| objects.iter().any(|object| &object.name == name);
    let lost = expected.iter().find(|object| !found.contains(object));
    if let Some(lost) = lost {
        let Some(changed) = found.iter().find(|object| object.name == lost.name) else {
            return Err(fault(lost, What::SchemaLost { kind: kind(lost) }));
        };
        let fault = fault(changed, What::SchemaChanged { kind: kind(lost) });
        return Err(fault.in_column(lost.differing_column(changed).unwrap_or("sql")));
    }
    let odd = found.iter().find(|object| !of_name(expected, &object.name)).or(found.get(expected.len()));
    let Some(odd) = odd else { return Ok(()) };
    let is_statistics = matches!(&odd.name, Value::Text(name) if name.starts_with(STATISTICS_PREFIX));
    let what = if is_statistics { What::Statistics } else { What::SchemaAdded { kind: kind(odd) } };
    Err(fault(odd, what))
}
