use sqlx::{PgConnection, Row};

use super::PostgresError;

/// The oldest server that is taken, as `server_version_num`: 14.
pub const SERVER_VERSION_MIN: u32 = 140_000;

/// What one connection's server says of itself.
const QUESTION: &str = "SELECT current_setting('server_version_num')::int, current_setting('server_encoding'), \
     current_setting('fsync'), current_setting('full_page_writes'), current_setting('synchronous_commit'), \
     pg_is_in_recovery(), current_setting('default_transaction_read_only')";

/// The settings that are refused when they are off, in the order asked.
const DURABLE: [&str; 3] = ["fsync", "full_page_writes", "synchronous_commit"];

/// Checks that what this connection commits survives a crash, and that it can commit at all.
///
/// Asked of every new connection, not only of the first: a role, a database or a failover can change the answer.
///
/// # Errors
/// Names the database, the reason and the mend.
pub(super) async fn check(database: &str, connection: &mut PgConnection) -> Result<(), PostgresError> {
    let database = || database.to_owned();
    let driver = |source: sqlx::Error| PostgresError::Driver { database: database(), source: source.into() };
    let said = sqlx::query(QUESTION).fetch_one(connection).await.map_err(driver)?;
    let version = u32::try_from(said.try_get::<i32, _>(0).map_err(driver)?).unwrap_or_default();
    if version < SERVER_VERSION_MIN {
        return Err(PostgresError::ServerTooOld { database: database(), found: version / 10_000 });
    }
    let encoding: String = said.try_get(1).map_err(driver)?;
    if encoding != "UTF8" {
        return Err(PostgresError::NotUtf8 { database: database(), found: encoding });
    }
    if said.try_get(5).map_err(driver)? {
        return Err(PostgresError::ReadOnly { database: database(), reason: "it is a standby" });
    }
    if said.try_get::<&str, _>(6).map_err(driver)? == "on" {
        return Err(PostgresError::ReadOnly { database: database(), reason: "`default_transaction_read_only` is on" });
    }
    for (position, setting) in DURABLE.into_iter().enumerate() {
        if said.try_get::<&str, _>(2 + position).map_err(driver)? == "off" {
            return Err(PostgresError::NotDurable { database: database(), setting });
        }
    }
    Ok(())
}
