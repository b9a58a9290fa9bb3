//! What a policy says of lighter review: how much harm may be where less looking is suggested.

use crate::keyed_toml::{KeyError, Keys};

const TABLE: &str = "lighter_review";
const KEY: &str = "harm_at_most_per_mille";

/// The most harm that a policy may allow, of 1,000: one in five.
const PER_MILLE_MAX: u32 = 200;

/// Reads the table; none where the policy leaves it out, and then nothing is suggested.
pub(super) fn read(keys: &mut Keys<'_>) -> Result<Option<u32>, KeyError> {
    if !keys.has(TABLE) {
        return Ok(None);
    }
    let mut table = keys.table(TABLE)?;
    let per_mille: u32 = table.required(KEY)?;
    if !(1..=PER_MILLE_MAX).contains(&per_mille) {
        return Err(table.wrong(KEY, format!("choose from `1` to `{PER_MILLE_MAX}` of 1,000")));
    }
    table.finish()?;
    Ok(Some(per_mille))
}

#[cfg(test)]
mod tests {
    use crate::policy::Policy;

    fn read(table: &str) -> Result<Option<u32>, String> {
        let text = format!("{}\n{table}", Policy::built_in().text());
        Policy::read("p.toml", &text).map(|policy| policy.harm_at_most_per_mille()).map_err(|error| error.key)
    }

    #[test]
    fn a_policy_may_say_how_much_harm_may_be_within_bounds() {
        assert_eq!(read(""), Ok(None));
        assert_eq!(read("[lighter_review]\nharm_at_most_per_mille = 1"), Ok(Some(1)));
        assert_eq!(read("[lighter_review]\nharm_at_most_per_mille = 200"), Ok(Some(200)));
        let key = || Err("lighter_review.harm_at_most_per_mille".to_owned());
        assert_eq!(read("[lighter_review]\nharm_at_most_per_mille = 0"), key());
        assert_eq!(read("[lighter_review]\nharm_at_most_per_mille = 201"), key());
        assert_eq!(read("[lighter_review]"), key());
        assert!(read("[lighter_review]\nharm_at_most_per_mille = 5\nmore = 1").is_err());
    }
}
