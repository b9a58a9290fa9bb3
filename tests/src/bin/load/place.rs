//! Where a server keeps everything: in files, or on `PostgreSQL` servers of its own that end with the measurement.

use std::fmt;
use std::path::PathBuf;

use clap::ValueEnum;
use serde_json::{Map, Value, json};
use system_tests::harness::{Installation, Server, Urls};
use throwaway_postgres::{Cluster, Setup};

/// A kind of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Database {
    /// Files in the data folder
    Sqlite,
    /// `PostgreSQL` as it comes, on Unix sockets: candidates and ledger on one server, content keys on another
    Postgres,
}

/// A data folder, and the databases that belong to it.
pub struct Place {
    pub installation: Installation,
    servers: Option<Servers>,
}

struct Servers {
    main: Cluster,
    keys: Cluster,
}

/// What of a server's settings decides whether an acknowledged write is on disk, and what it writes with.
const SETTINGS: &str = "SELECT name, current_setting(name) FROM unnest(ARRAY['server_version', 'fsync', 'full_page_writes', \
                        'synchronous_commit', 'wal_sync_method', 'shared_buffers', 'max_wal_size']) AS name";

impl Place {
    /// Makes one.
    ///
    /// # Errors
    /// When a server of `PostgreSQL` could lose what it acknowledged: its figures would mean nothing.
    ///
    /// # Panics
    /// When `PostgreSQL` is not installed.
    pub fn make(database: Database) -> anyhow::Result<Self> {
        eprintln!("  on {database}");
        if database == Database::Sqlite {
            return Ok(Self { installation: Installation::new(), servers: None });
        }
        let servers = Servers { main: Cluster::start(&Setup::default()), keys: Cluster::start(&Setup::default()) };
        for (server, databases) in [
            (&servers.main, ["candidates", "ledger", "plain"].as_slice()),
            (&servers.keys, ["content_keys", "plain_keys"].as_slice()),
        ] {
            let settings = settings(server);
            for name in ["fsync", "full_page_writes", "synchronous_commit"] {
                anyhow::ensure!(settings[name] == "on", "`{name}` of PostgreSQL is not `on`: {}", settings[name]);
            }
            for database in databases {
                server.execute("postgres", &format!("CREATE DATABASE {database} TEMPLATE template0 ENCODING UTF8"));
            }
        }
        let urls = Urls {
            candidates: servers.main.url("candidates"),
            ledger: servers.main.url("ledger"),
            content_keys: servers.keys.url("content_keys"),
        };
        Ok(Self { installation: Installation::on(urls), servers: Some(servers) })
    }

    /// Starts a server over it.
    pub fn serve(&self) -> Server {
        Server::start(&self.installation)
    }

    /// Returns where the rows of the ledger are.
    pub fn ledger(&self) -> Rows {
        self.rows("ledger", "countersign_ledger")
    }

    /// Returns where the rows of candidates are.
    pub fn candidates(&self) -> Rows {
        self.rows("candidates", "countersign_candidates")
    }

    /// Returns where the content keys are.
    pub fn content_keys(&self) -> Rows {
        match &self.servers {
            None => Rows::File(self.installation.data_dir().join("content-keys.db")),
            Some(servers) => Rows::Schema { url: servers.keys.url("content_keys"), schema: "countersign_content_keys" },
        }
    }

    /// Returns the databases of a writer without integrity, for entries and for keys; none where files do.
    pub fn plain(&self) -> Option<[String; 2]> {
        self.servers.as_ref().map(|servers| [servers.main.url("plain"), servers.keys.url("plain_keys")])
    }

    fn rows(&self, name: &str, schema: &'static str) -> Rows {
        match &self.servers {
            None => Rows::File(self.installation.data_dir().join(format!("{name}.db"))),
            Some(servers) => Rows::Schema { url: servers.main.url(name), schema },
        }
    }
}

/// Where some tables are.
#[derive(Debug, Clone)]
pub enum Rows {
    /// In a file of `SQLite`.
    File(PathBuf),
    /// In a schema of a `PostgreSQL` database.
    Schema {
        /// The database.
        url: String,
        /// The schema.
        schema: &'static str,
    },
}

/// Describes the servers that figures are read on.
pub fn describe_postgres() -> Value {
    settings(&Cluster::start(&Setup::default()))
}

fn settings(server: &Cluster) -> Value {
    let lines = server.execute("postgres", SETTINGS);
    let pairs = lines.lines().filter_map(|line| line.split_once('|'));
    Value::Object(pairs.map(|(name, value)| (name.to_owned(), json!(value))).collect::<Map<_, _>>())
}

impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        })
    }
}
