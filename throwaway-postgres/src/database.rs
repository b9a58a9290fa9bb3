use std::sync::atomic::{AtomicU32, Ordering};

use crate::{
    programs::{client_program, run},
    shared::{Server, Which, server},
};

/// A database of a test's own on the shared server; dropping it, also in a panic, removes it.
#[derive(Debug)]
pub struct Database {
    name: String,
    url: String,
    server: Which,
}

impl Database {
    /// Makes an empty database.
    ///
    /// # Panics
    /// When PostgreSQL is not installed or refuses.
    #[expect(clippy::new_without_default, reason = "a server is started for it")]
    pub fn new() -> Self {
        Self::on(Which::First)
    }

    /// Makes an empty database on another server, with backups and a write-ahead log of its own.
    ///
    /// # Panics
    /// As [`Database::new`].
    pub fn on_second_server() -> Self {
        Self::on(Which::Second)
    }

    fn on(which: Which) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{}_{count}", std::process::id());
        let url = match server(which) {
            Server::Named(url) => of_database(url, &name),
            Server::Ours(cluster) => cluster.url(&name),
        };
        let database = Self { name, url, server: which };
        // A process that was killed may have had the same id.
        database.on_server(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", database.name));
        database.on_server(&format!("CREATE DATABASE {} TEMPLATE template0 ENCODING UTF8", database.name));
        database
    }

    /// Returns its URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Runs SQL as the server's superuser and returns what it printed.
    ///
    /// # Panics
    /// When it fails.
    pub fn execute(&self, sql: &str) -> String {
        execute(&self.url, sql)
    }

    /// Makes a database of the same contents; nobody may be connected to this one.
    ///
    /// # Panics
    /// When PostgreSQL refuses.
    #[must_use]
    pub fn copy(&self) -> Self {
        let copy = Self::on(self.server);
        copy.on_server(&format!("DROP DATABASE {}", copy.name));
        copy.on_server(&format!("CREATE DATABASE {} TEMPLATE {}", copy.name, self.name));
        copy
    }

    fn on_server(&self, sql: &str) {
        execute(&of_database(&self.url, "postgres"), sql);
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let drop = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        // Whether the server is still there is not this test's question.
        let _ = psql(&of_database(&self.url, "postgres"), &drop).output();
    }
}

fn execute(url: &str, sql: &str) -> String {
    run(&mut psql(url, sql))
}

fn psql(url: &str, sql: &str) -> std::process::Command {
    let mut psql = client_program("psql");
    psql.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql]).arg(url);
    psql.env("PGOPTIONS", "-c client_min_messages=warning");
    psql
}

/// Puts another database into a URL.
fn of_database(url: &str, name: &str) -> String {
    let (before, options) = url.split_once('?').map_or((url, String::new()), |(url, rest)| (url, format!("?{rest}")));
    let (server, _) = before.rsplit_once('/').expect("a URL names a database");
    format!("{server}/{name}{options}")
}
