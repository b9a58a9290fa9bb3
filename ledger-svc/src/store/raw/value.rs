use sqlx::{Decode, Row, TypeInfo, ValueRef, sqlite::SqliteRow};

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

impl Value {
    pub(super) fn read(row: &SqliteRow, position: usize) -> Result<Self, sqlx::Error> {
        let value = row.try_get_raw(position)?;
        if value.is_null() {
            return Ok(Self::Null);
        }
        let kind = value.type_info().name().to_owned();
        let decoded = match kind.as_str() {
            "INTEGER" => i64::decode(value).map(Self::Integer),
            "REAL" => f64::decode(value).map(Self::Real),
            "TEXT" => Vec::decode(value).map(Self::Text),
            _ => Vec::decode(value).map(Self::Blob),
        };
        decoded.map_err(sqlx::Error::Decode)
    }

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
