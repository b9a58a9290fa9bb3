use sqlx::PgConnection;

use crate::store::Error;

/// Notes whose keys the contents are sealed under where nobody has yet, and returns whose they are.
///
/// A crash after this leaves a ledger that belongs to a store of keys nothing was sealed under.
pub(super) async fn settle(connection: &mut PgConnection, identity: &[u8]) -> Result<Vec<u8>, Error> {
    sqlx::query("INSERT INTO key_store (is_only, identity) VALUES (true, $1) ON CONFLICT (is_only) DO NOTHING")
        .bind(identity)
        .execute(&mut *connection)
        .await?;
    Ok(sqlx::query_scalar("SELECT identity FROM key_store").fetch_one(connection).await?)
}
