//! Finds the binary under test, or has cargo build it.

use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

static BINARY: LazyLock<PathBuf> = LazyLock::new(|| {
    // Who has just built it says so; otherwise cargo is asked, so that no case runs against older sources.
    if let Ok(built) = std::env::var("COUNTERSIGN_TEST_BINARY") {
        return PathBuf::from(built);
    }
    // Tests lie in `deps/` below their profile's folder, programs in the folder itself.
    let here = std::env::current_exe().expect("a program knows its path");
    let folder = here.parent().expect("a program lies in a folder");
    let profile = if folder.ends_with("deps") { folder.parent().expect("`deps` lies in a folder") } else { folder };
    let binary = profile.join("countersign");
    let mut build = Command::new(env!("CARGO"));
    build.args(["build", "--quiet", "--package", "countersign", "--locked"]).current_dir(env!("CARGO_MANIFEST_DIR"));
    if profile.ends_with("release") {
        build.arg("--release");
    }
    let built = build.status().expect("cargo starts");
    assert!(built.success() && binary.exists(), "the binary under test does not build");
    binary
});

/// What the caller may have set for a countersign of their own.
const SETTINGS: [&str; 7] = [
    "COUNTERSIGN_LOG",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "COUNTERSIGN_DATA_DIR",
    "COUNTERSIGN_SERVER",
    "COUNTERSIGN_DATABASE_URL",
    "COUNTERSIGN_LEDGER_DATABASE_URL",
    "COUNTERSIGN_CONTENT_KEYS_DATABASE_URL",
];

/// Starts a command line of the binary under test, with an environment that has nothing of the caller's settings.
pub fn countersign() -> Command {
    let mut command = Command::new(&*BINARY);
    for variable in SETTINGS {
        command.env_remove(variable);
    }
    command
}
