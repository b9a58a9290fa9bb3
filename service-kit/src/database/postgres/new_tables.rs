use std::{sync::Arc, time::Duration};

use crate::{clock::Clock, shutdown::Shutdown};

use super::PostgresDatabase;

/// How often a new database is looked at.
const EVERY: Duration = Duration::from_secs(1);

/// After so many looks the server's own autovacuum, which looks once a minute, has counted whatever grows.
const LOOKS_MAX: u32 = 600;

/// From how many bytes on it matters what is in a table.
const COUNTED_FROM_BYTES: i64 = 64 * 1024;

impl PostgresDatabase {
    /// Has the server count what is in the tables of a schema that nobody has counted yet, soon after they begin to grow; ends by itself.
    ///
    /// Before that a server guesses that a workspace has a two-hundredth of a table, and looks a key up among all entries of a workspace
    /// rather than by the key's own index: the longer the table, the slower every write. Tables of another role are left to autovacuum.
    pub fn count_new_tables(&self, schema: &'static str, clock: Arc<dyn Clock>, shutdown: &Shutdown) {
        let (database, draining) = (self.clone(), shutdown.draining());
        shutdown.spawn("new tables", async move {
            tokio::select! {
                () = database.count_while_new(schema, &*clock) => {}
                () = draining => {}
            }
        });
    }

    async fn count_while_new(&self, schema: &'static str, clock: &dyn Clock) {
        for _ in 0..LOOKS_MAX {
            clock.sleep_until(clock.now() + EVERY).await;
            if let Err(error) = self.count_those_that_grew(schema).await {
                tracing::debug!(database = %self, %error, "what is in new tables is not counted yet");
            }
        }
    }

    pub(super) async fn count_those_that_grew(&self, schema: &'static str) -> Result<(), sqlx::Error> {
        let mut connection = self.writers.acquire().await?;
        let uncounted: Vec<String> = sqlx::query_scalar(
            "SELECT format('%I.%I', nspname, relname) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace \
             WHERE nspname = $1 AND relkind = 'r' AND reltuples < 0 AND pg_has_role(relowner, 'USAGE') \
             AND pg_relation_size(pg_class.oid) >= $2",
        )
        .bind(schema)
        .bind(COUNTED_FROM_BYTES)
        .fetch_all(&mut *connection)
        .await?;
        for table in uncounted {
            // The server has written the name, in quotes where it needs some.
            sqlx::query(sqlx::AssertSqlSafe(format!("ANALYZE {table}"))).execute(&mut *connection).await?;
        }
        Ok(())
    }
}
