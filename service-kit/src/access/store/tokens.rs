use std::path::Path;

use jiff::Timestamp;
use sqlx::migrate::Migrator;

use super::row::{Row, TokenRecord};
use crate::{
    access::token::TokenId,
    database::{self, DriverError, SqliteDatabase},
};

static MIGRATIONS: Migrator = sqlx::migrate!("src/access/store/migrations");

/// The tokens of one installation.
#[derive(Debug, Clone)]
pub struct TokenStore {
    database: SqliteDatabase,
}

/// Why tokens can not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// SQLite refuses.
    #[error("the token store does not answer; check disk and permissions of `tokens.db`")]
    Driver(#[source] DriverError),
    /// A row does not read back as written.
    #[error("column `{column}` of table `tokens` is corrupt in row `{row}`; revoke the token and make another")]
    CorruptRow {
        /// The column.
        column: &'static str,
        /// The token's id.
        row: String,
    },
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Self::Driver(error.into())
    }
}

impl TokenStore {
    /// Opens `tokens.db`, makes it when it is missing.
    ///
    /// # Errors
    /// See [`database::Error`].
    pub async fn open(file: &Path) -> Result<Self, database::Error> {
        Ok(Self { database: SqliteDatabase::open(file, &MIGRATIONS).await? })
    }

