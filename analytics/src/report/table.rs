//! Tables: what every form of the report is written from.

use super::words::{duration, percent, thousands};

/// A table of the report.
#[derive(Debug, Clone)]
pub(super) struct Table {
    /// Names the table, its file and its anchor.
    pub id: String,
    /// The caption.
    pub title: String,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows, each with one cell for every column.
    pub rows: Vec<Vec<Cell>>,
    /// Rows that were left out because the table is cut; the most frequent are kept.
    pub rows_left_out: u64,
}

/// A column of a table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    /// Names the column for programs.
    pub id: &'static str,
    /// The heading.
    pub title: &'static str,
}

/// A cell of a table.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    /// Words.
    Text(String),
    /// A count.
    Count(u64),
    /// A count; none where it says nothing.
    MaybeCount(Option<u64>),
    /// A share from 0 to 1; none of nothing.
    Share(Option<f64>),
    /// A number that is no share, such as a score; none where there is none.
    Number(Option<f64>),
    /// A duration in milliseconds; none where the group is too small to tell.
    DurationMs(Option<u64>),
    /// Yes or no.
    Flag(bool),
    /// Several words.
    List(Vec<String>),
}

impl Table {
    /// Starts a table without rows.
    pub(super) fn new(id: String, title: String, columns: &[(&'static str, &'static str)]) -> Self {
        let columns = columns.iter().map(|&(id, title)| Column { id, title }).collect();
        Self { id, title, columns, rows: Vec::new(), rows_left_out: 0 }
    }

    /// Adds a row.
    ///
    /// # Panics
    ///
    /// When the row has not one cell for every column.
    pub(super) fn push(&mut self, row: Vec<Cell>) {
        assert_eq!(row.len(), self.columns.len(), "a row of table `{}` has one cell for every column", self.id);
        self.rows.push(row);
    }
}

impl Cell {
    /// Returns the cell as people read it.
    pub(super) fn to_words(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Count(count) | Self::MaybeCount(Some(count)) => thousands(*count),
            Self::Share(None) | Self::DurationMs(None) | Self::MaybeCount(None) | Self::Number(None) => "–".to_owned(),
            Self::Share(Some(share)) => percent(*share),
            Self::Number(Some(number)) => format!("{number:.4}"),
            Self::DurationMs(Some(ms)) => duration(*ms),
            Self::Flag(true) => "yes".to_owned(),
            Self::Flag(false) => String::new(),
            Self::List(items) => items.join(", "),
        }
    }

    /// Tells whether the cell is a figure, which stands to the right.
    pub(super) const fn is_figure(&self) -> bool {
        matches!(self, Self::Count(_) | Self::MaybeCount(_) | Self::Share(_) | Self::Number(_) | Self::DurationMs(_))
    }
}
