use std::io::{self, IsTerminal as _};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::output::{Console, counted};

/// Shows how far a demonstration is, on standard error: bars on a terminal; elsewhere a line where a phase begins or ends.
#[derive(Debug)]
pub struct Report {
    console: Console,
    bars: Option<Bars>,
    proposed: u64,
    decided: u64,
    executed: u64,
    recorded: u64,
}

#[derive(Debug)]
struct Bars {
    proposed: ProgressBar,
    decided: ProgressBar,
    executed: ProgressBar,
    recorded: ProgressBar,
}

impl Report {
    /// Begins with the number of proposals that will be sent.
    pub fn new(console: Console, proposals: u64) -> Self {
        let bars = io::stderr().is_terminal().then(|| Bars::show(proposals));
        let report = Self { console, bars, proposed: 0, decided: 0, executed: 0, recorded: 0 };
        report.say("proposing, deciding, executing and recording");
        report
    }

    /// Shows how many proposals are answered.
    pub fn proposed(&mut self, count: u64) {
        self.proposed = count;
        if let Some(bars) = &self.bars {
            bars.proposed.set_position(count);
        }
    }

    /// Shows how many decisions are made.
    pub fn decided(&mut self, count: u64) {
        self.decided = count;
        if let Some(bars) = &self.bars {
            bars.decided.set_position(count);
        }
    }

    /// Shows how many entries are recorded, and how many executions are among them.
    pub fn recorded(&mut self, count: u64, executions: u64) {
        (self.recorded, self.executed) = (count, executions);
        if let Some(bars) = &self.bars {
            bars.executed.set_position(executions);
            bars.recorded.set_position(count);
        }
    }

    /// Shows that every proposal is answered.
    pub fn all_answered(&self) {
        self.say(&format!("{} answered; waiting for what follows", counted(self.proposed, "proposal", "proposals")));
    }

    /// Shows that nothing more will happen.
    pub fn all_settled(&self) {
        self.say(&self.so_far());
    }

    fn so_far(&self) -> String {
        let [proposed, decided, executed, recorded] = [
            (self.proposed, "proposal", "proposals"),
            (self.decided, "decision", "decisions"),
            (self.executed, "execution", "executions"),
            (self.recorded, "recorded entry", "recorded entries"),
        ]
        .map(|(count, one, many)| counted(count, one, many));
        format!("{proposed}, {decided}, {executed}, {recorded}")
    }

    fn say(&self, line: &str) {
        if self.bars.is_none() {
            self.console.say(line);
        }
    }
}

impl Bars {
    fn show(proposals: u64) -> Self {
        let all = MultiProgress::new();
        let whole = ProgressStyle::with_template("{msg:<10} {wide_bar} {human_pos}/{human_len}");
        let open = ProgressStyle::with_template("{msg:<10} {spinner} {human_pos}");
        let add = |bar: ProgressBar, style: Option<ProgressStyle>, label: &'static str| {
            let bar = all.add(bar).with_message(label);
            if let Some(style) = style { bar.with_style(style) } else { bar }
        };
        let open = open.ok();
        Self {
            proposed: add(ProgressBar::new(proposals), whole.ok(), "proposed"),
            decided: add(ProgressBar::no_length(), open.clone(), "decided"),
            executed: add(ProgressBar::no_length(), open.clone(), "executed"),
            recorded: add(ProgressBar::no_length(), open, "recorded"),
        }
    }
}

impl Drop for Bars {
    fn drop(&mut self) {
        [&self.proposed, &self.decided, &self.executed, &self.recorded]
            .into_iter()
            .for_each(ProgressBar::finish_and_clear);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_has_every_count() {
        let mut report = Report::new(Console::new(true), 3);
        report.proposed(3);
        report.decided(1);
        report.recorded(12, 2);
        assert_eq!(report.so_far(), "3 proposals, 1 decision, 2 executions, 12 recorded entries");
    }
}
