use serde_json::{Value, json};
use service_kit::fdatasync::SyncTimes;

use super::closing::Closed;
use super::left_out::LeftOut;
use super::tally::{Phase, Tally};
use crate::failure::Failure;
use crate::output::{Console, facts};

/// What came of a demonstration. There is one only when everything has verified.
#[derive(Debug)]
pub struct Summary {
    /// What was counted.
    pub tally: Tally,
    /// What stands at the end.
    pub closed: Closed,
    /// What a sync costs in the data folder.
    pub syncs: SyncTimes,
    /// What of the input was not used.
    pub left_out: LeftOut,
}

impl Summary {
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
            "candidates_by_state": self.closed.states.by_state,
            "candidates_total": self.total(),
            "candidates_of_others": self.closed.states.others,
            "executions": self.tally.executions,
            "proposals_refused": self.tally.refused,
            "left_out": self.left_out.to_json(),
            "ledger_size": self.closed.log.size,
            "ledger_root": self.closed.log.root,
            "verified": true,
            "report": self.closed.report,
            "rates": rates,
            "sync_p50_ms": self.sync_p50_ms(),
        })
    }

    fn to_text(&self) -> String {
        let states = self.closed.states.by_state.iter().map(|(&state, count)| (state, count.to_string()));
        let others = self.closed.states.others;
        let others = (others > 0).then(|| ("of others", format!("{others}, proposed by others or under another seed")));
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
        let totals = totals.into_iter().chain(others).chain(self.left_out.facts());
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
        self.closed.states.by_state.values().sum()
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
