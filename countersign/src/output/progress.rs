use std::borrow::Cow;
use std::io::{self, IsTerminal as _};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar or spinner on standard error; nothing at all when that is not a terminal. Gone when dropped.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
}

/// Shows a bar that counts to `total`.
pub fn count_bar(label: impl Into<Cow<'static, str>>, total: u64) -> Progress {
    let style = ProgressStyle::with_template("{msg:<28} {wide_bar} {human_pos}/{human_len} {eta}");
    Progress::show(ProgressBar::new(total), style.ok(), label)
}

/// Shows that one step of unknown length is under way.
pub fn step(label: impl Into<Cow<'static, str>>) -> Progress {
    let progress = Progress::show(ProgressBar::no_length(), None, label);
    progress.bar.enable_steady_tick(std::time::Duration::from_millis(100));
    progress
}

impl Progress {
    /// Sets how far it is.
    pub fn set(&self, position: u64) {
        self.bar.set_position(position);
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
        Self { bar }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
