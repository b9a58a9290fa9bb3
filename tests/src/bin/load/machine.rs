//! On what the figures were read.

use serde_json::{Value, json};
use sqlx::{Connection as _, SqliteConnection};

use crate::place::{self, Database};

/// Describes the machine: without it no figure means anything.
///
/// # Errors
/// When the linked `SQLite` does not say its version.
pub async fn describe(databases: &[Database]) -> anyhow::Result<Value> {
    let read = |file: &str| std::fs::read_to_string(file).unwrap_or_default();
    let cpu = read("/proc/cpuinfo");
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or_default();
    let memory = read("/proc/meminfo");
    let mut connection = SqliteConnection::connect("sqlite::memory:").await?;
    let sqlite: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(&mut connection).await?;
    let postgres = databases.contains(&Database::Postgres).then(place::describe_postgres);
    Ok(json!({
        "cores": std::thread::available_parallelism().map_or(0, std::num::NonZero::get),
        "cpu": model.trim_start_matches([' ', '\t', ':']),
        "memory": memory.lines().next().unwrap_or_default().trim_start_matches("MemTotal:").trim(),
        "kernel": read("/proc/sys/kernel/osrelease").trim(),
        "load_average": read("/proc/loadavg").trim(),
        "sqlite": sqlite,
        "postgres": postgres,
        "build": if cfg!(debug_assertions) { "debug" } else { "release" },
    }))
}
