use super::{SchemaObject, Value};

/// What a server keeps of the ledger's schema once all migrations were applied, a line an object: kind, name, table, and what it is.
const OF_LEDGER: &str = include_str!("../postgres/catalogue.txt");

/// The same of the content keys' schema.
const OF_KEYS: &str = include_str!("../content_keys/postgres_catalogue.txt");

/// Returns what [`RawFile::schema`](super::RawFile::schema) reads from a server to which all migrations of a ledger were applied.
///
/// # Panics
/// When the list in the source is malformed.
pub fn expected_catalogue() -> Vec<SchemaObject> {
    read(OF_LEDGER)
}

/// Returns the same of content keys.
///
/// # Panics
/// When the list in the source is malformed.
pub fn expected_keys_catalogue() -> Vec<SchemaObject> {
    read(OF_KEYS)
}

fn read(catalogue: &str) -> Vec<SchemaObject> {
    let text = |text: &str| Value::Text(text.as_bytes().to_vec());
    let object = |line: &str| {
        let mut parts = line.splitn(4, " | ");
        let mut next = || text(parts.next().expect("invariant: a line has four parts"));
        SchemaObject { kind: next(), name: next(), table: next(), sql: next(), has_pages: Value::Null }
    };
    catalogue.lines().map(object).collect()
}
