use std::collections::HashMap;

use super::files::ACCOUNTS;
use super::person::slug;
use super::table::{RowPlace, UnusableTable, read_table};
use crate::propose::BrokenRow;

/// The columns of an account that are read, in the order in which [`Account::cells`] has them.
pub const COLUMNS: [&str; 7] =
    ["account", "sector", "year_established", "revenue", "employees", "office_location", "subsidiary_of"];

/// A customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Where the row stands.
    pub place: RowPlace,
    /// Every cell as it was read, in the order of [`COLUMNS`].
    pub cells: [String; 7],
    /// Its id: the export has none, so it is made of the name, such as `acme-corporation`.
    pub id: String,
}

/// All customers, in the order of the file.
#[derive(Debug, Clone, Default)]
pub struct Accounts(Vec<Account>);

impl Account {
    /// Returns its name.
    pub fn name(&self) -> &str {
        &self.cells[0]
    }

    /// Returns the country of its office; may be empty.
    pub fn country(&self) -> &str {
        &self.cells[5]
    }
}

impl Accounts {
    /// Reads the accounts; broken rows are added to `broken`.
    ///
    /// # Errors
    /// When the file has not its columns.
    pub fn read(bytes: &[u8], broken: &mut Vec<BrokenRow>) -> Result<Self, UnusableTable> {
        let mut lines_by_id: HashMap<String, u64> = HashMap::new();
        let mut accounts = Vec::new();
        for row in read_table(ACCOUNTS, bytes, COLUMNS)? {
            let account = match row {
                Ok(row) => Account { id: slug(&row.cells[0]), place: row.place, cells: row.cells },
                Err(row) => {
                    broken.push(row);
                    continue;
                }
            };
            if account.name().trim().is_empty() {
                broken.push(account.place.broken("account", "it is empty"));
            } else if let Some(first) = lines_by_id.get(&account.id) {
                let reason = format!("`{}` has the same id as line {first}, `{}`", account.name(), account.id);
                broken.push(account.place.broken("account", reason));
            } else {
                lines_by_id.insert(account.id.clone(), account.place.line);
                accounts.push(account);
            }
        }
        Ok(Self(accounts))
    }

    /// Returns them in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &Account> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_has_an_id_of_its_own() {
        let mut broken = Vec::new();
        let text = "account,sector,year_established,revenue,employees,office_location,subsidiary_of\n\
                    Rund & Sons,retail,1990,1.5,20,Norway,\n,retail,,,,,\nRund - Sons,retail,,,,,\n";
        let accounts = Accounts::read(text.as_bytes(), &mut broken).expect("a table");
        let ids: Vec<_> = accounts.iter().map(|account| (account.id.as_str(), account.country())).collect();
        assert_eq!(ids, [("rund-sons", "Norway")]);
        let broken: Vec<_> = broken.iter().map(ToString::to_string).collect();
        assert_eq!(broken[0], "accounts.csv line 3, column `account`: it is empty");
        assert_eq!(
            broken[1],
            "accounts.csv line 4, column `account`: `Rund - Sons` has the same id as line 2, `rund-sons`"
        );
    }
}
