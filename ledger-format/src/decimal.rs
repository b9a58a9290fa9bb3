//! Decimal numbers as C2SP texts write them.

/// Parses ASCII digits without a sign and without leading zeroes. One number, one text.
pub(crate) fn parse(text: &str) -> Option<u64> {
    let canonical = text == "0" || !text.starts_with('0');
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    if canonical && digits { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn accepts_one_text_for_each_number() {
        assert_eq!(parse("0"), Some(0));
        assert_eq!(parse("18446744073709551615"), Some(u64::MAX));
        for refused in ["", "00", "01", "+1", "-1", " 1", "1 ", "1_0", "٣", "18446744073709551616"] {
            assert_eq!(parse(refused), None, "{refused}");
        }
    }
}
