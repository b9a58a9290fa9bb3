use sqlx::{Error, Row, postgres::PgRow, sqlite::SqliteRow};

/// A row of either database; its columns are read by name.
pub(in crate::store) trait Columns {
    fn text(&self, column: &str) -> Result<&str, Error>;

    fn bytes(&self, column: &str) -> Result<&[u8], Error>;

    fn bytes_if_any(&self, column: &str) -> Result<Option<&[u8]>, Error>;

    fn number(&self, column: &str) -> Result<i64, Error>;

    fn number_if_any(&self, column: &str) -> Result<Option<i64>, Error>;

    /// Reads what somebody wrote freely. PostgreSQL's text takes no U+0000: there it stands in bytes.
    fn words(&self, column: &str) -> Result<String, Error>;
}

macro_rules! columns_by_name {
    () => {
        fn text(&self, column: &str) -> Result<&str, Error> {
            self.try_get(column)
        }

        fn bytes(&self, column: &str) -> Result<&[u8], Error> {
            self.try_get(column)
        }

        fn bytes_if_any(&self, column: &str) -> Result<Option<&[u8]>, Error> {
            self.try_get(column)
        }

        fn number(&self, column: &str) -> Result<i64, Error> {
            self.try_get(column)
        }

        fn number_if_any(&self, column: &str) -> Result<Option<i64>, Error> {
            self.try_get(column)
        }
    };
}

impl Columns for SqliteRow {
    columns_by_name!();

    fn words(&self, column: &str) -> Result<String, Error> {
        self.try_get(column)
    }
}

impl Columns for PgRow {
    columns_by_name!();

    fn words(&self, column: &str) -> Result<String, Error> {
        let broken =
            |source: std::str::Utf8Error| Error::ColumnDecode { index: column.to_owned(), source: source.into() };
        std::str::from_utf8(self.try_get(column)?).map(str::to_owned).map_err(broken)
    }
}
