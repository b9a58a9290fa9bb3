//! On what the figures were read.

use serde_json::{Value, json};

/// Describes the machine: without it no figure means anything.
pub fn describe() -> Value {
    let read = |file: &str| std::fs::read_to_string(file).unwrap_or_default();
    let cpu = read("/proc/cpuinfo");
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or_default();
    let memory = read("/proc/meminfo");
    json!({
        "cores": std::thread::available_parallelism().map_or(0, std::num::NonZero::get),
        "cpu": model.trim_start_matches([' ', '\t', ':']),
        "memory": memory.lines().next().unwrap_or_default().trim_start_matches("MemTotal:").trim(),
        "kernel": read("/proc/sys/kernel/osrelease").trim(),
        "load_average": read("/proc/loadavg").trim(),
        "build": if cfg!(debug_assertions) { "debug" } else { "release" },
    })
}
