use std::collections::HashMap;

use jiff::civil::Date;

use super::amount::Amount;
use super::files::SALES_PIPELINE;
use super::table::{Row, RowPlace, UnusableTable, read_table};
use super::us_date::read_us_date;
use crate::propose::BrokenRow;

/// What the CRM calls these records.
pub const OBJECT_TYPE: &str = "deal";

/// The columns of a deal, in the order in which [`Deal::cells`] has them.
pub const COLUMNS: [&str; 8] =
    ["opportunity_id", "sales_agent", "product", "account", "deal_stage", "engage_date", "close_date", "close_value"];

/// A deal as the export has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deal {
    /// Where it stands.
    pub place: RowPlace,
    /// Every cell as it was read, in the order of [`COLUMNS`].
    pub cells: [String; 8],
    /// How far it is.
    pub stage: Stage,
    /// When talks began, where the row says.
    pub engaged_on: Option<Date>,
    /// When it was won or lost, where the row says.
    pub closed_on: Option<Date>,
    /// What it was won for, where the row says.
    pub value: Option<Amount>,
}

/// How far a deal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Looked for.
    Prospecting,
    /// Talked about.
    Engaging,
    /// Closed with a sale.
    Won,
    /// Closed without one.
    Lost,
}

impl Deal {
    /// Returns its id in the CRM.
    pub fn id(&self) -> &str {
        &self.cells[0]
    }

    /// Returns whose deal it is.
    pub fn agent(&self) -> &str {
        &self.cells[1]
    }

    /// Returns the name of what is sold; may be empty.
    pub fn product(&self) -> &str {
        &self.cells[2]
    }

    /// Returns the name of the customer; may be empty.
    pub fn account(&self) -> &str {
        &self.cells[3]
    }

    /// Returns the cell of a column as it was read.
    ///
    /// # Panics
    /// When there is no such column: rules name those of [`COLUMNS`].
    pub fn cell(&self, column: &str) -> &str {
        let position = COLUMNS.iter().position(|name| *name == column);
        &self.cells[position.expect("invariant: rules name columns that a deal has")]
    }

    /// Returns the columns that should have a value at this stage and have none.
    pub fn missing_fields(&self) -> Vec<String> {
        let expected: &[&str] = match self.stage {
            Stage::Prospecting => &["product", "account"],
            Stage::Engaging => &["product", "account", "engage_date"],
            Stage::Lost => &["product", "account", "engage_date", "close_date"],
            Stage::Won => &["product", "account", "engage_date", "close_date", "close_value"],
        };
        let missing = expected.iter().filter(|column| self.cell(column).trim().is_empty());
        missing.map(|column| (*column).to_owned()).collect()
    }

    /// Returns the last date that the row has.
    pub fn last_on(&self) -> Option<Date> {
        self.engaged_on.max(self.closed_on)
    }

    /// Returns how many days lie between engagement and close, where the row says both.
    pub fn days_to_close(&self) -> Option<i32> {
        Some(days_between(self.engaged_on?, self.closed_on?))
    }
}

impl Stage {
    /// Tells whether it can still be won.
    pub const fn is_open(self) -> bool {
        match self {
            Self::Prospecting | Self::Engaging => true,
            Self::Won | Self::Lost => false,
        }
    }

    fn read(text: &str) -> Result<Self, String> {
        match text.trim() {
            "Prospecting" => Ok(Self::Prospecting),
            "Engaging" => Ok(Self::Engaging),
            "Won" => Ok(Self::Won),
            "Lost" => Ok(Self::Lost),
            _ => Err(format!("`{text}` is not a stage; write Prospecting, Engaging, Won or Lost")),
        }
    }
}

/// Returns how many days lie between two dates; negative when the second is first.
pub fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}

/// Reads the deals; broken rows are added to `broken`.
///
/// # Errors
/// When the file has not its columns.
pub fn read_deals(bytes: &[u8], broken: &mut Vec<BrokenRow>) -> Result<Vec<Deal>, UnusableTable> {
    let mut lines_by_id: HashMap<String, u64> = HashMap::new();
    let mut deals = Vec::new();
    for row in read_table(SALES_PIPELINE, bytes, COLUMNS)? {
        let deal = match row.and_then(read_deal) {
            Ok(deal) => deal,
            Err(row) => {
                broken.push(row);
                continue;
            }
        };
        if let Some(first) = lines_by_id.get(deal.id()) {
            // Both would be the same trigger and ask under the same request id.
            let reason = format!("`{}` is the id of line {first} already", deal.id());
            broken.push(deal.place.broken("opportunity_id", reason));
        } else {
            lines_by_id.insert(deal.id().to_owned(), deal.place.line);
            deals.push(deal);
        }
    }
    Ok(deals)
}

