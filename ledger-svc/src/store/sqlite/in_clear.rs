//! Entries of the schema before contents were sealed, moved into the present one.

use countersign_api::name::Workspace;
use ledger_format::{Leaf, Salt, custody::content_subject};
use service_kit::{database::SqliteDatabase, ids::Ids};
use sqlx::{Row, SqliteConnection};

use super::{SqliteWriter, keys_in_use};
use crate::{
    contents::{ContentKeys, KeyPool, Unsealed, seal},
    store::{
        Commit, Error,
        cells::{Cells, signed},
    },
};

/// Entries moved in one commit.
const PAGE_ENTRIES: i64 = 512;

/// Seals every entry that stands in clear and moves it, a page a commit; tells whether there was one.
///
/// A crash leaves some moved: the next start goes on behind the last of them.
pub(super) async fn seal_all(
    database: &SqliteDatabase,
    keys: &ContentKeys,
    pool: &KeyPool,
    ids: &dyn Ids,
) -> Result<bool, Error> {
    let mut writer = SqliteWriter::new(database.writer.acquire().await?);
    let workspaces = workspaces(writer.connection()).await?;
    for workspace in &workspaces {
        tracing::info!(workspace = workspace.id(), "entries of an older release are being sealed");
        while let Some(page) = page(writer.connection(), workspace).await? {
            let subjects: Vec<&str> = page.iter().map(|entry| entry.content_subject.as_str()).collect();
            let numbers = keys_in_use(writer.connection(), workspace, &subjects).await?;
            let known = keys.find(numbers.values().copied()).await?;
            let in_use = numbers
                .into_iter()
                .filter_map(|(subject, number)| known.get(&number).map(|key| (subject, (number, key.clone()))));
            let sealed = seal(workspace, page, in_use.collect(), pool, ids).await?;
            let commit = Commit { entries: sealed.entries, subject_keys: sealed.subject_keys, ..Commit::default() };
            writer.commit(commit).await?;
        }
    }
    Ok(!workspaces.is_empty())
}

async fn workspaces(connection: &mut SqliteConnection) -> Result<Vec<Workspace>, Error> {
    let is_there: i64 = sqlx::query_scalar("SELECT count(*) FROM sqlite_schema WHERE name = 'entries_in_clear'")
        .fetch_one(&mut *connection)
        .await?;
    if is_there == 0 {
        return Ok(Vec::new());
    }
    let rows = sqlx::query("SELECT DISTINCT workspace FROM entries_in_clear ORDER BY workspace").fetch_all(connection);
    let corrupt = || Error::CorruptRow { table: "entries_in_clear", column: "workspace", row: "unknown".to_owned() };
    let read = |row: &sqlx::sqlite::SqliteRow| {
        Row::try_get::<&str, _>(row, 0).ok().and_then(|id| Workspace::new(id).ok()).ok_or_else(corrupt)
    };
    rows.await?.iter().map(read).collect()
}

/// Reads the next entries of a log that are not moved yet; none when all are.
async fn page(connection: &mut SqliteConnection, workspace: &Workspace) -> Result<Option<Vec<Unsealed>>, Error> {
    let next = super::size(connection, workspace).await?;
    let rows = sqlx::query(
        "SELECT entry_index, leaf_hash, salt, idempotency_key, leaf, content FROM entries_in_clear \
         WHERE workspace = ?1 AND entry_index >= ?2 ORDER BY entry_index LIMIT ?3",
    )
    .bind(workspace.id())
    .bind(signed(next))
    .bind(PAGE_ENTRIES)
    .fetch_all(connection)
    .await?;
    let mut entries = Vec::with_capacity(rows.len());
    for row in &rows {
        let index = Cells::new(row, "entries_in_clear", workspace.id()).number(0, "entry_index")?;
        let cells = Cells::new(row, "entries_in_clear", format!("{}/{index}", workspace.id()));
        let leaf = cells.bytes(4, "leaf")?.to_vec();
        let content_subject = {
            let decoded = Leaf::decode(&leaf).map_err(|_| cells.corrupt("leaf"))?;
            content_subject(decoded.kind, decoded.subject, index).into_owned()
        };
        entries.push(Unsealed {
            index,
            leaf_hash: cells.hash(1, "leaf_hash")?,
            salt: Salt::try_from(cells.bytes(2, "salt")?).map_err(|_| cells.corrupt("salt"))?,
            idempotency_key: cells.text(3, "idempotency_key")?.to_owned(),
            content: cells.bytes(5, "content")?.to_vec(),
            leaf,
            content_subject,
        });
    }
    Ok((!entries.is_empty()).then_some(entries))
}

#[cfg(test)]
mod tests {
    use std::{path::Path, sync::Arc};

    use ledger_format::{PrincipalKind, commit_content, leaf_hash};
    use service_kit::{database::Location, ids::SeededIds, shutdown::Shutdown};
    use sqlx::{ConnectOptions, Connection, sqlite::SqliteConnectOptions};

    use super::*;
    use crate::{
        contents::{ContentReader, Said},
        store::{LedgerStore, LedgerWriter, content_keys::ContentKeyStore, read, sqlite::MIGRATIONS},
    };

    const WORDS: &str = "her number is 0049 170 555";

