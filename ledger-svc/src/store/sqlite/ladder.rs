//! Sizes of multi-row statements: few different texts, so that each is prepared once and kept.

/// Rows or keys per statement, largest first.
const RUNGS: [usize; 5] = [256, 64, 16, 4, 1];

/// Cuts a run into pieces of the fixed sizes, largest first.
pub(in crate::store) fn pieces<T>(mut items: Vec<T>) -> impl Iterator<Item = Vec<T>> {
    std::iter::from_fn(move || {
        let rung = RUNGS.into_iter().find(|&rung| rung <= items.len())?;
        let rest = items.split_off(rung);
        Some(std::mem::replace(&mut items, rest))
    })
}

/// Returns the least fixed size that holds `count` keys, at most the largest: missing ones are bound as NULL, which matches nothing.
pub(in crate::store) fn width_for(count: usize) -> usize {
    RUNGS.into_iter().rev().find(|&rung| rung >= count).unwrap_or(RUNGS[0])
}

/// The most keys of one look-up.
pub(in crate::store) const KEYS_MAX: usize = RUNGS[0];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_keep_every_item_in_order() {
        for count in [0, 1, 3, 4, 5, 255, 256, 257, 1_000] {
            let cut: Vec<Vec<usize>> = pieces((0..count).collect()).collect();
            assert!(cut.iter().all(|piece| RUNGS.contains(&piece.len())));
            assert_eq!(cut.concat(), (0..count).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_look_up_is_as_wide_as_the_next_rung() {
        assert_eq!([1, 2, 4, 5, 64, 65, 256].map(width_for), [1, 4, 4, 16, 64, 256, 256]);
    }
}
