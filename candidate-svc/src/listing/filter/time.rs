//! Moments as RFC 3339 writes them, and nothing else.

use jiff::{Timestamp, fmt::temporal::Pieces};

/// What RFC 3339 (section 5.6) has between the digits: a date, `T`, a time of day.
const SHAPE: &[u8] = b"0000-00-00T00:00:00";

/// The most digits behind the point that a [`Timestamp`] holds.
const FRACTION_MAX: usize = 9;

/// Reads a moment; none when the text is no RFC 3339. The last hours of the year 9999 are beyond what a [`Timestamp`] holds; nothing
/// lies between them and its end.
pub(super) fn read(text: &str) -> Option<Timestamp> {
    let (seconds, rest) = text.split_at_checked(SHAPE.len())?;
    let (fraction, offset) = fraction_and_offset(rest)?;
    if !has_shape(seconds, SHAPE) || !is_offset(offset) {
        return None;
    }
    // A fraction may be of any length; what a timestamp cannot hold of it is cut.
    let fraction = &fraction[..fraction.len().min(1 + FRACTION_MAX)];
    let text = format!("{seconds}{fraction}{offset}");
    text.parse().ok().or_else(|| {
        let pieces = Pieces::parse(&text).ok()?;
        pieces.time().zip(pieces.offset())?;
        Some(if pieces.date().year() > 0 { Timestamp::MAX } else { Timestamp::MIN })
    })
}

/// Parts the point and its digits, if there is one, from what stands behind.
fn fraction_and_offset(rest: &str) -> Option<(&str, &str)> {
    let Some(digits) = rest.strip_prefix('.') else { return Some(("", rest)) };
    let count = digits.bytes().take_while(u8::is_ascii_digit).count();
    (count > 0).then(|| rest.split_at(1 + count))
}

fn is_offset(text: &str) -> bool {
    if matches!(text, "Z" | "z") {
        return true;
    }
    let Some(time) = text.strip_prefix(['+', '-']) else { return false };
    has_shape(time, b"00:00") && time[..2].parse::<u8>().is_ok_and(|hours| hours < 24)
}

/// Tells whether a text has a digit wherever the shape has one, and elsewhere what the shape has, in whichever case.
fn has_shape(text: &str, shape: &[u8]) -> bool {
    let fits = |(byte, wanted): (u8, &u8)| match wanted {
        b'0' => byte.is_ascii_digit(),
        _ => byte.eq_ignore_ascii_case(wanted),
    };
    text.len() == shape.len() && text.bytes().zip(shape).all(fits)
}
