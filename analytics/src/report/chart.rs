//! Charts as inline SVG. The one place that knows the drawing library.

use std::fmt::Write;

use kuva::prelude::{BarPlot, ForestPlot, Layout, Plot, Theme, TickFormat};

use statistics::as_float;

/// Width of a chart, in pixels of its own coordinates; on the page it is as wide as the text.
const WIDTH: f64 = 760.0;

/// Height of a row.
const ROW_HEIGHT: f64 = 26.0;

/// Height of what surrounds the rows: axis and margins.
const FRAME_HEIGHT: f64 = 90.0;

const COLOR: &str = "#1f5f8b";
const SMALL_GROUP_COLOR: &str = "#9a9a9a";
const FONT: &str = "system-ui, sans-serif";

/// What ids of the library's drawings begin with, before their number.
const LIBRARY_ID: &str = "kuva-clip-";

/// Most characters of a row's label; the table has it whole.
const LABEL_MAX_CHARS: usize = 48;

/// A drawn chart.
#[derive(Debug, Clone)]
pub(super) struct Chart {
    /// The drawing, with title and description inside.
    pub svg: String,
    /// What it shows, for who cannot see it.
    pub description: String,
}

/// A share with its interval.
#[derive(Debug, Clone)]
pub(super) struct Interval {
    /// What it is the share of.
    pub label: String,
    /// The share, from 0 to 1.
    pub share: f64,
    /// Lower end of its interval.
    pub low: f64,
    /// Upper end of its interval.
    pub high: f64,
    /// Whether the group is small.
    pub is_small: bool,
}

impl Chart {
    /// Draws shares with their intervals, a row each, from the top. None without rows.
    pub(super) fn intervals(id: &str, title: &str, description: &str, rows: &[Interval]) -> Option<Self> {
        if rows.is_empty() {
            return None;
        }
        let empty = ForestPlot::new().with_show_null_line(false).with_whisker_width(2.0).with_cap_size(4.0);
        let plot = rows.iter().fold(empty, |plot, row| {
            let color = if row.is_small { SMALL_GROUP_COLOR } else { COLOR };
            plot.with_colored_row(short(&row.label), row.share, row.low, row.high, color)
        });
        let layout = |layout: Layout| {
            layout.with_x_axis_min(0.0).with_x_axis_max(1.0).with_x_tick_step(0.1).with_x_tick_format(whole_percent())
        };
        Some(Self::draw(id, title, description, Plot::Forest(plot), rows.len(), layout))
    }

    /// Draws counts as bars, a row each, from the top. None without rows.
    pub(super) fn counts(id: &str, title: &str, description: &str, unit: &str, rows: &[(String, u64)]) -> Option<Self> {
        if rows.is_empty() {
            return None;
        }
        // The first bar is drawn at the bottom.
        let bars = rows.iter().rev().map(|(label, count)| (short(label), as_float(*count)));
        let plot = BarPlot::new().with_bars(bars).with_color(COLOR).with_horizontal(true).with_width(0.6);
        let layout = |layout: Layout| {
            layout
                .with_x_label(unit)
                .with_x_axis_min(0.0)
                .with_x_tick_step(as_float(tick_step(rows.iter().map(|(_, count)| *count).max().unwrap_or(0))))
                .with_x_tick_format(TickFormat::Integer)
        };
        Some(Self::draw(id, title, description, Plot::Bar(plot), rows.len(), layout))
    }

    fn draw(
        id: &str,
        title: &str,
        description: &str,
        plot: Plot,
        rows: usize,
        adjust: impl FnOnce(Layout) -> Layout,
    ) -> Self {
        let plots = vec![plot];
        let height = FRAME_HEIGHT + ROW_HEIGHT * f64::from(u32::try_from(rows).unwrap_or(u32::MAX));
        let layout = Layout::auto_from_plots(&plots)
            .with_theme(Theme::minimal())
            .with_width(WIDTH)
            .with_height(height)
            .with_font_family(FONT);
        let svg = with_own_ids(&kuva::render_to_svg(plots, adjust(layout)), id);
        Self { svg: with_words(&svg, id, title, description), description: description.to_owned() }
    }
}

