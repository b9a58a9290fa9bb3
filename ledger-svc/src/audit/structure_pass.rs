use std::path::Path;

use sqlx::migrate::{MigrateError, Migrator};

use super::{Error, Finding, What};
use crate::store::raw::{RawFile, SchemaObject, Value, expected_migrations, expected_schema};

/// Checks what SQLite keeps beside the rows: tables against indices and constraints, and the schema against what the service makes.
pub(super) async fn check(
    path: &Path,
    file: &mut RawFile,
    migrator: &Migrator,
    refuse: &impl Fn(sqlx::Error) -> Error,
) -> Result<(), Error> {
    if let Some(message) = file.integrity().await.map_err(refuse)? {
        return Err(Finding::of_file(What::Damaged { file: path.to_owned(), message }).into());
    }
    let differs = |object: &str| {
        let what = What::SchemaDiffers { file: path.to_owned(), object: object.to_owned() };
        Error::from(Finding::of_file(what))
    };
    let applied = file.migrations().await.map_err(refuse)?;
    if applied.is_empty() || applied != expected_migrations(migrator, applied.len()) {
        return Err(differs("_sqlx_migrations"));
    }
    let expected = expected_schema(migrator, applied.len()).await.map_err(|error| match error {
        MigrateError::Execute(error) => refuse(error),
        other => refuse(sqlx::Error::from(other)),
    })?;
    let found = file.schema().await.map_err(refuse)?;
    first_difference(&expected, &found).map_or(Ok(()), |object| Err(differs(&object)))
}

/// Checks that no key stands twice in a log (L-5).
pub(super) async fn check_keys(ledger: &mut RawFile, refuse: &impl Fn(sqlx::Error) -> Error) -> Result<(), Error> {
    let Some((workspace, index)) = ledger.doubled_key().await.map_err(refuse)? else { return Ok(()) };
    let mut finding = Finding::of_log(&workspace.to_string(), What::KeyDoubled).in_column("entries", "idempotency_key");
    if let Value::Integer(index) = index {
        finding.entries = u64::try_from(index).ok().map(|index| index..=index);
    }
    Err(finding.into())
}

fn first_difference(expected: &[SchemaObject], found: &[SchemaObject]) -> Option<String> {
    let odd = found.iter().find(|object| !expected.contains(object));
    let lost = expected.iter().find(|object| !found.contains(object));
    odd.or(lost).map(|object| object.name.to_string())
}
