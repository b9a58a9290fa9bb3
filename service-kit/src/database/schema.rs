//! How far a database's schema is beside what this program knows, told without changing anything.

use std::path::Path;

use sqlx::{
    ConnectOptions, Connection, Row, SqliteConnection,
    migrate::Migrator,
    sqlite::{SqliteConnectOptions, SqliteRow},
};

use super::{Error, Location, postgres};

/// How the name of a migration begins that only adds what the release before does without: a table, an index, or a column that may be left
/// out. What that release can not do without is taken away a release later, by a migration of another name.
const EXPANDS: &str = "expand ";

/// How a database's schema stands to the migrations of this program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SchemaStanding {
    /// The last migration that ran there; none before the first.
    pub version: Option<i64>,
    /// The last migration that this program knows.
    pub newest: i64,
    /// What follows from it.
    pub step: SchemaStep,
}

/// What is to be done about a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaStep {
    /// It is to be made: there is none yet.
    Make,
    /// Nothing: it is as this program needs it.
    Nothing,
    /// So many migrations are to be run.
    Migrate(usize),
    /// Nothing: a newer release has been here, and has only added what this program does without.
    Fits,
    /// A newer release is to be used: one has been here, and may have changed what this program needs.
    UseNewer,
    /// The release that was used before is to be used: this migration was another one there.
    UseOther(i64),
}

/// A migration that ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Applied {
    pub(super) version: i64,
    pub(super) checksum: Vec<u8>,
    /// What it is called; empty in a file, whose process never meets one of another release that still runs.
    pub(super) description: String,
}

impl Applied {
    /// Tells whether it only added: then the release before goes on, and can be started again, until the next one has taken its place.
    fn expands(&self) -> bool {
        self.description.starts_with(EXPANDS)
    }
}

impl SchemaStanding {
    /// Judges what ran by what this program knows.
    pub(super) fn of(applied: &[Applied], migrations: &Migrator) -> Self {
        let known = |version: i64| migrations.iter().find(|migration| migration.version == version);
        let is_other = |it: &&Applied| known(it.version).is_some_and(|known| *known.checksum != *it.checksum);
        let step = if applied.is_empty() {
            SchemaStep::Make
        } else if let Some(other) = applied.iter().find(is_other) {
            SchemaStep::UseOther(other.version)
        } else {
            let (ours, newer): (Vec<&Applied>, Vec<&Applied>) =
                applied.iter().partition(|it| known(it.version).is_some());
            match migrations.iter().len() - ours.len() {
                0 if newer.is_empty() => SchemaStep::Nothing,
                0 if newer.iter().all(|it| it.expands()) => SchemaStep::Fits,
                left if newer.is_empty() => SchemaStep::Migrate(left),
                _ => SchemaStep::UseNewer,
            }
        };
        let version = applied.iter().map(|it| it.version).max();
        let newest = migrations.iter().map(|migration| migration.version).max().unwrap_or_default();
        Self { version, newest, step }
    }

    /// Reads how the schema of a database stands to the migrations of its kind.
    ///
    /// # Errors
    /// When the database can not be read; see [`Error`]. A file that is missing can be read: nothing ran there.
    pub async fn read(location: &Location, of_files: &Migrator, of_postgres: &Migrator) -> Result<Self, Error> {
        match location {
            Location::Sqlite(file) => Ok(Self::of(&in_file(file, of_files).await?, of_files)),
            Location::Postgres(url) => Ok(Self::of(&postgres::applied(url, of_postgres).await?, of_postgres)),
        }
    }
}

async fn in_file(file: &Path, migrations: &Migrator) -> Result<Vec<Applied>, Error> {
    if !file.exists() {
        return Ok(Vec::new());
    }
    let driver = |source: sqlx::Error| Error::Driver { file: file.to_owned(), source: source.into() };
    let options = SqliteConnectOptions::new().filename(file).read_only(true);
    let mut connection = options.connect().await.map_err(driver)?;
    let applied = rows_of(&mut connection, &migrations.table_name).await.map_err(driver)?;
    connection.close().await.map_err(driver)?;
    Ok(applied)
}

