//! The device alone: what one sync costs.

use crate::table::{Cell, Table};

/// Syncs that are timed.
const SYNCS: usize = 2_000;

/// Appends 4 KiB and syncs, again and again, one at a time.
///
/// # Errors
/// When the temporary folder cannot be written to.
pub fn measure() -> anyhow::Result<Vec<Table>> {
    let folder = tempfile::tempdir()?;
    let started = std::time::Instant::now();
    let sync = service_kit::fdatasync::measure(folder.path(), SYNCS)?;
    let secs = started.elapsed().as_secs_f64();
    let how = format!("{SYNCS} times: append 4 KiB to one file, then fdatasync.");
    let mut table = Table::new("Device", how, &["syncs/s", "p50 ms", "p99 ms"]);
    table.row(vec![Cell::rate(SYNCS, secs), ms(sync.p50_micros), ms(sync.p99_micros)]);
    Ok(vec![table])
}

/// Syncs beside a measurement, for the figure that stands with it.
///
/// # Errors
/// When the temporary folder cannot be written to.
pub fn sync_p50_ms() -> anyhow::Result<f64> {
    let folder = tempfile::tempdir()?;
    let sync = service_kit::fdatasync::measure(folder.path(), 300)?;
    Ok(to_ms(sync.p50_micros))
}

fn ms(micros: u64) -> Cell {
    Cell::Fraction(to_ms(micros))
}

#[expect(clippy::cast_precision_loss, reason = "a sync takes far fewer than 2^52 µs")]
fn to_ms(micros: u64) -> f64 {
    micros as f64 / 1_000.0
}