/// Names what the drawing refers to inside itself after the chart.
///
/// The library numbers it through all drawings of the process: two charts on one page would be told apart, but the same chart
/// drawn twice would not be the same.
fn with_own_ids(svg: &str, id: &str) -> String {
    let mut pieces = svg.split(LIBRARY_ID);
    let mut named = pieces.next().unwrap_or_default().to_owned();
    let mut numbers: Vec<&str> = Vec::new();
    for piece in pieces {
        let digits = piece.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = piece.split_at(digits);
        let position = numbers.iter().position(|&seen| seen == number).unwrap_or_else(|| {
            numbers.push(number);
            numbers.len() - 1
        });
        write!(named, "chart-{id}-clip-{position}{rest}").expect("invariant: a string takes whatever is written");
    }
    named
}

/// Returns a step between ticks, 1, 2 or 5 times a power of ten, that gives at most ten ticks up to a count.
fn tick_step(count: u64) -> u64 {
    let mut magnitude = 1;
    loop {
        for factor in [1, 2, 5] {
            if count <= 10 * factor * magnitude {
                return factor * magnitude;
            }
        }
        magnitude *= 10;
    }
}

/// Puts title and description into the drawing and lets it take the width of the page.
fn with_words(svg: &str, id: &str, title: &str, description: &str) -> String {
    let (opening, rest) = svg.split_once('>').expect("invariant: a drawing begins with its svg element");
    let size = |name: &str| {
        let start = opening.find(&format!(" {name}=\"")).expect("invariant: a drawing says its size") + name.len() + 3;
        let end = opening[start..].find('"').expect("invariant: an attribute is closed") + start;
        &opening[start..end]
    };
    let (width, height) = (size("width"), size("height"));
    let attributes = opening
        .replace(&format!(" width=\"{width}\""), " width=\"100%\"")
        .replace(&format!(" height=\"{height}\""), &format!(" viewBox=\"0 0 {width} {height}\""));
    let (title, description) = (escape(title), escape(description));
    format!(
        "{attributes} role=\"img\" aria-labelledby=\"chart-{id}-title chart-{id}-description\">\
         <title id=\"chart-{id}-title\">{title}</title><desc id=\"chart-{id}-description\">{description}</desc>{rest}"
    )
}

fn whole_percent() -> TickFormat {
    TickFormat::Custom(std::sync::Arc::new(|share| format!("{:.0} %", share * 100.0)))
}

fn short(label: &str) -> String {
    if label.chars().count() <= LABEL_MAX_CHARS {
        return label.to_owned();
    }
    let mut short: String = label.chars().take(LABEL_MAX_CHARS - 1).collect();
    short.push('…');
    short
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interval(label: &str) -> Interval {
        Interval { label: label.to_owned(), share: 0.4, low: 0.3, high: 0.5, is_small: false }
    }

    #[test]
    fn a_chart_has_title_and_description_and_escapes_what_it_is_given() {
        let rows = [interval("<script>alert(1)</script>")];
        let chart = Chart::intervals("x", "A & B", "less < more", &rows).expect("a chart");
        assert!(chart.svg.starts_with("<svg"), "{}", chart.svg);
        assert!(chart.svg.contains("<title id=\"chart-x-title\">A &amp; B</title>"));
        assert!(chart.svg.contains("less &lt; more</desc>"));
        assert!(!chart.svg.contains("<script"));
        assert!(chart.svg.contains(" viewBox=\"0 0 "));
    }

    #[test]
    fn ticks_are_whole_and_few() {
        assert_eq!([0, 10, 11, 50, 51, 8_800].map(tick_step), [1, 1, 2, 5, 10, 1_000]);
    }

    #[test]
    fn the_same_rows_are_drawn_the_same() {
        let rows = [("APPROVED".to_owned(), 3), ("REJECTED".to_owned(), 1)];
        let draw = || Chart::counts("x", "t", "d", "candidates", &rows).expect("a chart").svg;
        assert_eq!(draw(), draw());
        assert!(Chart::counts("x", "t", "d", "candidates", &[]).is_none());
    }
}
