use super::{Error, Finding, What};
use crate::store::raw::{RawLedger, SchemaObject, Value, expected_migrations, expected_schema};

/// Checks what SQLite keeps beside the rows: tables against indices and constraints, the schema against what the service makes, and
/// that no key stands twice. When each migration ran and how long it took is nobody's to check.
pub(super) async fn check(ledger: &mut RawLedger, refuse: &impl Fn(sqlx::Error) -> Error) -> Result<(), Error> {
    if let Some((workspace, index)) = ledger.doubled_key().await.map_err(refuse)? {
        let mut finding =
            Finding::of_log(&workspace.to_string(), What::KeyDoubled).in_column("entries", "idempotency_key");
        if let Value::Integer(index) = index {
            finding.entries = u64::try_from(index).ok().map(|index| index..=index);
        }
        return Err(finding.into());
    }
    if let Some(message) = ledger.integrity().await.map_err(refuse)? {
        return Err(Finding::of_file(What::Damaged { message }).into());
    }
    let applied = ledger.migrations().await.map_err(refuse)?;
    let differs = |object: &str| Error::from(Finding::of_file(What::SchemaDiffers { object: object.to_owned() }));
    if applied.is_empty() || applied != expected_migrations(applied.len()) {
        return Err(differs("_sqlx_migrations"));
    }
    let expected = expected_schema(applied.len()).await.map_err(|error| match error {
        sqlx::migrate::MigrateError::Execute(error) => refuse(error),
        other => refuse(sqlx::Error::from(other)),
    })?;
    let found = ledger.schema().await.map_err(refuse)?;
    match first_difference(&expected, &found) {
        Some(object) => Err(differs(&object)),
        None => Ok(()),
    }
}

fn first_difference(expected: &[SchemaObject], found: &[SchemaObject]) -> Option<String> {
    let odd = found.iter().find(|object| !expected.contains(object));
    let lost = expected.iter().find(|object| !found.contains(object));
    odd.or(lost).map(|object| object.name.to_string())
}
