use std::{fmt, str::FromStr};

use sqlx::{AssertSqlSafe, ConnectOptions, PgConnection, postgres::PgConnectOptions};

use crate::database::LocationError;

/// A PostgreSQL database and how to reach it; its password is never shown.
#[derive(Clone)]
pub struct PostgresUrl {
    options: Box<PgConnectOptions>,
    database: String,
}

/// What a URL may say after its `?`.
const PARAMETERS: [&str; 12] = [
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "application_name",
    "options",
];

impl PostgresUrl {
    /// Reads `postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=…`. What is left out comes from `PGUSER`, `PGPASSWORD` and the like,
    /// the password also from `~/.pgpass`, as with every client of PostgreSQL.
    ///
    /// # Errors
    /// See [`LocationError`]; none repeats a value of the URL.
    pub fn parse(text: &str) -> Result<Self, LocationError> {
        let unreadable = |reason: &str| LocationError::PostgresUrl { reason: reason.to_owned() };
        if !text.split_once(':').is_some_and(|(_, rest)| rest.starts_with("//")) {
            return Err(unreadable("there is no `//` after its scheme"));
        }
        for pair in
            text.split_once('?').map_or("", |(_, parameters)| parameters).split('&').filter(|pair| !pair.is_empty())
        {
            let name = pair.split_once('=').map_or(pair, |(name, _)| name);
            if !PARAMETERS.contains(&name) {
                let known = PARAMETERS.map(|name| format!("`{name}`")).join(", ");
                return Err(LocationError::UnknownParameter { name: name.to_owned(), known });
            }
        }
        // What the driver says of a text that does not read may quote the text.
        let options = PgConnectOptions::from_str(text)
            .map_err(|_| unreadable("host, port, `sslmode` or an escape such as `%2F` is not of its form"))?;
        let database = options.get_database().ok_or(LocationError::NoDatabase)?.to_owned();
        Ok(Self { options: Box::new(options), database })
    }

    /// Returns the name of the database.
    pub fn database(&self) -> &str {
        &self.database
    }

    /// Connects to read what stands in a schema, without asking anything of server or schema.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn connect_to_read(&self, schema: &'static str) -> Result<PgConnection, sqlx::Error> {
        let mut connection =
            PgConnectOptions::clone(&self.options).application_name("countersign verify").connect().await?;
        // The name is one of ours.
        let session = AssertSqlSafe(format!("SET search_path = {schema}; SET default_transaction_read_only = on"));
        sqlx::raw_sql(session).execute(&mut connection).await?;
        Ok(connection)
    }

    /// Returns what the driver connects with.
    pub(crate) fn options(&self) -> &PgConnectOptions {
        &self.options
    }
}

impl fmt::Display for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = self.options.get_username();
        match self.options.get_socket() {
            Some(folder) => write!(f, "postgres://{user}@{}/{}", folder.display(), self.database),
            None => {
                write!(f, "postgres://{user}@{}:{}/{}", self.options.get_host(), self.options.get_port(), self.database)
            }
        }
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PostgresUrl({self})")
    }
}
