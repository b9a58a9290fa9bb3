//! What the plain writer keeps: rows of the ledger's columns and sizes, in commits that callers share.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use countersign_api::ledger::v1 as api;
use ledger_format::{Commitment, Hash, Leaf, PayloadDigest, PrincipalKind, SEAL_NONCE_BYTES, Salt};
use service_kit::database::SqliteDatabase;
use service_kit::group_commit::{CommitBatch, Pending, WriterFailed};
use service_kit::ids::Ids;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::postgres::PgConnectOptions;
use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection, QueryBuilder, SqlSafeStr as _, Sqlite,
    SqliteConnection,
};

use crate::plain_keys::KeysAhead;

/// Rows of one statement of `SQLite`, largest first, as the ledger has them.
const RUNGS: [usize; 5] = [256, 64, 16, 4, 1];

/// Rows of one statement of `PostgreSQL`, as the ledger has them.
const ROWS_MAX: usize = 1_000;

/// What sealing adds to a content: nonce, salt and tag.
const SEAL_BYTES: usize = SEAL_NONCE_BYTES + 32 + 16;

/// Entries of one call.
pub struct Batch {
    pub workspace: String,
    pub entries: Vec<api::NewEntry>,
}

/// Commits batches.
pub struct Plain {
    tables: PlainTables,
    keys: Option<KeysAhead>,
    sizes: BTreeMap<String, i64>,
    ids: Arc<dyn Ids>,
}

/// Where rows are kept.
pub enum PlainTables {
    /// In a file.
    File(SqliteDatabase),
    /// In `PostgreSQL`, in tables of this suffix.
    Server(PgConnection, &'static str),
}

struct Row {
    workspace: String,
    index: i64,
    content_key: i64,
    key: String,
    subject: String,
    leaf: Vec<u8>,
    sealed: Vec<u8>,
}

impl Plain {
    /// Begins with empty logs; with `keys`, contents are sealed.
    pub fn new(tables: PlainTables, keys: Option<KeysAhead>, ids: Arc<dyn Ids>) -> Self {
        Self { tables, keys, sizes: BTreeMap::new(), ids }
    }

    async fn row(&mut self, workspace: &str, index: i64, entry: api::NewEntry) -> Row {
        let (content_key, sealed) = match &mut self.keys {
            Some(keys) => {
                let (number, key) = keys.take().await;
                let nonce = *self.ids.random_32().first_chunk().expect("32 bytes hold a nonce");
                let salt = Salt::new(self.ids.random_32());
                (number, key.seal(nonce, &Hash::new([0; 32]), &salt, &entry.content))
            }
            None => (1, [entry.content.as_slice(), &[0; SEAL_BYTES]].concat()),
        };
        let leaf = unhashed_leaf(workspace, &entry);
        let (key, subject) = (entry.idempotency_key, entry.subject);
        Row { workspace: workspace.to_owned(), index, content_key, key, subject, leaf, sealed }
    }
}

impl CommitBatch for Plain {
    type Job = Batch;
    type Answer = Vec<i64>;

    async fn commit(&mut self, batch: Vec<Pending<Batch, Vec<i64>>>) -> Result<(), WriterFailed> {
        let (mut rows, mut answers) = (Vec::new(), Vec::new());
        for Pending { job: Batch { workspace, entries }, reply } in batch {
            let first = self.sizes.get(&workspace).copied().unwrap_or_default();
            let mut size = first;
            for entry in entries {
                rows.push(self.row(&workspace, size, entry).await);
                size += 1;
            }
            self.sizes.insert(workspace, size);
            answers.push((reply, (first..size).collect()));
        }
        let written = self.tables.write(rows, self.keys.is_some()).await;
        written.map_err(|error| WriterFailed { reason: error.to_string() })?;
        for (reply, indices) in answers {
            reply.send(indices);
        }
        Ok(())
    }
}

impl PlainTables {
    /// Makes them.
    ///
    /// # Errors
    /// When the database does not open.
    pub async fn open(folder: &Path, database: Option<&str>, seals: bool) -> anyhow::Result<Self> {
        const FILE: &str = "CREATE TABLE entries (workspace TEXT NOT NULL, entry_index INTEGER NOT NULL, leaf_hash BLOB NOT NULL, \
                            content_key INTEGER NOT NULL, idempotency_key TEXT NOT NULL, leaf BLOB NOT NULL, sealed BLOB NOT NULL, \
                            PRIMARY KEY (workspace, entry_index)) STRICT; \
                            CREATE TABLE subject_keys (workspace TEXT NOT NULL, subject TEXT NOT NULL, content_key INTEGER NOT NULL, \
                            PRIMARY KEY (workspace, subject), UNIQUE (workspace, content_key)) STRICT";
        let Some(url) = database else {
            let migration = Migration::new(1, "rows".into(), MigrationType::Simple, FILE.into_sql_str(), false);
            let schema = Migrator::with_migrations(vec![migration]);
            return Ok(Self::File(SqliteDatabase::open(&folder.join("plain.db"), &schema).await?));
        };
        let name = if seals { "sealed" } else { "clear" };
        let schema = format!(
            "CREATE TABLE entries_{name} (workspace TEXT COLLATE \"C\" NOT NULL, entry_index BIGINT NOT NULL, leaf_hash BYTEA NOT NULL, \
             content_key BIGINT NOT NULL, idempotency_key TEXT COLLATE \"C\" NOT NULL, leaf BYTEA NOT NULL, sealed BYTEA NOT NULL, \
             PRIMARY KEY (workspace, entry_index)); \
             ALTER TABLE entries_{name} ALTER COLUMN sealed SET STORAGE EXTERNAL; \
             CREATE TABLE subject_keys_{name} (workspace TEXT COLLATE \"C\" NOT NULL, subject TEXT COLLATE \"C\" NOT NULL, \
             content_key BIGINT NOT NULL, PRIMARY KEY (workspace, subject), UNIQUE (workspace, content_key))"
        );
        let mut connection = url.parse::<PgConnectOptions>()?.connect().await?;
        sqlx::raw_sql(AssertSqlSafe(schema)).execute(&mut connection).await?;
        Ok(Self::Server(connection, name))
    }

