//! Ages: `age > 2d` is a time of creation over two days before now.

use aip_160::{Comparator, Restriction};

use super::{Wrong, quoted, unquoted};
use crate::{
    domain::Moment,
    listing::condition::{Condition, Order, TimeField},
};

/// What filters call it.
pub(super) const FIELD: &str = "age";

/// Reads a comparison of the age with a duration. An older candidate was created earlier, so the order turns round.
pub(super) fn condition(restriction: &Restriction, now: Moment) -> Result<Condition, Wrong> {
    let order = match restriction.comparator {
        Comparator::LessThan => Order::After,
        Comparator::LessThanOrEqual => Order::NotBefore,
        Comparator::GreaterThan => Order::Before,
        Comparator::GreaterThanOrEqual => Order::NotAfter,
        other @ (Comparator::Equal | Comparator::NotEqual | Comparator::Has) => {
            return Err(Wrong::Comparator(format!("`{other}` does not go with an age; use `<`, `>` and their like")));
        }
    };
    let text = quoted(&restriction.arg).map(|value| value.as_str().to_owned()).or_else(|| unquoted(&restriction.arg));
    let secs = text.as_deref().and_then(secs_of).ok_or_else(|| {
        let reason = "the value is no age; write a whole number of seconds, minutes, hours or days, such as `90s`, `15m`, `6h` or `2d`";
        Wrong::Value(reason.to_owned())
    })?;
    Ok(Condition::Time { field: TimeField::Create, order, at: now.minus_secs(secs).timestamp() })
}

fn secs_of(text: &str) -> Option<u64> {
    let unit = text.chars().last()?;
    let number = text.strip_suffix(unit)?;
    let secs: u64 = match unit {
        's' => 1,
        'm' => 60,
        'h' => 60 * 60,
        'd' => 24 * 60 * 60,
        _ => return None,
    };
    if number.is_empty() || !number.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    number.parse::<u64>().ok()?.checked_mul(secs)
}
