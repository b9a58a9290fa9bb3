use sqlx::{Decode, Postgres, Row, Sqlite, TypeInfo, ValueRef, postgres::PgRow, sqlite::SqliteRow};

/// A stored value of whatever type.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// No value.
    Null,
    /// A whole number.
    Integer(i64),
    /// A floating-point number.
    Real(f64),
    /// Bytes that claim to be UTF-8.
    Text(Vec<u8>),
    /// Bytes.
    Blob(Vec<u8>),
}

/// A row whose columns are read as what they are.
pub(super) trait RawRow {
    /// Reads a column.
    fn value(&self, position: usize) -> Result<Value, sqlx::Error>;
}

impl RawRow for SqliteRow {
    fn value(&self, position: usize) -> Result<Value, sqlx::Error> {
        let value = self.try_get_raw(position)?;
        if value.is_null() {
            return Ok(Value::Null);
        }
        let kind = value.type_info().name().to_owned();
        let decoded = match kind.as_str() {
            "INTEGER" => <i64 as Decode<Sqlite>>::decode(value).map(Value::Integer),
            "REAL" => <f64 as Decode<Sqlite>>::decode(value).map(Value::Real),
            "TEXT" => <Vec<u8> as Decode<Sqlite>>::decode(value).map(Value::Text),
            _ => <Vec<u8> as Decode<Sqlite>>::decode(value).map(Value::Blob),
        };
        decoded.map_err(sqlx::Error::Decode)
    }
}

impl RawRow for PgRow {
    fn value(&self, position: usize) -> Result<Value, sqlx::Error> {
        let value = self.try_get_raw(position)?;
        if value.is_null() {
            return Ok(Value::Null);
        }
        let kind = value.type_info().name().to_owned();
        let decoded = match kind.as_str() {
            "INT8" => <i64 as Decode<Postgres>>::decode(value).map(Value::Integer),
            "INT4" => <i32 as Decode<Postgres>>::decode(value).map(|number| Value::Integer(number.into())),
            "INT2" => <i16 as Decode<Postgres>>::decode(value).map(|number| Value::Integer(number.into())),
            "BOOL" => <bool as Decode<Postgres>>::decode(value).map(|truth| Value::Integer(truth.into())),
            "BYTEA" => <Vec<u8> as Decode<Postgres>>::decode(value).map(Value::Blob),
            _ => <String as Decode<Postgres>>::decode(value).map(|text| Value::Text(text.into_bytes())),
        };
        decoded.map_err(sqlx::Error::Decode)
    }
}

impl Value {
    /// Returns SQLite's name of the type.
    pub const fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "NULL",
            Self::Integer(_) => "INTEGER",
            Self::Real(_) => "REAL",
            Self::Text(_) => "TEXT",
            Self::Blob(_) => "BLOB",
        }
    }
}

/// Shows short text and numbers; of bytes only their number.
impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Null => f.write_str("NULL"),
            Self::Integer(number) => write!(f, "{number}"),
            Self::Real(number) => write!(f, "{number}"),
            Self::Text(bytes) => {
                let text: String = String::from_utf8_lossy(bytes).chars().take(100).collect();
                write!(f, "{}", text.escape_debug())
            }
            Self::Blob(bytes) => write!(f, "{} bytes", bytes.len()),
        }
    }
}