fn read_deal(row: Row<8>) -> Result<Deal, BrokenRow> {
    let Row { place, cells } = row;
    for (column, cell) in [("opportunity_id", &cells[0]), ("sales_agent", &cells[1])] {
        if cell.trim().is_empty() {
            return Err(place.broken(column, "it is empty"));
        }
    }
    let date = |column: &str, cell: &str| {
        unless_empty(cell).map(read_us_date).transpose().map_err(|reason| place.broken(column, reason))
    };
    let stage = Stage::read(&cells[4]).map_err(|reason| place.broken("deal_stage", reason))?;
    let engaged_on = date("engage_date", &cells[5])?;
    let closed_on = date("close_date", &cells[6])?;
    if let (Some(engaged), Some(closed)) = (engaged_on, closed_on)
        && closed < engaged
    {
        let reason = format!("`{}` lies before the engage date `{}`", cells[6], cells[5]);
        return Err(place.broken("close_date", reason));
    }
    let value =
        unless_empty(&cells[7]).map(Amount::read).transpose().map_err(|reason| place.broken("close_value", reason))?;
    Ok(Deal { place, cells, stage, engaged_on, closed_on, value })
}

fn unless_empty(cell: &str) -> Option<&str> {
    if cell.trim().is_empty() { None } else { Some(cell) }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const HEAD: &str = "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\n";

    fn read(rows: &str) -> (Vec<Deal>, Vec<String>) {
        let mut broken = Vec::new();
        let deals = read_deals(format!("{HEAD}{rows}").as_bytes(), &mut broken).expect("a table");
        (deals, broken.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_won_deal_has_its_dates_and_value() {
        let (deals, broken) = read("D1,Ann Low,Alpha,Rund,Won,10/20/2016,3/1/2017,1054\n");
        assert_eq!(broken, Vec::<String>::new());
        assert_eq!((deals[0].id(), deals[0].stage), ("D1", Stage::Won));
        assert_eq!(deals[0].days_to_close(), Some(132));
        assert_eq!(deals[0].last_on(), Some(date(2017, 3, 1)));
        assert_eq!((deals[0].cell("engage_date"), deals[0].cell("close_value")), ("10/20/2016", "1054"));
    }

    #[test]
    fn each_broken_row_is_named_with_its_column_and_the_others_go_on() {
        let (deals, broken) = read(
            "D1,Ann,Alpha,Rund,Engaging,13/45/2017,,\n\
             ,Ann,Alpha,Rund,Engaging,3/4/2017,,\n\
             D3,,Alpha,Rund,Engaging,3/4/2017,,\n\
             D4,Ann,Alpha,Rund,Dreaming,3/4/2017,,\n\
             D5,Ann,Alpha,Rund,Won,3/4/2017,3/3/2017,10\n\
             D6,Ann,Alpha,Rund,Won,3/4/2017,3/5/2017,ten\n\
             D7,Ann,Alpha,,Prospecting,,,\n\
             D7,Bob,Beta,,Prospecting,,,\n",
        );
        assert_eq!(deals.iter().map(Deal::id).collect::<Vec<_>>(), ["D7"]);
        assert_eq!(
            broken,
            [
                "sales_pipeline.csv line 2, column `engage_date`: `13/45/2017` is no day of the calendar; write month/day/year, such as 3/14/2017",
                "sales_pipeline.csv line 3, column `opportunity_id`: it is empty",
                "sales_pipeline.csv line 4, column `sales_agent`: it is empty",
                "sales_pipeline.csv line 5, column `deal_stage`: `Dreaming` is not a stage; write Prospecting, Engaging, Won or Lost",
                "sales_pipeline.csv line 6, column `close_date`: `3/3/2017` lies before the engage date `3/4/2017`",
                "sales_pipeline.csv line 7, column `close_value`: `ten` is not an amount; write digits with at most two after a point, such as 1054.50",
                "sales_pipeline.csv line 9, column `opportunity_id`: `D7` is the id of line 8 already",
            ]
        );
    }
}