    fn leaf(index: u64, salt: &Salt, content: &[u8]) -> Vec<u8> {
        let leaf = Leaf {
            origin: "countersign.local/workspaces/demo".to_owned(),
            kind: "candidate_proposed".to_owned(),
            subject: format!("workspaces/demo/candidates/{}", index % 3),
            subject_revision: 1,
            principal_kind: PrincipalKind::Human,
            principal_reference: "p_07".to_owned(),
            appended_at_us: 7,
            idempotency_key: format!("k/{index}"),
            payload_digest: None,
            commitment: commit_content(salt, content),
        };
        leaf.encode().expect("a leaf")
    }

    /// A file as a release before contents were sealed left it.
    async fn older(file: &Path, entries: u64) {
        let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
        let mut connection = options.connect().await.expect("it opens");
        MIGRATIONS.run_to(1, &mut connection).await.expect("the first schema");
        for index in 0..entries {
            let (salt, content) = (Salt::new([9; 32]), format!("{index}: {WORDS}").into_bytes());
            let leaf = leaf(index, &salt, &content);
            let insert = "INSERT INTO entries (workspace, entry_index, leaf_hash, salt, idempotency_key, leaf, content) \
                          VALUES ('demo', ?1, ?2, ?3, ?4, ?5, ?6)";
            sqlx::query(insert)
                .bind(signed(index))
                .bind(leaf_hash(&leaf).as_bytes().to_vec())
                .bind(salt.as_bytes().to_vec())
                .bind(format!("k/{index}"))
                .bind(&leaf)
                .bind(content)
                .execute(&mut connection)
                .await
                .expect("written");
        }
        connection.close().await.expect("it closes");
    }

    fn stands_in(folder: &Path, needle: &[u8]) -> bool {
        let files = std::fs::read_dir(folder).expect("a folder").map(|item| item.expect("an item").path());
        files.into_iter().any(|file| {
            let bytes = std::fs::read(file).expect("readable");
            bytes.windows(needle.len()).any(|window| window == needle)
        })
    }

    /// Opens both files, the ledger's as far as it opens without keys.
    async fn open(folder: &Path, shutdown: &Shutdown) -> (LedgerStore, ContentKeys, KeyPool) {
        let ledger = LedgerStore::open(&Location::Sqlite(folder.join("ledger.db"))).await.expect("it opens");
        let assigned = read::assigned_max(&mut ledger.reader().await.expect("a reader").rows()).await;
        let assigned = assigned.expect("read");
        let keys = Location::Sqlite(folder.join("content-keys.db"));
        let keys = ContentKeyStore::open(&keys, assigned, &SeededIds::new(2)).await.expect("it opens");
        let keys = ContentKeys::new(keys);
        let ids = Arc::new(SeededIds::new(3));
        let pool = KeyPool::start(keys.clone(), ids, assigned, shutdown).await.expect("a pool");
        (ledger, keys, pool)
    }

    #[tokio::test]
    async fn an_older_file_is_sealed_and_nothing_in_clear_is_left_in_it() {
        const ENTRIES: u64 = 700;
        let folder = tempfile::tempdir().expect("a folder");
        older(&folder.path().join("ledger.db"), ENTRIES).await;
        assert!(stands_in(folder.path(), WORDS.as_bytes()));
        let shutdown = Shutdown::new();

        // A crash in the middle: the first page is moved, and that is all.
        let (ledger, keys, pool) = open(folder.path(), &shutdown).await;
        let ids = SeededIds::new(4);
        let LedgerWriter::Sqlite(mut writer) = ledger.writer().await.expect("the writer") else {
            panic!("it is a file")
        };
        let workspace = Workspace::new("demo").expect("an id");
        let first = page(writer.connection(), &workspace).await.expect("read").expect("a page");
        let sealed = seal(&workspace, first, std::collections::HashMap::new(), &pool, &ids).await.expect("sealed");
        let commit = Commit { entries: sealed.entries, subject_keys: sealed.subject_keys, ..Commit::default() };
        writer.commit(commit).await.expect("moved");
        drop(writer);
        ledger.close().await;
        keys.close().await;

        let (ledger, keys, pool) = open(folder.path(), &shutdown).await;
        ledger.complete(&keys, &pool, &ids).await.expect("brought up to date");
        let mut reader = ledger.reader().await.expect("a reader");
        let mut rows = reader.rows();
        let stored = read::entry_range(&mut rows, &workspace, 0, ENTRIES, 10_000, usize::MAX).await.expect("read");
        let opened = ContentReader::new(keys.clone()).open(&mut rows, &workspace, stored).await.expect("opened");
        assert_eq!(opened.len() as u64, ENTRIES);
        for (index, entry) in opened.iter().enumerate() {
            let Said::Kept { content, .. } = &entry.said else { panic!("entry {index} is there") };
            assert_eq!(content, format!("{index}: {WORDS}").as_bytes());
        }
        let subjects: std::collections::BTreeSet<u64> = opened.iter().map(|entry| entry.content_key).collect();
        assert_eq!(subjects.len(), 3, "a key a subject, also across a crash");
        drop(reader);
        assert!(!stands_in(folder.path(), WORDS.as_bytes()), "also while it is open");
        ledger.close().await;
        keys.close().await;
        assert!(!stands_in(folder.path(), WORDS.as_bytes()));
    }
}