    async fn write(&mut self, rows: Vec<Row>, with_keys: bool) -> Result<(), sqlx::Error> {
        match self {
            Self::File(database) => {
                let mut transaction = database.writer.begin_with("BEGIN IMMEDIATE").await?;
                let mut left = rows.as_slice();
                while !left.is_empty() {
                    let rung = RUNGS.into_iter().find(|rung| *rung <= left.len()).unwrap_or(1);
                    let (some, rest) = left.split_at(rung);
                    insert_in_file(&mut transaction, some, with_keys).await?;
                    left = rest;
                }
                transaction.commit().await
            }
            Self::Server(connection, name) => {
                let mut transaction = connection.begin().await?;
                for some in rows.chunks(ROWS_MAX) {
                    insert_on_server(&mut transaction, some, name, with_keys).await?;
                }
                transaction.commit().await
            }
        }
    }
}

async fn insert_in_file(connection: &mut SqliteConnection, rows: &[Row], with_keys: bool) -> Result<(), sqlx::Error> {
    const ENTRIES: &str =
        "INSERT INTO entries (workspace, entry_index, leaf_hash, content_key, idempotency_key, leaf, sealed) ";
    let mut insert: QueryBuilder<Sqlite> = QueryBuilder::new(ENTRIES);
    insert.push_values(rows, |mut values, row| {
        values
            .push_bind(row.workspace.as_str())
            .push_bind(row.index)
            .push_bind([0_u8; 32].to_vec())
            .push_bind(row.content_key)
            .push_bind(row.key.as_str())
            .push_bind(row.leaf.as_slice())
            .push_bind(row.sealed.as_slice());
    });
    insert.build().execute(&mut *connection).await?;
    if with_keys {
        let mut insert: QueryBuilder<Sqlite> =
            QueryBuilder::new("INSERT INTO subject_keys (workspace, subject, content_key) ");
        insert.push_values(rows, |mut values, row| {
            values.push_bind(row.workspace.as_str()).push_bind(row.subject.as_str()).push_bind(row.content_key);
        });
        insert.build().execute(connection).await?;
    }
    Ok(())
}

async fn insert_on_server(
    connection: &mut PgConnection,
    rows: &[Row],
    name: &str,
    with_keys: bool,
) -> Result<(), sqlx::Error> {
    let workspaces: Vec<&str> = rows.iter().map(|row| row.workspace.as_str()).collect();
    let content_keys: Vec<i64> = rows.iter().map(|row| row.content_key).collect();
    let entries = format!(
        "INSERT INTO entries_{name} SELECT * FROM unnest($1::text[], $2::bigint[], $3::bytea[], $4::bigint[], $5::text[], \
         $6::bytea[], $7::bytea[])"
    );
    sqlx::query(AssertSqlSafe(entries))
        .bind(&workspaces)
        .bind(rows.iter().map(|row| row.index).collect::<Vec<_>>())
        .bind(vec![[0_u8; 32].as_slice(); rows.len()])
        .bind(&content_keys)
        .bind(rows.iter().map(|row| row.key.as_str()).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.leaf.as_slice()).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.sealed.as_slice()).collect::<Vec<_>>())
        .execute(&mut *connection)
        .await?;
    if with_keys {
        let keys =
            format!("INSERT INTO subject_keys_{name} SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[])");
        sqlx::query(AssertSqlSafe(keys))
            .bind(&workspaces)
            .bind(rows.iter().map(|row| row.subject.as_str()).collect::<Vec<_>>())
            .bind(&content_keys)
            .execute(connection)
            .await?;
    }
    Ok(())
}

/// Encodes a leaf of the same size; its commitment is to nothing.
fn unhashed_leaf(workspace: &str, entry: &api::NewEntry) -> Vec<u8> {
    let leaf = Leaf {
        origin: &*format!("countersign.local/{workspace}"),
        kind: &*entry.kind,
        subject: &*entry.subject,
        subject_revision: entry.subject_revision.unsigned_abs(),
        principal_kind: PrincipalKind::Service,
        principal_reference: &*entry.principal_reference,
        appended_at_us: 0,
        idempotency_key: &*entry.idempotency_key,
        payload_digest: PayloadDigest::try_from(entry.payload_digest.as_slice()).ok(),
        commitment: Commitment::new([0; 32]),
    };
    leaf.encode().expect("the load's own entries make leaves")
}
