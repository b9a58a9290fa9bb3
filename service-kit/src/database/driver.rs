/// What a driver says, once.
///
/// An error of sqlx writes its source's text into its own and hands the source out as well, so that whoever prints a chain
/// of sources would print that text twice. This one ends the chain.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct DriverError(sqlx::Error);

impl From<sqlx::Error> for DriverError {
    fn from(error: sqlx::Error) -> Self {
        Self(error)
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use sqlx::migrate::MigrateError;

    use crate::{access::StoreError, database::Error};

    /// Prints an error and all of its sources, as for people.
    fn printed(error: &dyn std::error::Error) -> String {
        error.source().map_or_else(|| error.to_string(), |source| format!("{error}: {}", printed(source)))
    }

    async fn refused() -> sqlx::Error {
        let database = sqlx::SqlitePool::connect("sqlite::memory:").await.expect("it opens");
        sqlx::query("SELECT * FROM absent").execute(&database).await.expect_err("there is no such table")
    }

    #[tokio::test]
    async fn what_sqlite_says_is_printed_once() {
        let bare = printed(&refused().await);
        assert_eq!(bare.matches("no such table").count(), 2, "sqlx says it twice: {bare}");
        let file = || PathBuf::from("a.db");
        let migration = sqlx::Error::from(MigrateError::ExecuteMigration(refused().await, 1));
        let errors: [&dyn std::error::Error; 3] = [
            &Error::Driver { file: file(), source: refused().await.into() },
            &Error::Migration { file: file(), source: migration.into() },
            &StoreError::from(refused().await),
        ];
        for error in errors {
            assert!(error.source().is_some());
            assert_eq!(printed(error).matches("no such table").count(), 1, "{}", printed(error));
            assert!(!error.to_string().contains("no such table"), "{error}");
        }
    }
}
