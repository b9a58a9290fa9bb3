use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use rand::{Rng, SeedableRng, rngs::StdRng};
use uuid::Uuid;

use super::{Ids, uuid_v7_from};

/// Draws the same ids and bytes again for the same seed: for tests and simulations, never for secrets.
#[derive(Debug)]
pub struct SeededIds {
    rng: Mutex<StdRng>,
}

impl SeededIds {
    /// Makes a source that is wholly determined by `seed` and the order of calls.
    pub fn new(seed: u64) -> Self {
        Self { rng: Mutex::new(StdRng::seed_from_u64(seed)) }
    }

    fn draw<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.rng.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(&mut bytes);
        bytes
    }
}

impl Ids for SeededIds {
    fn uuid_v7(&self, now: Timestamp) -> Uuid {
        uuid_v7_from(now, self.draw())
    }

    fn random_32(&self) -> [u8; 32] {
        self.draw()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_draws_and_another_seed_others() {
        let draw = |seed| {
            let ids = SeededIds::new(seed);
            (ids.uuid_v7(Timestamp::UNIX_EPOCH), ids.random_32())
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
    }
}
