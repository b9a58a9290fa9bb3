//! Numbers on the command line, and what is said of those that make no sense.

use executor::LEASE_MAX;

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

/// Reads the fence of a claim.
///
/// # Errors
/// Says how to write one.
pub fn parse_fence(text: &str) -> Result<i64, String> {
    let fence = text.parse().ok().filter(|fence| *fence > 0);
    fence.ok_or_else(|| format!("`{text}` is no fence; write the whole number that the permit names, from 1"))
}

/// Reads how many seconds a claim shall last.
///
/// # Errors
/// Says how to write one.
pub fn parse_lease(text: &str) -> Result<u32, String> {
    let most = LEASE_MAX.as_secs();
    let secs = text.parse().ok().filter(|secs: &u32| (1..=most).contains(&u64::from(*secs)));
    secs.ok_or_else(|| format!("`{text}` is no lease; write a whole number of seconds from 1 to {most}"))
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
        assert_eq!((parse_fence("1"), parse_lease("1"), parse_lease("900")), (Ok(1), Ok(1), Ok(900)));
        assert!(parse_fence("0").is_err() && parse_lease("0").is_err() && parse_lease("901").is_err());
    }
}