    /// Keeps a new token. A crash before the commit leaves none, and its secret was never shown.
    ///
    /// # Errors
    /// [`Error::Driver`].
    pub async fn create(&self, token: &TokenRecord) -> Result<(), Error> {
        let roles: Vec<&str> = token.principal.roles().iter().map(|role| role.name()).collect();
        sqlx::query(
            "INSERT INTO tokens (id, secret_hash, principal, scope, roles, created_at, expires_at, revoked_at) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(token.id.to_string())
        .bind(token.secret_hash.0.as_slice())
        .bind(token.principal.id().as_str())
        .bind(token.principal.scope().to_string())
        .bind(roles.join(","))
        .bind(token.created_at.as_microsecond())
        .bind(token.expires_at.map(Timestamp::as_microsecond))
        .bind(token.revoked_at.map(Timestamp::as_microsecond))
        .execute(&self.database.writer)
        .await?;
        Ok(())
    }

    /// Reads one token; none when there is none of this id.
    ///
    /// # Errors
    /// [`Error::Driver`] or [`Error::CorruptRow`].
    pub async fn find(&self, id: TokenId) -> Result<Option<TokenRecord>, Error> {
        let row: Option<Row> = sqlx::query_as("SELECT * FROM tokens WHERE id = ?")
            .bind(id.to_string())
            .fetch_optional(&self.database.readers)
            .await?;
        row.map(Row::read).transpose()
    }

    /// Lists at most `limit` tokens, newest first, beginning after `after`.
    ///
    /// # Errors
    /// [`Error::Driver`] or [`Error::CorruptRow`].
    pub async fn list(&self, after: Option<TokenId>, limit: u32) -> Result<Vec<TokenRecord>, Error> {
        let rows: Vec<Row> =
            sqlx::query_as("SELECT * FROM tokens WHERE ?1 IS NULL OR id < ?1 ORDER BY id DESC LIMIT ?2")
                .bind(after.map(|id| id.to_string()))
                .bind(limit)
                .fetch_all(&self.database.readers)
                .await?;
        rows.into_iter().map(Row::read).collect()
    }

    /// Revokes a token and returns it as it is then; none when there is none of this id. The first revocation stays.
    ///
    /// A crash before the commit leaves the token valid and the caller without an answer.
    ///
    /// # Errors
    /// [`Error::Driver`] or [`Error::CorruptRow`].
    pub async fn revoke(&self, id: TokenId, now: Timestamp) -> Result<Option<TokenRecord>, Error> {
        let row: Option<Row> =
            sqlx::query_as("UPDATE tokens SET revoked_at = coalesce(revoked_at, ?2) WHERE id = ?1 RETURNING *")
                .bind(id.to_string())
                .bind(now.as_microsecond())
                .fetch_optional(&self.database.writer)
                .await?;
        row.map(Row::read).transpose()
    }

    /// Closes the database.
    pub async fn close(&self) {
        self.database.close().await;
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use super::*;
    use crate::{
        access::{BearerToken, Principal, Role, Scope},
        ids::SeededIds,
    };

    async fn store() -> (tempfile::TempDir, TokenStore) {
        let folder = tempfile::tempdir().expect("a folder");
        let store = TokenStore::open(&folder.path().join("tokens.db")).await.expect("it opens");
        (folder, store)
    }

    fn record(seed: u64, created_at: Timestamp) -> TokenRecord {
        let token = BearerToken::draw(&SeededIds::new(seed), created_at);
        let principal = Principal::new(
            "humans/anna".parse().expect("an id"),
            Scope::One("workspaces/demo".parse().expect("a workspace")),
            [Role::Reviewer, Role::ProcessOwner],
        )
        .expect("a principal");
        TokenRecord {
            id: token.id(),
            secret_hash: token.hash(),
            principal: Arc::new(principal),
            created_at,
            expires_at: Some(created_at + Duration::from_mins(1)),
            revoked_at: None,
        }
    }

    #[tokio::test]
    async fn a_token_reads_back_as_created() {
        let (_folder, store) = store().await;
        let token = record(1, Timestamp::UNIX_EPOCH);
        store.create(&token).await.expect("created");

        let read = store.find(token.id).await.expect("readable").expect("there");
        assert_eq!(read.principal, token.principal);
        assert!(read.secret_hash.matches(&token.secret_hash));
        assert_eq!((read.created_at, read.expires_at, read.revoked_at), (token.created_at, token.expires_at, None));
        let unknown = record(2, Timestamp::UNIX_EPOCH).id;
        assert!(store.find(unknown).await.expect("readable").is_none());
    }

    #[tokio::test]
    async fn the_newest_come_first_page_by_page() {
        let (_folder, store) = store().await;
        let mut ids = Vec::new();
        for n in 0..5 {
            let token = record(n, Timestamp::UNIX_EPOCH + Duration::from_secs(n));
            store.create(&token).await.expect("created");
            ids.insert(0, token.id);
        }
        let first = store.list(None, 3).await.expect("readable");
        assert_eq!(first.iter().map(|token| token.id).collect::<Vec<_>>(), ids[..3]);
        let rest = store.list(Some(ids[2]), 3).await.expect("readable");
        assert_eq!(rest.iter().map(|token| token.id).collect::<Vec<_>>(), ids[3..]);
    }

    #[tokio::test]
    async fn the_first_revocation_stays() {
        let (_folder, store) = store().await;
        let token = record(1, Timestamp::UNIX_EPOCH);
        store.create(&token).await.expect("created");
        let first = Timestamp::UNIX_EPOCH + Duration::from_secs(5);
        for now in [first, first + Duration::from_secs(5)] {
            let revoked = store.revoke(token.id, now).await.expect("writable").expect("there");
            assert_eq!(revoked.revoked_at, Some(first));
        }
        let unknown = record(2, Timestamp::UNIX_EPOCH).id;
        assert!(store.revoke(unknown, first).await.expect("writable").is_none());
    }

    #[tokio::test]
    async fn a_changed_row_is_named() {
        let (_folder, store) = store().await;
        let token = record(1, Timestamp::UNIX_EPOCH);
        store.create(&token).await.expect("created");
        sqlx::query("UPDATE tokens SET principal = 'generators/rules'")
            .execute(&store.database.writer)
            .await
            .expect("changed");
        let error = store.find(token.id).await.expect_err("a generator is no reviewer");
        assert!(matches!(error, Error::CorruptRow { column: "roles", .. }), "{error:?}");
    }

    #[test]
    fn a_token_works_until_it_is_revoked_or_lapses() {
        let mut token = record(1, Timestamp::UNIX_EPOCH);
        let end = token.expires_at.expect("it lapses");
        assert!(token.is_valid_at(end - Duration::from_micros(1)));
        assert!(!token.is_valid_at(end));
        token.revoked_at = Some(Timestamp::UNIX_EPOCH);
        assert!(!token.is_valid_at(Timestamp::UNIX_EPOCH));
    }
}
