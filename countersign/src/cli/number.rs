//! Numbers on the command line, and what is said of those that make no sense.

/// Reads the index of a ledger entry.
///
/// # Errors
/// Says how to write one.
pub fn parse_index(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| format!("`{text}` is no index of an entry; write a whole number from 0 to {}", u32::MAX))
}

/// Reads how many are wanted.
///
/// # Errors
/// Says how to write one: none at all is not worth asking for.
pub fn parse_count(text: &str) -> Result<u32, String> {
    text.parse()
        .ok()
        .filter(|count| *count > 0)
        .ok_or_else(|| format!("`{text}` is no such number; write a whole number from 1 to {}", u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_make_no_sense_are_refused() {
        assert_eq!((parse_index("0"), parse_count("1")), (Ok(0), Ok(1)));
        for silly in ["", "-1", "1.5", "4294967296", "many"] {
            assert!(parse_index(silly).is_err() && parse_count(silly).is_err(), "{silly:?}");
        }
        assert!(parse_count("0").is_err());
    }
}