async fn rows_of(connection: &mut SqliteConnection, table: &str) -> Result<Vec<Applied>, sqlx::Error> {
    let exists: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = ?)")
        .bind(table)
        .fetch_one(&mut *connection)
        .await?;
    if !exists {
        return Ok(Vec::new());
    }
    // The name is one of ours.
    let question = sqlx::AssertSqlSafe(format!("SELECT version, checksum FROM {table} WHERE success"));
    let of_row = |row: SqliteRow| {
        Ok(Applied { version: row.try_get(0)?, checksum: row.try_get(1)?, description: String::new() })
    };
    sqlx::query(question).try_map(of_row).fetch_all(connection).await
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use sqlx::migrate::{Migration, MigrationType};

    use super::*;
    use crate::database::SqliteDatabase;

    fn migrations(versions: &[i64]) -> Migrator {
        let of_version = |version: &i64| {
            let sql = sqlx::AssertSqlSafe(format!("CREATE TABLE notes_{version} (text TEXT NOT NULL) STRICT"));
            let sql = sqlx::SqlSafeStr::into_sql_str(sql);
            Migration::new(*version, Cow::Borrowed("notes"), MigrationType::Simple, sql, false)
        };
        Migrator::with_migrations(versions.iter().map(of_version).collect())
    }

    #[tokio::test]
    async fn a_file_is_told_as_it_stands_and_left_as_it_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("notes.db");
        let location = Location::Sqlite(file.clone());
        let of = async |known: &Migrator| SchemaStanding::read(&location, known, known).await.expect("read");
        let read = async |versions: &[i64]| of(&migrations(versions)).await;
        let missing = read(&[1, 2]).await;
        assert_eq!(missing, SchemaStanding { version: None, newest: 2, step: SchemaStep::Make });
        assert!(!file.exists(), "nothing is made by asking");

        SqliteDatabase::open(&file, &migrations(&[1, 2])).await.expect("it opens").close().await;
        assert_eq!(read(&[1, 2]).await, SchemaStanding { version: Some(2), newest: 2, step: SchemaStep::Nothing });
        assert_eq!(read(&[1, 2, 3, 4]).await.step, SchemaStep::Migrate(2));
        assert_eq!(read(&[1]).await, SchemaStanding { version: Some(2), newest: 1, step: SchemaStep::UseNewer });
        let mut other = migrations(&[1, 2]);
        other.migrations.to_mut()[0].checksum = Cow::Borrowed(b"another");
        assert_eq!(of(&other).await.step, SchemaStep::UseOther(1));
    }

    #[test]
    fn what_a_newer_release_only_added_fits() {
        let ours = migrations(&[1, 2]);
        let mut applied: Vec<Applied> = ours
            .iter()
            .map(|it| Applied { version: it.version, checksum: it.checksum.to_vec(), description: "notes".to_owned() })
            .collect();
        let newer =
            |version, description: &str| Applied { version, checksum: vec![7], description: description.to_owned() };
        applied.push(newer(3, "expand with a mood of notes"));
        let fits = SchemaStanding { version: Some(3), newest: 2, step: SchemaStep::Fits };
        assert_eq!(SchemaStanding::of(&applied, &ours), fits);
        assert_eq!(SchemaStanding::of(&applied[1..], &ours).step, SchemaStep::UseNewer, "one of ours did not run");
        applied.push(newer(4, "contract to moods alone"));
        assert_eq!(SchemaStanding::of(&applied, &ours).step, SchemaStep::UseNewer);
    }

    #[tokio::test]
    async fn what_is_no_database_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("notes.db");
        std::fs::write(&file, "no database at all, and longer than a header has to be to be looked at as one")
            .expect("w");
        let known = migrations(&[1]);
        let refused = SchemaStanding::read(&Location::Sqlite(file), &known, &known).await.expect_err("no database");
        assert!(refused.to_string().contains("notes.db"), "{refused}");
    }
}
