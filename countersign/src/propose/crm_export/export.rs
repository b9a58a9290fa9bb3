use std::collections::HashMap;
use std::io;

use executor::connector::sandbox::Record;
use jiff::civil::Date;
use ledger_format::{Hash, sha256};

use super::account::Accounts;
use super::deal::{self, Deal, read_deals};
use super::files::Files;
use super::price_list::PriceList;
use super::table::UnusableTable;
use super::team::{Agent, read_agents};
use super::won_durations::WonDurations;
use crate::propose::BrokenRow;

/// An export, parsed, with what is counted over all of it.
#[derive(Debug)]
pub struct Export {
    /// The deals, in the order of the file.
    pub deals: Vec<Deal>,
    /// The customers.
    pub accounts: Accounts,
    pub(super) price_list: PriceList,
    pub(super) agents: HashMap<String, Agent>,
    pub(super) won_durations: Option<WonDurations>,
    /// SHA-256 of the file of deals: what is counted over all of them rests on it.
    pub(super) deals_sha256: Hash,
    /// The last date among the deals, which stands for today.
    pub(super) now: Option<Date>,
}

/// Why nothing of an export is used.
#[derive(Debug, thiserror::Error)]
pub enum UnusableExport {
    /// A file cannot be read.
    #[error(
        "`{file}` cannot be read; an export has accounts.csv, products.csv, sales_pipeline.csv and sales_teams.csv"
    )]
    File {
        /// The file.
        file: &'static str,
        /// What the system says.
        source: io::Error,
    },
    /// A file is no table of its kind.
    #[error(transparent)]
    Table(#[from] UnusableTable),
}

impl Export {
    /// Parses an export; broken rows are added to `broken`, and the rest goes on without them.
    ///
    /// # Errors
    /// When a file has not its columns.
    pub fn read(files: &Files<'_>, broken: &mut Vec<BrokenRow>) -> Result<Self, UnusableExport> {
        let accounts = Accounts::read(&files.accounts, broken)?;
        let price_list = PriceList::read(&files.products, broken)?;
        let agents = read_agents(&files.sales_teams, broken)?;
        let deals = read_deals(&files.sales_pipeline, broken)?;
        Ok(Self {
            won_durations: WonDurations::count(&deals),
            deals_sha256: sha256(&[&files.sales_pipeline]),
            now: deals.iter().filter_map(Deal::last_on).max(),
            deals,
            accounts,
            price_list,
            agents,
        })
    }

    /// Returns the deals as the CRM holds them: object type `deal`, a field for each cell that is not empty.
    pub fn records(&self) -> impl Iterator<Item = Record> {
        self.deals.iter().map(|deal| {
            let cells = deal::COLUMNS.iter().zip(&deal.cells);
            let fields = cells.filter(|(_, cell)| !cell.is_empty());
            Record {
                object_type: deal::OBJECT_TYPE.to_owned(),
                id: deal.id().to_owned(),
                fields: fields.map(|(column, cell)| ((*column).to_owned(), cell.clone())).collect(),
            }
        })
    }

    /// Returns who looks after an account: the agent of the deal with it that has the last date, the later row among equals.
    pub fn agent_of_account(&self, account: &str) -> Option<&Deal> {
        let with_account = self.deals.iter().filter(|deal| deal.account() == account);
        with_account.max_by_key(|deal| (deal.last_on(), deal.place.line))
    }

    pub(super) fn manager_of(&self, agent: &str) -> Option<&Agent> {
        self.agents.get(agent)
    }
}
