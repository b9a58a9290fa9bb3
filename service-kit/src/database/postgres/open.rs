use std::time::Duration;

use sqlx::{
    ConnectOptions, Connection, PgConnection, PgPool, Postgres, Transaction,
    migrate::Migrator,
    pool::{PoolConnection, PoolConnectionMetadata},
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::time::Instant;

use super::{PostgresError, PostgresUrl, migrate, preflight, trouble::LastRefusal};

/// The most connections of one store that write at a time.
pub const POSTGRES_WRITERS_MAX: u32 = 4;

/// The most connections of one store that read at a time.
pub const POSTGRES_READERS_MAX: u32 = 8;

/// How long a caller waits for a connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a new connection may take to come up.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// A connection that was idle longer is asked whether it is still there before it is handed out: no server stops and starts again faster.
const TRUSTED_IDLE: Duration = Duration::from_millis(50);

/// Prepared statements kept per connection; above the number of statements any store has.
const STATEMENTS_MAX: usize = 512;

/// How long a statement that reads may take, unless its caller's deadline is nearer.
const READ_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a statement that writes may take, and wait for a row that somebody else holds.
const WRITE_TIMEOUT: Duration = Duration::from_secs(20);

/// How long a transaction may hold its locks while its process says nothing: a process that was stopped, or a machine that vanished,
/// holds up the others no longer.
const SILENCE_MAX: Duration = Duration::from_secs(5);

/// One schema of a PostgreSQL database: connections that write and connections that only read.
#[derive(Debug, Clone)]
pub struct PostgresDatabase {
    /// Connections that write.
    pub writers: PgPool,
    readers: PgPool,
    shown: String,
    options: Box<PgConnectOptions>,
    pub(super) refused: LastRefusal,
}

/// A connection that reads, bounded by its caller's deadline.
#[derive(Debug)]
pub enum PostgresReader {
    /// As long as any call may take.
    Plain(PoolConnection<Postgres>),
    /// Shorter, for this transaction only.
    Bounded(Transaction<'static, Postgres>),
}

impl PostgresDatabase {
    /// Connects, checks the server, brings the schema of `migrations` up to date, and makes it the one that names without a schema mean.
    ///
    /// A crash here leaves a schema at one of its migrations: the next start goes on from there.
    ///
    /// # Errors
    /// See [`PostgresError`]; each names the database, the reason and the mend.
    pub async fn open(url: &PostgresUrl, schema: &'static str, migrations: &Migrator) -> Result<Self, PostgresError> {
        let shown = url.to_string();
        let options = url.options().clone().application_name("countersign").statement_cache_capacity(STATEMENTS_MAX);
        let mut first = connect(&shown, &options).await?;
        preflight::check(&shown, &mut first).await?;
        migrate::run(&shown, migrations, &mut first).await?;
        // What it has changed is committed: how the farewell ends is of no interest.
        let _ = first.close().await;

        let session = |timeout: Duration| {
            format!(
                "SET search_path = {schema}; SET statement_timeout = {}; SET lock_timeout = {}; \
                 SET idle_in_transaction_session_timeout = {}",
                timeout.as_millis(),
                timeout.as_millis(),
                SILENCE_MAX.as_millis(),
            )
        };
        let writing = session(WRITE_TIMEOUT);
        let reading = format!("{}; SET default_transaction_read_only = on", session(READ_TIMEOUT));
        let refused = LastRefusal::default();
        let writers = pool(&shown, POSTGRES_WRITERS_MAX, writing, refused.clone()).connect_lazy_with(options.clone());
        let readers = pool(&shown, POSTGRES_READERS_MAX, reading, refused.clone()).connect_lazy_with(options.clone());
        Ok(Self { writers, readers, shown, options: Box::new(options), refused })
    }

    /// Takes a connection that reads, whose statements end by `deadline`, if there is one.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn reader(&self, deadline: Option<Instant>) -> Result<PostgresReader, sqlx::Error> {
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        match left.filter(|left| *left < READ_TIMEOUT) {
            None => Ok(PostgresReader::Plain(self.readers.acquire().await?)),
            Some(left) => {
                // Zero would mean no limit.
                let bound = left.as_millis().max(1);
                let begin = sqlx::AssertSqlSafe(format!("BEGIN READ ONLY; SET LOCAL statement_timeout = {bound}"));
                Ok(PostgresReader::Bounded(self.readers.begin_with(begin).await?))
            }
        }
    }

    /// Begins a transaction whose statements all see one moment, and end by `deadline`, if there is one.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn moment(&self, deadline: Option<Instant>) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
        let left = deadline.map_or(READ_TIMEOUT, |deadline| deadline.saturating_duration_since(Instant::now()));
        // Zero would mean no limit.
        let bound = left.min(READ_TIMEOUT).as_millis().max(1);
        let begin = format!("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = {bound}");
        self.readers.begin_with(sqlx::AssertSqlSafe(begin)).await
    }

    /// Opens a connection apart from the pools, such as one that listens.
    ///
    /// # Errors
    /// See [`PostgresError`].
    pub async fn connect(&self) -> Result<PgConnection, PostgresError> {
        connect(&self.shown, &self.options).await
    }

    /// Reads by what the server is known: drawn when its data was made, and the same in each of its databases, standbys and backups.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn server_identity(&self) -> Result<i64, sqlx::Error> {
        let mut reader = self.reader(None).await?;
        sqlx::query_scalar("SELECT system_identifier FROM pg_control_system()").fetch_one(&mut *reader).await
    }

    /// Returns what to connect a listener with.
    pub fn listener_pool(&self) -> PgPool {
        PgPoolOptions::new()
            .max_connections(1)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .connect_lazy_with(PgConnectOptions::clone(&self.options))
    }

    /// Closes all connections.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writers.close().await;
    }
}

