use serde_json::{Value, json};

use crate::output::counted;
use crate::propose::BrokenRow;

/// How many of the rows that were left out a summary names; all of them were named when they were met.
const NAMED_MAX: usize = 5;

/// The rows of the input that could not be used.
#[derive(Debug, Clone, Default)]
pub struct LeftOut {
    count: usize,
    first: Vec<BrokenRow>,
}

impl LeftOut {
    /// Makes it of all of them.
    pub fn of(broken: &[BrokenRow]) -> Self {
        Self { count: broken.len(), first: broken.iter().take(NAMED_MAX).cloned().collect() }
    }

    /// Returns it as `--json` shows it.
    pub fn to_json(&self) -> Value {
        let row =
            |row: &BrokenRow| json!({ "file": row.file, "line": row.line, "column": row.column, "reason": row.reason });
        json!({ "count": self.count, "first": self.first.iter().map(row).collect::<Vec<_>>() })
    }

    /// Returns it as people read it, a name and a value a line; nothing when no row was left out.
    pub fn facts(&self) -> Vec<(&'static str, String)> {
        let named = self.first.iter().map(|row| ("", row.to_string()));
        let more = self.count - self.first.len();
        let more = (more > 0).then(|| ("", format!("and {more} more, named above")));
        let rows = counted(self.count.try_into().unwrap_or(u64::MAX), "row", "rows");
        let count = (self.count > 0).then(|| ("left out", format!("{rows} of the input")));
        count.into_iter().chain(named).chain(more).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(count: u64) -> Vec<BrokenRow> {
        let row = |line| BrokenRow {
            file: "deals.csv".to_owned(),
            line,
            column: Some("engage_date".to_owned()),
            reason: "`soon` is no date".to_owned(),
        };
        (2..).map(row).take(usize::try_from(count).expect("few")).collect()
    }

    #[test]
    fn the_first_rows_are_named_and_all_are_counted() {
        let left_out = LeftOut::of(&rows(7));
        let json = left_out.to_json();
        assert_eq!(json["count"], 7);
        assert_eq!(json["first"].as_array().expect("rows").len(), NAMED_MAX);
        let first = json!({ "file": "deals.csv", "line": 2, "column": "engage_date", "reason": "`soon` is no date" });
        assert_eq!(json["first"][0], first);
        let facts = left_out.facts();
        assert_eq!(facts[0], ("left out", "7 rows of the input".to_owned()));
        assert_eq!(facts[1].1, "deals.csv line 2, column `engage_date`: `soon` is no date");
        assert_eq!(facts.last().expect("facts").1, "and 2 more, named above");
    }

    #[test]
    fn one_row_is_one_and_none_is_not_spoken_of() {
        let one = LeftOut::of(&rows(1)).facts();
        assert_eq!((one.len(), one[0].1.as_str()), (2, "1 row of the input"));
        assert_eq!(LeftOut::of(&[]).facts(), []);
        assert_eq!(LeftOut::of(&[]).to_json(), json!({ "count": 0, "first": [] }));
    }
}
