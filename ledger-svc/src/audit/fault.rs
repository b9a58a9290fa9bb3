use service_kit::database::Location;
use sqlx::error::DatabaseError;

use super::{
    Cell, Error, Extent, Finding, Place, Reach, StoreFile, What,
    place::{SCHEMA, Table},
};
use crate::store::sqlite::primary_code;

/// Something wrong in a table, before anybody has said which entries that puts in doubt: not a [`Finding`] yet.
#[derive(Debug, Clone)]
pub(super) struct Fault {
    cell: Box<Cell>,
    what: Box<What>,
}

/// Why a pass does not go on.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Something is wrong at a place that only the caller knows; where none does, below every entry.
    Fault(Fault),
    /// Something is wrong below every entry, wherever the reading was.
    Below(Fault),
    /// The verification ends.
    Error(Error),
}

/// A file that is read, and what an error of the driver means in it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) location: &'a Location,
    pub(super) file: StoreFile,
}

/// SQLite's result code for a table or column that is not there, or a schema that it can not read.
const NOT_IN_SCHEMA: u32 = 1;

/// SQLite's result codes for a file that opens and can not be read: a failing disk, a damaged database, something else than a database.
const DAMAGED: [u32; 3] = [10, 11, 26];

/// PostgreSQL's class of errors for pages and indices that can not be read.
const POSTGRES_DAMAGED: &str = "XX";

/// What an error of the driver says is wrong.
enum Blame {
    Schema,
    Rows,
    Nobody,
}

impl Fault {
    /// Something is wrong with a table, or with a row of it.
    pub(super) fn of_table(table: Table, what: What) -> Self {
        let cell = Cell { file: table.file, table: table.name, row: None, column: None };
        Self { cell: Box::new(cell), what: Box::new(what) }
    }

    /// Says which row it is, unless that is known.
    pub(super) fn in_row(mut self, row: impl FnOnce() -> String) -> Self {
        self.cell.row.get_or_insert_with(row);
        self
    }

    /// Says which column it is.
    pub(super) fn in_column(mut self, column: &'static str) -> Self {
        self.cell.column = Some(column);
        self
    }

    /// Says which entries it puts in doubt.
    pub(super) fn at(self, extent: Extent) -> Finding {
        self.reaching(Reach::Log(extent))
    }

    /// Says that it puts every entry in doubt.
    pub(super) fn below(self, extents: Vec<Extent>) -> Finding {
        self.reaching(Reach::EveryLog(extents))
    }

    fn reaching(self, reach: Reach) -> Finding {
        Finding { place: Box::new(Place { cell: *self.cell, reach }), what: self.what }
    }
}

impl Trouble {
    /// Says where the reading was when it came up.
    pub(super) fn at(self, extent: Extent) -> Self {
        match self {
            Self::Fault(fault) => fault.at(extent).into(),
            other @ (Self::Below(_) | Self::Error(_)) => other,
        }
    }
}

impl Source<'_> {
    /// Turns what the driver says while a table is read into a fault where the file is to blame.
    pub(super) fn refuse(self, table: &'static str) -> impl Fn(sqlx::Error) -> Trouble {
        let fault = move |source: &sqlx::Error| {
            let said = source.as_database_error().map_or_else(String::new, |error| error.message().to_owned());
            Fault::of_table(self.table(table), What::Unreadable { said })
        };
        move |source| match self.blame(&source) {
            Blame::Schema => Trouble::Below(fault(&source)),
            Blame::Rows => fault(&source).into(),
            Blame::Nobody => Error::File { file: self.location.to_string().into(), source }.into(),
        }
    }

    /// Tells what an error says is wrong.
    fn blame(self, source: &sqlx::Error) -> Blame {
        match self.location {
            Location::Sqlite(_) => match primary_code(source) {
                Some(NOT_IN_SCHEMA) => Blame::Schema,
                Some(code) if DAMAGED.contains(&code) => Blame::Rows,
                _ => Blame::Nobody,
            },
            Location::Postgres(_) => {
                let code = source.as_database_error().and_then(DatabaseError::code).unwrap_or_default();
                match code.as_ref() {
                    // No such schema, table or column.
                    "3F000" | "42P01" | "42703" => Blame::Schema,
                    code if code.starts_with(POSTGRES_DAMAGED) => Blame::Rows,
                    _ => Blame::Nobody,
                }
            }
        }
    }

    /// Returns a table of the file.
    pub(super) const fn table(self, name: &'static str) -> Table {
        Table { file: self.file, name }
    }

    /// Turns what the driver says while the file is opened into a fault where the file is to blame.
    pub(super) fn refuse_to_open(self) -> impl Fn(sqlx::Error) -> Trouble {
        self.refuse(SCHEMA)
    }
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl From<Finding> for Trouble {
    fn from(finding: Finding) -> Self {
        Self::Error(finding.into())
    }
}