impl std::ops::Deref for PostgresReader {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        match self {
            Self::Plain(connection) => connection,
            Self::Bounded(transaction) => transaction,
        }
    }
}

impl std::ops::DerefMut for PostgresReader {
    fn deref_mut(&mut self) -> &mut PgConnection {
        match self {
            Self::Plain(connection) => connection,
            Self::Bounded(transaction) => transaction,
        }
    }
}

/// Shows the database, without its password.
impl std::fmt::Display for PostgresDatabase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.shown)
    }
}

pub(super) async fn connect(shown: &str, options: &PgConnectOptions) -> Result<PgConnection, PostgresError> {
    let unreachable = |source: sqlx::Error| {
        let (database, is_of_certificate) = (shown.to_owned(), is_of_certificate(&source));
        let source = source.into();
        if is_of_certificate {
            PostgresError::NotTrusted { database, source }
        } else {
            PostgresError::Unreachable { database, source }
        }
    };
    let connected = tokio::time::timeout(CONNECT_TIMEOUT, options.connect()).await;
    connected.map_err(|_| unreachable(sqlx::Error::PoolTimedOut))?.map_err(unreachable)
}

/// Tells whether a connection ended because of what the server showed of itself.
fn is_of_certificate(error: &sqlx::Error) -> bool {
    let sqlx::Error::Io(error) = error else { return false };
    let cause = error.get_ref().and_then(|cause| cause.downcast_ref::<rustls::Error>());
    matches!(cause, Some(rustls::Error::InvalidCertificate(_)))
}

fn pool(shown: &str, connections_max: u32, session: String, refused: LastRefusal) -> PgPoolOptions {
    let shown = shown.to_owned();
    PgPoolOptions::new()
        .max_connections(connections_max)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .test_before_acquire(false)
        .before_acquire(|connection, metadata| Box::pin(is_there(connection, metadata)))
        .after_connect(move |connection, _| {
            let (shown, session) = (shown.clone(), sqlx::AssertSqlSafe(session.clone()));
            let refused = refused.clone();
            Box::pin(async move {
                let checked = preflight::check(&shown, connection).await;
                refused.note(checked.as_ref().err());
                checked.map_err(|error| sqlx::Error::Configuration(error.into()))?;
                sqlx::raw_sql(session).execute(connection).await?;
                Ok(())
            })
        })
}

/// Asks a connection that was idle for a while whether its server is still there: after a restart of the server none is.
async fn is_there(connection: &mut PgConnection, metadata: PoolConnectionMetadata) -> Result<bool, sqlx::Error> {
    if metadata.idle_for > TRUSTED_IDLE {
        connection.ping().await?;
    }
    Ok(true)
}
