use std::io::{self, IsTerminal as _};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::output::Console;

/// When no bars can be shown, a line is written each time a quarter as many more entries are recorded as there are proposals:
/// some twenty lines a run.
const LINES_PER_PROPOSALS: u64 = 4;

/// Shows how far a demonstration is: bars on a terminal, a line now and then elsewhere, on standard error.
#[derive(Debug)]
pub struct Report {
    console: Console,
    shown: Shown,
    proposed: u64,
    decided: u64,
}

#[derive(Debug)]
enum Shown {
    Bars { proposed: ProgressBar, decided: ProgressBar, executed: ProgressBar, recorded: ProgressBar },
    Lines { every: u64, next_at: u64 },
}

impl Report {
    /// Begins with the number of proposals that will be sent.
    pub fn new(console: Console, proposals: u64) -> Self {
        let shown = if io::stderr().is_terminal() { bars(proposals) } else { lines(proposals) };
        Self { console, shown, proposed: 0, decided: 0 }
    }

    /// Shows how many proposals are answered.
    pub fn proposed(&mut self, count: u64) {
        self.proposed = count;
        if let Shown::Bars { proposed, .. } = &self.shown {
            proposed.set_position(count);
        }
    }

    /// Shows how many decisions are made.
    pub fn decided(&mut self, count: u64) {
        self.decided = count;
        if let Shown::Bars { decided, .. } = &self.shown {
            decided.set_position(count);
        }
    }

    /// Shows how many entries are recorded, and how many executions are among them.
    pub fn recorded(&mut self, count: u64, executions: u64) {
        match &mut self.shown {
            Shown::Bars { executed, recorded, .. } => {
                executed.set_position(executions);
                recorded.set_position(count);
            }
            Shown::Lines { every, next_at } if count >= *next_at => {
                *next_at = count + *every;
                let (proposed, decided) = (self.proposed, self.decided);
                self.console.say(&format!(
                    "{proposed} proposed, {decided} decided, {executions} executed, {count} entries recorded"
                ));
            }
            Shown::Lines { .. } => {}
        }
    }
}

impl Drop for Report {
    fn drop(&mut self) {
        if let Shown::Bars { proposed, decided, executed, recorded } = &self.shown {
            [proposed, decided, executed, recorded].into_iter().for_each(ProgressBar::finish_and_clear);
        }
    }
}

fn lines(proposals: u64) -> Shown {
    Shown::Lines { every: (proposals / LINES_PER_PROPOSALS).max(1), next_at: 1 }
}

fn bars(proposals: u64) -> Shown {
    let all = MultiProgress::new();
    let whole = ProgressStyle::with_template("{msg:<10} {wide_bar} {human_pos}/{human_len}");
    let open = ProgressStyle::with_template("{msg:<10} {spinner} {human_pos}");
    let add = |bar: ProgressBar, style: Option<ProgressStyle>, label: &'static str| {
        let bar = all.add(bar).with_message(label);
        if let Some(style) = style { bar.with_style(style) } else { bar }
    };
    let open = open.ok();
    Shown::Bars {
        proposed: add(ProgressBar::new(proposals), whole.ok(), "proposed"),
        decided: add(ProgressBar::no_length(), open.clone(), "decided"),
        executed: add(ProgressBar::no_length(), open.clone(), "executed"),
        recorded: add(ProgressBar::no_length(), open, "recorded"),
    }
}
