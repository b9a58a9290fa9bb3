//! What was measured, as a table for people and as JSON for programs.

use serde_json::{Map, Value, json};

use crate::place::Database;

/// One table: what it shows, how it was measured, and its rows.
#[derive(Debug)]
pub struct Table {
    title: &'static str,
    /// What the service kept everything in, where that matters.
    database: Option<Database>,
    how: String,
    columns: &'static [&'static str],
    rows: Vec<Vec<Cell>>,
}

/// One value of a row.
#[derive(Debug, Clone)]
pub enum Cell {
    /// A word or a name.
    Text(String),
    /// A count or a rate in whole items.
    Whole(u64),
    /// Anything with digits behind the point: milliseconds, ratios.
    Fraction(f64),
}

impl Table {
    /// Makes an empty one.
    pub fn new(title: &'static str, how: impl Into<String>, columns: &'static [&'static str]) -> Self {
        Self { title, database: None, how: how.into(), columns, rows: Vec::new() }
    }

    /// Says what the service kept everything in.
    pub fn on(self, database: Database) -> Self {
        Self { database: Some(database), ..self }
    }

    /// Adds a row, one cell for each column, and shows it on stderr while the run goes on.
    ///
    /// # Panics
    /// When the number of cells is another.
    pub fn row(&mut self, cells: Vec<Cell>) {
        assert_eq!(cells.len(), self.columns.len(), "a row of `{}` has one cell for each column", self.title);
        let shown: Vec<String> = self.columns.iter().zip(&cells).map(|(name, cell)| format!("{name} {cell}")).collect();
        eprintln!("  {}", shown.join(", "));
        self.rows.push(cells);
    }

    /// Prints it as a Markdown table, which is how `docs/performance.md` has it.
    pub fn print(&self) {
        let on = self.database.map(|database| format!(", {database}")).unwrap_or_default();
        println!("\n## {}{on}\n\n{}\n", self.title, self.how);
        println!("| {} |", self.columns.join(" | "));
        println!("|{}", "---|".repeat(self.columns.len()));
        for row in &self.rows {
            let cells: Vec<String> = row.iter().map(ToString::to_string).collect();
            println!("| {} |", cells.join(" | "));
        }
    }

    /// Returns it as JSON: each row an object with the columns as keys.
    pub fn to_json(&self) -> Value {
        let rows = self.rows.iter().map(|row| {
            let pairs = self.columns.iter().zip(row).map(|(name, cell)| ((*name).to_owned(), cell.to_json()));
            Value::Object(pairs.collect::<Map<_, _>>())
        });
        let database = self.database.map(|database| database.to_string());
        json!({ "title": self.title, "database": database, "how": self.how, "rows": rows.collect::<Vec<_>>() })
    }
}

impl Cell {
    /// Makes a cell of a word.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// Makes a cell of how many in how many seconds.
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 items")]
    pub fn rate(count: usize, secs: f64) -> Self {
        Self::rate_of(count as f64 / secs)
    }

    /// Makes a cell of how many a second.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "for people")]
    pub fn rate_of(per_second: f64) -> Self {
        Self::Whole(per_second as u64)
    }

    /// Makes a cell of a time in milliseconds.
    pub fn ms(taken: std::time::Duration) -> Self {
        Self::Fraction(taken.as_secs_f64() * 1_000.0)
    }

    /// Makes a cell of a count.
    pub fn count(count: usize) -> Self {
        Self::Whole(count as u64)
    }

    fn to_json(&self) -> Value {
        match self {
            Self::Text(text) => json!(text),
            Self::Whole(number) => json!(number),
            Self::Fraction(number) => json!(number),
        }
    }
}

impl std::fmt::Display for Cell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Whole(number) => f.write_str(&grouped(*number)),
            Self::Fraction(number) => write!(f, "{number:.3}"),
        }
    }
}

/// Writes a number with a comma between each three digits.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let first = digits.len() % 3;
    let (head, tail) = digits.split_at(first);
    let rest = tail.as_bytes().chunks(3).map(|three| String::from_utf8_lossy(three).into_owned());
    let groups: Vec<String> = (!head.is_empty()).then(|| head.to_owned()).into_iter().chain(rest).collect();
    groups.join(",")
}
