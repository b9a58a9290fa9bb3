use service_kit::database::{self, PostgresDatabase, PostgresUrl};
use sqlx::migrate::Migrator;

/// The schema that holds candidates.
const SCHEMA: &str = "countersign_candidates";

/// Connects, checks the server, and brings the schema up to date.
pub(in crate::store) async fn open(url: &PostgresUrl) -> Result<PostgresDatabase, database::Error> {
    Ok(PostgresDatabase::open(url, SCHEMA, &migrations()).await?)
}

/// The migrations of the schema, embedded.
pub(in crate::store) fn migrations() -> Migrator {
    let mut migrations = sqlx::migrate!("src/store/postgres/migrations");
    migrations.create_schema(SCHEMA);
    migrations.dangerous_set_table_name("countersign_candidates.migrations");
    migrations
}
