use countersign_api::candidate::v1::{Evidence, EvidenceField};
use jiff::civil::Date;
use ledger_format::Hash;
use prost_types::Timestamp;

use super::deal::{Deal, days_between};
use super::files::SALES_PIPELINE;
use super::price_list::Product;
use super::team::Agent;
use super::won_durations::{LONG_PERCENTILE, WonDurations};
use super::{price_list, team};

/// Fields of the record itself.
const RECORD_FIELD: &str = "record_field";
/// An entry of the price list.
const PRICE_LIST_ENTRY: &str = "price_list_entry";
/// A row of the list of agents and managers.
const TEAM_ENTRY: &str = "team_entry";
/// Something counted over many records.
const STATISTIC: &str = "statistic";

const SECS_PER_DAY: i64 = 24 * 60 * 60;
const EPOCH: Date = jiff::civil::date(1970, 1, 1);

/// Makes evidence, all read when the export was: "now".
#[derive(Debug, Clone, Copy)]
pub struct EvidenceOf {
    /// The last date of the export.
    pub now: Option<Date>,
}

impl EvidenceOf {
    /// Shows cells of the deal itself.
    pub fn deal(self, deal: &Deal, columns: &[&str], summary: String) -> Evidence {
        let fields = columns.iter().map(|column| field(column, deal.cell(column))).collect();
        let title = format!("Deal {}, {} line {}", deal.id(), deal.place.file, deal.place.line);
        self.of_kind(RECORD_FIELD, title, summary, &deal.place.content_sha256, fields)
    }

    /// Shows an entry of the price list.
    pub fn product(self, product: &Product, summary: String) -> Evidence {
        let title = format!("Price list, {} line {}", product.place.file, product.place.line);
        let fields = named_cells(&price_list::COLUMNS, &product.cells);
        self.of_kind(PRICE_LIST_ENTRY, title, summary, &product.place.content_sha256, fields)
    }

    /// Shows who manages an agent.
    pub fn agent(self, agent: &Agent) -> Evidence {
        let title = format!("Sales team, {} line {}", agent.place.file, agent.place.line);
        let summary = format!("{} reports to {}.", agent.cells[0], agent.cells[1]);
        let fields = named_cells(&team::COLUMNS, &agent.cells);
        self.of_kind(TEAM_ENTRY, title, summary, &agent.place.content_sha256, fields)
    }

    /// Shows how long won deals took.
    pub fn won_durations(self, won: &WonDurations, deals_sha256: &Hash) -> Evidence {
        let WonDurations { deals, long_days, longest_days } = won;
        let title = format!("How long won deals took, counted over {SALES_PIPELINE}");
        let summary = format!(
            "Of {deals} won deals with both dates, {LONG_PERCENTILE} % closed within {long_days} days of engagement \
             (nearest rank); the longest took {longest_days} days."
        );
        let fields = vec![
            field("won_deals", &deals.to_string()),
            field(&format!("days_to_close_p{LONG_PERCENTILE}"), &long_days.to_string()),
            field("days_to_close_longest", &longest_days.to_string()),
        ];
        self.of_kind(STATISTIC, title, summary, deals_sha256, fields)
    }

    fn of_kind(
        self,
        kind: &str,
        title: String,
        summary: String,
        content_sha256: &Hash,
        fields: Vec<EvidenceField>,
    ) -> Evidence {
        Evidence {
            kind: kind.to_owned(),
            title,
            summary,
            content_sha256: content_sha256.as_bytes().to_vec(),
            read_time: self.now.map(midnight),
            fields,
            ..Evidence::default()
        }
    }
}

/// Returns the beginning of a day in UTC: the export has dates without times.
pub fn midnight(date: Date) -> Timestamp {
    Timestamp { seconds: i64::from(days_between(EPOCH, date)) * SECS_PER_DAY, nanos: 0 }
}

fn named_cells(columns: &[&str], cells: &[String]) -> Vec<EvidenceField> {
    columns.iter().zip(cells).map(|(column, cell)| field(column, cell)).collect()
}

fn field(name: &str, value: &str) -> EvidenceField {
    EvidenceField { name: name.to_owned(), value: value.to_owned() }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_day_begins_at_midnight_in_utc() {
        assert_eq!(midnight(EPOCH).seconds, 0);
        assert_eq!(midnight(date(2017, 12, 31)).seconds, 1_514_678_400);
    }
}
