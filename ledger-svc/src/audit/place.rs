use std::{fmt, ops::RangeInclusive};

/// Where something is wrong: what is stored there, and which entries that puts in doubt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// What is stored there.
    pub cell: Cell,
    /// Which entries it puts in doubt.
    pub reach: Reach,
}

/// A stored value; a whole row or table where no one column is to blame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// The file that it is in.
    pub file: StoreFile,
    /// The table.
    pub table: &'static str,
    /// The row, as a condition that finds it, or would if it were there.
    pub row: Option<String>,
    /// The column.
    pub column: Option<&'static str>,
}

/// One of the files or databases of a ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreFile {
    /// Entries, tiles and checkpoints.
    Ledger,
    /// What was signed last.
    Fence,
    /// The keys that contents are sealed under.
    ContentKeys,
    /// What [`StoreFile::Ledger`] has, in a database.
    LedgerDatabase,
    /// What [`StoreFile::ContentKeys`] has, in a database.
    ContentKeysDatabase,
}

/// Which entries are in doubt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// One entry of one log, or the smallest range that stored hashes and checkpoints can prove.
    Log(Extent),
    /// All logs from their first entry to their last: what is wrong lies below all of them. Empty when no log can be read at all.
    EveryLog(Vec<Extent>),
}

/// Entries of one log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extent {
    /// The log's workspace.
    pub workspace: String,
    /// Their indices.
    pub entries: RangeInclusive<u64>,
}

/// A table of one of the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) file: StoreFile,
    pub(super) name: &'static str,
}

/// Where SQLite keeps the schema, and the first that it reads of any file.
pub(super) const SCHEMA: &str = "sqlite_schema";

/// Where sqlx keeps which migrations were applied.
pub(super) const MIGRATIONS: &str = "_sqlx_migrations";

/// Where databases say which store of content keys a ledger has.
pub(super) const KEY_STORE: &str = "key_store";

pub(super) const ENTRIES: Table = Table { file: StoreFile::Ledger, name: "entries" };
pub(super) const TILES: Table = Table { file: StoreFile::Ledger, name: "tiles" };
pub(super) const HEADS: Table = Table { file: StoreFile::Ledger, name: "heads" };
pub(super) const CHECKPOINTS: Table = Table { file: StoreFile::Ledger, name: "checkpoints" };
pub(super) const SUBJECT_KEYS: Table = Table { file: StoreFile::Ledger, name: "subject_keys" };
pub(super) const LEGAL_HOLDS: Table = Table { file: StoreFile::Ledger, name: "legal_holds" };
pub(super) const CONTENT_KEYS: Table = Table { file: StoreFile::ContentKeys, name: "content_keys" };
pub(super) const FENCES: Table = Table { file: StoreFile::Fence, name: "fences" };

impl StoreFile {
    /// Returns the file's name in a data folder, or what the database holds.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ledger => "ledger.db",
            Self::Fence => "fence.db",
            Self::ContentKeys => "content-keys.db",
            Self::LedgerDatabase => "the ledger's database",
            Self::ContentKeysDatabase => "the content keys' database",
        }
    }

    /// Returns the tables that the service makes in it.
    pub(super) const fn tables(self) -> &'static [&'static str] {
        match self {
            Self::Ledger | Self::LedgerDatabase => {
                &[ENTRIES.name, TILES.name, CHECKPOINTS.name, SUBJECT_KEYS.name, LEGAL_HOLDS.name, MIGRATIONS]
            }
            Self::ContentKeys | Self::ContentKeysDatabase => &[CONTENT_KEYS.name, MIGRATIONS],
            Self::Fence => &[FENCES.name, MIGRATIONS],
        }
    }
}

impl Cell {
    /// Names what databases have in the place of files.
    pub(super) fn in_databases(&mut self) {
        self.file = match self.file {
            StoreFile::Ledger | StoreFile::LedgerDatabase => StoreFile::LedgerDatabase,
            StoreFile::ContentKeys | StoreFile::ContentKeysDatabase => StoreFile::ContentKeysDatabase,
            // The fence is a file in any case.
            StoreFile::Fence => return,
        };
        match self.table {
            SCHEMA => self.table = "pg_catalog",
            MIGRATIONS => self.table = "migrations",
            _ => {}
        }
    }
}

impl Reach {
    /// Returns the entries in doubt, a log each.
    pub fn extents(&self) -> &[Extent] {
        match self {
            Self::Log(extent) => std::slice::from_ref(extent),
            Self::EveryLog(extents) => extents,
        }
    }
}

impl Extent {
    /// Names entries from `first` up to, not including, `end`; never fewer than one.
    pub(super) fn span(workspace: &str, first: u64, end: u64) -> Self {
        let last = end.max(1) - 1;
        Self { workspace: workspace.to_owned(), entries: first.min(last)..=last }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.reach, self.cell)
    }
}

impl fmt::Display for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let extents = match self {
            Self::Log(extent) => return extent.fmt(f),
            Self::EveryLog(extents) if extents.is_empty() => return f.write_str("every entry"),
            Self::EveryLog(extents) => extents,
        };
        f.write_str("every entry (")?;
        for (position, extent) in extents.iter().enumerate() {
            write!(f, "{}{extent}", if position == 0 { "" } else { "; " })?;
        }
        f.write_str(")")
    }
}

impl fmt::Display for Extent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { workspace, entries } = self;
        let (first, last) = (entries.start(), entries.end());
        if first == last {
            write!(f, "log `{workspace}`, entry `{first}`")
        } else {
            write!(f, "log `{workspace}`, entries `{first}` to `{last}`")
        }
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, table, row, column } = self;
        match column {
            Some(column) => write!(f, "column `{table}.{column}` of `{}`", file.name())?,
            None => write!(f, "table `{table}` of `{}`", file.name())?,
        }
        row.as_ref().map_or(Ok(()), |row| write!(f, " where `{row}`"))
    }
}

impl fmt::Display for StoreFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Names a row of `entries`.
pub(super) fn row_of_entry(workspace: &str, index: u64) -> String {
    format!("workspace = '{workspace}' AND entry_index = {index}")
}

/// Names a row of `checkpoints`.
pub(super) fn row_of_checkpoint(workspace: &str, size: u64) -> String {
    format!("workspace = '{workspace}' AND size = {size}")
}

/// Names a row of `tiles`.
pub(super) fn row_of_tile(workspace: &str, level: u8, tile_index: u64) -> String {
    format!("workspace = '{workspace}' AND level = {level} AND tile_index = {tile_index}")
}
