/// An amount of money in hundredths, never negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount(u64);

/// The most digits before the point; sums of such amounts stay far from overflowing.
const WHOLE_DIGITS_MAX: usize = 13;

impl Amount {
    /// Reads digits with at most two after a point, such as `1054` or `48.5`.
    ///
    /// # Errors
    /// Why it is none, quoting it.
    pub fn read(text: &str) -> Result<Self, String> {
        let trimmed = text.trim();
        let (whole, fraction) = trimmed.split_once('.').unwrap_or((trimmed, "0"));
        let is_number = |part: &str, most: usize| {
            (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        if !is_number(whole, WHOLE_DIGITS_MAX) || !is_number(fraction, 2) {
            return Err(format!(
                "`{text}` is not an amount; write digits with at most two after a point, such as 1054.50"
            ));
        }
        let hundredths: u64 = format!("{whole}{fraction:0<2}").parse().map_err(|_| format!("`{text}` is too large"))?;
        Ok(Self(hundredths))
    }

    /// Tells whether it is more than `percent` away from a list price, up or down.
    pub fn is_off(self, list_price: Self, percent: u64) -> bool {
        u128::from(self.0.abs_diff(list_price.0)) * 100 > u128::from(list_price.0) * u128::from(percent)
    }

    /// Returns how far away from a list price it is in whole percent, with its direction, such as `54 % below`.
    ///
    /// Nothing for a list price of zero, of which there are no percents.
    pub fn distance(self, list_price: Self) -> Option<String> {
        let percent = (u128::from(self.0.abs_diff(list_price.0)) * 100).checked_div(u128::from(list_price.0))?;
        let direction = if self < list_price { "below" } else { "above" };
        Some(format!("{percent} % {direction}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(text: &str) -> Amount {
        Amount::read(text).expect(text)
    }

    #[test]
    fn hundredths_are_kept() {
        assert_eq!(amount("1054"), amount("1054.00"));
        assert_eq!(amount(" 48.5 "), Amount(4850));
        assert_eq!(amount("9999999999999.99"), Amount(999_999_999_999_999));
    }

    #[test]
    fn what_is_no_amount_is_quoted() {
        for text in ["", "12x", "-5", "1,054", "1.234", "1.", ".5", "1e3", "10000000000000"] {
            assert!(Amount::read(text).expect_err(text).contains(&format!("`{text}`")));
        }
    }

    #[test]
    fn off_begins_just_beyond_the_percentage_in_both_directions() {
        let list = amount("1000");
        for (value, is_off) in [("700", false), ("699.99", true), ("1300", false), ("1300.01", true), ("1000", false)] {
            assert_eq!(amount(value).is_off(list, 30), is_off, "{value}");
        }
        assert!(amount("1").is_off(amount("0"), 30));
        assert_eq!(amount("460").distance(list).as_deref(), Some("54 % below"));
        assert_eq!(amount("2150.50").distance(list).as_deref(), Some("115 % above"));
        assert_eq!(amount("5").distance(amount("0")), None);
    }
}
