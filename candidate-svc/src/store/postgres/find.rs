/// Returns what a row answers to, whose number the database gave: `WITH ORDINALITY` counts from 1.
pub(super) fn asked_for<K>(keys: &[K], number: i64) -> &K {
    let place = usize::try_from(number - 1).ok();
    place.and_then(|place| keys.get(place)).expect("invariant: the database answers with the numbers it was asked for")
}
