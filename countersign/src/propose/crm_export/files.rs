use std::borrow::Cow;
use std::path::Path;
use std::{fs, io};

/// The file of accounts.
pub const ACCOUNTS: &str = "accounts.csv";
/// The file of products with their list prices.
pub const PRODUCTS: &str = "products.csv";
/// The file of deals.
pub const SALES_PIPELINE: &str = "sales_pipeline.csv";
/// The file of sales agents with their managers.
pub const SALES_TEAMS: &str = "sales_teams.csv";

/// The bytes of an export's files.
#[derive(Debug, Clone)]
pub struct Files<'a> {
    /// [`ACCOUNTS`].
    pub accounts: Cow<'a, [u8]>,
    /// [`PRODUCTS`].
    pub products: Cow<'a, [u8]>,
    /// [`SALES_PIPELINE`].
    pub sales_pipeline: Cow<'a, [u8]>,
    /// [`SALES_TEAMS`].
    pub sales_teams: Cow<'a, [u8]>,
}

impl Files<'static> {
    /// Reads the files of a folder.
    ///
    /// # Errors
    /// The name of the first file that cannot be read, with what the system says.
    pub fn read(folder: &Path) -> Result<Self, (&'static str, io::Error)> {
        let read = |file| fs::read(folder.join(file)).map(Cow::Owned).map_err(|error| (file, error));
        Ok(Self {
            accounts: read(ACCOUNTS)?,
            products: read(PRODUCTS)?,
            sales_pipeline: read(SALES_PIPELINE)?,
            sales_teams: read(SALES_TEAMS)?,
        })
    }
}
