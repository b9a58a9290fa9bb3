use serde_json::{Value, json};
use service_kit::fdatasync::SyncTimes;

use super::closing::Closed;
use super::tally::{Phase, Tally};
use crate::failure::Failure;
use crate::output::{Console, facts};

/// What came of a demonstration. There is one only when everything has verified.
#[derive(Debug)]
pub struct Summary {
    tally: Tally,
    closed: Closed,
    syncs: SyncTimes,
}

impl Summary {
    /// Makes it.
    pub const fn new(tally: Tally, closed: Closed, syncs: SyncTimes) -> Self {
        Self { tally, closed, syncs }
    }

    /// Prints it: as one JSON object, or as a table.
    ///
    /// # Errors
    /// [`Failure::ReaderGone`] when nobody reads it.
    pub fn show(&self, console: Console) -> Result<(), Failure> {
        if console.is_json() { console.json(&self.to_json()) } else { console.data(&self.to_text()) }
    }

    fn to_json(&self) -> Value {
        let rates: serde_json::Map<String, Value> =
            self.rates().into_iter().map(|(name, phase)| (format!("{name}_per_s"), json!(rounded(phase)))).collect();
        json!({
            "candidates_by_state": self.closed.by_state,
            "candidates_total": self.total(),
            "executions": self.tally.executions,
            "proposals_refused": self.tally.refused,
            "ledger_size": self.closed.log.size,
            "ledger_root": self.closed.log.root,
            "verified": true,
            "report": self.closed.report,
            "rates": rates,
            "sync_p50_ms": self.sync_p50_ms(),
        })
    }

    fn to_text(&self) -> String {
        let states = self.closed.by_state.iter().map(|(&state, count)| (state, count.to_string()));
        let totals = [
            ("candidates", self.total().to_string()),
            ("executions", self.tally.executions.to_string()),
            ("ledger size", self.closed.log.size.to_string()),
            ("ledger root", self.closed.log.root.to_string()),
            ("verified", "yes: signatures, tree, every entry, every column, the export".to_owned()),
            ("report", self.closed.report.display().to_string()),
        ];
        let rates = self.rates().into_iter().map(|(name, phase)| (name, rate_text(phase)));
        let sync = ("fdatasync p50", format!("{:.3} ms", self.sync_p50_ms()));
        let sections = [facts(states), facts(totals), facts(rates.chain([sync]))];
        sections.join("\n\n")
    }

    fn rates(&self) -> [(&'static str, &Phase); 4] {
        let tally = &self.tally;
        [
            ("proposed", &tally.proposed),
            ("decided", &tally.decided),
            ("executed", &tally.executed),
            ("recorded", &tally.recorded),
        ]
    }

    fn total(&self) -> u64 {
        self.closed.by_state.values().sum()
    }

    fn sync_p50_ms(&self) -> f64 {
        f64::from(u32::try_from(self.syncs.p50_micros).unwrap_or(u32::MAX)) / 1_000.0
    }
}

fn rate_text(phase: &Phase) -> String {
    phase.per_second().map_or_else(|| format!("{}", phase.count()), |rate| format!("{} at {rate:.0}/s", phase.count()))
}

fn rounded(phase: &Phase) -> Option<f64> {
    phase.per_second().map(|rate| (rate * 10.0).round() / 10.0)
}
