use std::borrow::Cow;
use std::io::{self, IsTerminal as _};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{HumanCount, HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Console;

/// How often a line is written where no bar can be drawn.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// A bar or spinner on standard error, gone when dropped. Elsewhere than on a terminal a count writes a line now and then.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    lines: Option<Lines>,
}

/// Lines where nothing can be drawn.
#[derive(Debug)]
struct Lines {
    console: Console,
    begun: Instant,
    said: Mutex<Said>,
}

/// What was said last.
#[derive(Debug)]
struct Said {
    at: Instant,
    /// Where the work began: what was there before says nothing of its rate.
    begun_at: Option<u64>,
}

/// Shows a bar that counts to `total`, with rate and remaining time.
pub fn count_bar(console: Console, label: impl Into<Cow<'static, str>>, total: u64) -> Progress {
    let template = "{msg:<28} {wide_bar} {human_pos}/{human_len} {per_sec:>10} {eta}";
    let style = ProgressStyle::with_template(template);
    let mut progress = Progress::show(ProgressBar::new(total), style.ok(), label);
    if !io::stderr().is_terminal() && !console.is_json() {
        let begun = Instant::now();
        progress.lines = Some(Lines { console, begun, said: Mutex::new(Said { at: begun, begun_at: None }) });
    }
    progress
}

/// Shows that one step of unknown length is under way.
pub fn step(label: impl Into<Cow<'static, str>>) -> Progress {
    let progress = Progress::show(ProgressBar::no_length(), None, label);
    progress.bar.enable_steady_tick(Duration::from_millis(100));
    progress
}

impl Progress {
    /// Sets how far it is.
    pub fn set(&self, position: u64) {
        self.bar.set_position(position);
        if let Some(lines) = &self.lines {
            lines.tell(&self.bar.message(), position, self.bar.length().unwrap_or(0), Instant::now());
        }
    }

    /// Sets how far it goes.
    pub fn set_total(&self, total: u64) {
        self.bar.set_length(total);
    }

    fn show(bar: ProgressBar, style: Option<ProgressStyle>, label: impl Into<Cow<'static, str>>) -> Self {
        if !io::stderr().is_terminal() {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        if let Some(style) = style {
            bar.set_style(style);
        }
        bar.set_message(label);
        Self { bar, lines: None }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

impl Lines {
    fn tell(&self, label: &str, position: u64, total: u64, now: Instant) {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let begun_at = *said.begun_at.get_or_insert(position);
        if now.duration_since(said.at) < LINE_EVERY {
            return;
        }
        said.at = now;
        let line = line(label, position, total, position.saturating_sub(begun_at), now.duration_since(self.begun));
        self.console.say(&line);
    }
}

/// Says how far it is, how fast, and how long it will still take.
fn line(label: &str, position: u64, total: u64, done: u64, elapsed: Duration) -> String {
    let per_second = u64::try_from(u128::from(done) * 1_000 / elapsed.as_millis().max(1)).unwrap_or(u64::MAX);
    let (at, of, rate) = (HumanCount(position), HumanCount(total), HumanCount(per_second));
    let left = total.saturating_sub(position).checked_div(per_second).map(Duration::from_secs);
    let left = left.map_or_else(|| "time left unknown".to_owned(), |left| format!("{} left", HumanDuration(left)));
    format!("{label}: {at} of {of}, {rate}/s, {left}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_far_how_fast_and_how_long() {
        let said = line("verifying", 3_000_000, 10_000_000, 2_000_000, Duration::from_secs(10));
        assert_eq!(said, "verifying: 3,000,000 of 10,000,000, 200,000/s, 35 seconds left");
        let said = line("verifying", 5, 10, 0, Duration::ZERO);
        assert_eq!(said, "verifying: 5 of 10, 0/s, time left unknown");
    }
}
