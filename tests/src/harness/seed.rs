//! Chance that can be had again.

use std::time::Duration;

use service_kit::ids::{Ids as _, RandomIds, SeededIds};

/// Draws from a seed that was printed: `COUNTERSIGN_SEED`, or a new one for every run.
#[derive(Debug)]
pub struct Seed {
    ids: SeededIds,
}

impl Seed {
    /// Takes the seed that was given, or a new one, and prints it.
    ///
    /// # Panics
    ///
    /// When `COUNTERSIGN_SEED` is no number.
    pub fn printed() -> Self {
        let given = std::env::var("COUNTERSIGN_SEED").ok();
        let given = given.map(|seed| seed.parse().expect("`COUNTERSIGN_SEED` is a number"));
        let new = || u64::from(u32::from_le_bytes(RandomIds.random_32()[..4].try_into().expect("four bytes")));
        let seed = given.unwrap_or_else(new);
        println!("COUNTERSIGN_SEED={seed}");
        Self { ids: SeededIds::new(seed) }
    }

    /// Draws a number below another.
    pub fn below(&self, end: u64) -> u64 {
        u64::from_le_bytes(self.ids.random_32()[..8].try_into().expect("eight bytes")) % end
    }

    /// Lets a time pass that is drawn, in milliseconds: what happens then happens at any moment of what is under way.
    pub async fn moment_below_ms(&self, end: u64) {
        tokio::time::sleep(Duration::from_millis(self.below(end))).await;
    }
}
