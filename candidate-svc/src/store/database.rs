use std::sync::Arc;

use countersign_api::name::Workspace;
use service_kit::{
    database::{self, Location, PostgresDatabase, SchemaStanding, SqliteDatabase},
    group_commit::{Limits, Writer},
};

use super::{
    Error, Judge, OpenError, Reader, RelayTurn, Signals, Surroundings,
    handle::check_policies,
    job::{Answer, Job},
    postgres::{self, Follower, Leases, PostgresWriter, WriterId},
    reader::Rows,
    sqlite::{MIGRATIONS, SqliteWriter},
};
use crate::domain::Moment;

/// How many jobs wait for the writer, and how many share one commit. An item is at most 256 KiB, so the queue holds at
/// most 256 MiB.
const WRITER_LIMITS: Limits = Limits { queue_max: 1_024, batch_max: 512 };

/// What the writer is called in logs and metrics.
const WRITER: &str = "candidates";

/// Where the rows are.
#[derive(Debug, Clone)]
pub(super) enum Database {
    /// In a file that this process alone writes to.
    Sqlite(SqliteDatabase),
    /// In a database that others write to as well.
    Postgres(Arc<PostgresDatabase>, Leases),
}

/// Tells how the schema of a database of candidates stands, and changes nothing.
///
/// # Errors
/// When the database can not be read.
pub async fn schema_standing(location: &Location) -> Result<SchemaStanding, database::Error> {
    SchemaStanding::read(location, &MIGRATIONS, &postgres::migrations()).await
}

/// Makes a database of candidates or brings its schema up to date, as every start does, and serves nobody.
///
/// # Errors
/// When the database can not be used.
pub async fn migrate(location: &Location) -> Result<(), database::Error> {
    match location {
        Location::Sqlite(file) => SqliteDatabase::open(file, &MIGRATIONS).await?.close().await,
        Location::Postgres(url) => postgres::open(url).await?.close().await,
    }
    Ok(())
}

/// What is opened together.
pub(super) struct Opened {
    pub(super) database: Database,
    pub(super) reader: Reader,
    pub(super) writer: Writer<Job, Answer>,
    pub(super) signals: Arc<Signals>,
}

impl Database {
    /// Opens the database, brings its schema up to date and starts the writer.
    pub(super) async fn open(
        location: &Location,
        mut judge: Judge,
        surroundings: Surroundings<'_>,
    ) -> Result<Opened, OpenError> {
        let signals = Arc::new(Signals::new(surroundings.metrics));
        match location {
            Location::Sqlite(file) => {
                let database = SqliteDatabase::open(file, &MIGRATIONS).await?;
                let reader = Reader::new(Rows::Sqlite(database.readers.clone()));
                let workspaces = reader.workspaces().await?;
                judge.policies = reader.policies_in_force().await?;
                check_policies(&judge, &workspaces)?;
                signals.begin(workspaces, &reader.states().await?, reader.outbox_events().await?);
                let Surroundings { clock, metrics, health, shutdown, .. } = surroundings;
                let writer = SqliteWriter::new(database.clone(), judge, clock, Arc::clone(&signals), health);
                let writer = Writer::start(WRITER, WRITER_LIMITS, writer, metrics, shutdown);
                Ok(Opened { database: Self::Sqlite(database), reader, writer, signals })
            }
            Location::Postgres(url) => {
                let database = postgres::open(url).await?;
                postgres::hold(&database.writers, &surroundings.shared).await?;
                let reader = Reader::new(Rows::Postgres(Arc::new(database.clone())));
                judge.policies = reader.policies_in_force().await?;
                check_policies(&judge, &reader.workspaces().await?)?;
                let Surroundings { clock, ids, metrics, health, shutdown, .. } = surroundings;
                let id = WriterId::new(ids.uuid_v7(clock.now()));
                postgres::enter(&database.writers, id, Moment::from(clock.now())).await?;
                let follower = Follower::begin(database.clone(), Arc::clone(&signals), id).await?;
                shutdown.spawn_until_closing("other processes", follower.run(shutdown.closing()));
                let leases = Leases::new(database.writers.clone(), id);
                let signalled = Arc::clone(&signals);
                let writer =
                    PostgresWriter::new(database.clone(), id, judge, clock, signalled, health, shutdown.clone());
                let writer = Writer::start(WRITER, WRITER_LIMITS, writer, metrics, shutdown);
                Ok(Opened { database: Self::Postgres(Arc::new(database), leases), reader, writer, signals })
            }
        }
    }

    /// Takes, or keeps, the turn to send a workspace's events to the ledger. Who alone writes to a file always has it.
    pub(super) async fn take_relay_turn(&self, workspace: &Workspace, now: Moment) -> Result<RelayTurn, Error> {
        match self {
            Self::Sqlite(_) => Ok(RelayTurn::Ours),
            Self::Postgres(_, leases) => leases.take(workspace, now).await,
        }
    }

    /// Gives that turn back.
    pub(super) async fn give_relay_turn_back(&self, workspace: &Workspace) -> Result<(), Error> {
        match self {
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(_, leases) => leases.give_back(workspace).await,
        }
    }

    /// Takes what was overwritten out of the file's WAL; false while somebody reads an old part of it. A server's own files are its
    /// operator's: there is nothing to do here.
    pub(super) async fn empty_wal(&self) -> Result<bool, Error> {
        match self {
            Self::Sqlite(database) => {
                let mut connection = database.writer.acquire().await?;
                Ok(database::empty_wal(&mut connection).await?)
            }
            Self::Postgres(..) => Ok(true),
        }
    }

    /// Closes it; nothing is read or written afterwards.
    pub(super) async fn close(&self) {
        match self {
            Self::Sqlite(database) => database.close().await,
            Self::Postgres(database, _) => database.close().await,
        }
    }
}
