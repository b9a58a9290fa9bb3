use aws_lc_rs::rand;
use jiff::Timestamp;
use uuid::Uuid;

use super::{Ids, uuid_v7_from};

/// Draws from the operating system's random source through aws-lc.
#[derive(Debug, Clone, Copy, Default)]
pub struct RandomIds;

impl RandomIds {
    fn draw<const N: usize>() -> [u8; N] {
        let mut bytes = [0; N];
        rand::fill(&mut bytes).expect("the operating system's random source answers");
        bytes
    }
}

impl Ids for RandomIds {
    fn uuid_v7(&self, now: Timestamp) -> Uuid {
        uuid_v7_from(now, Self::draw())
    }

    fn random_32(&self) -> [u8; 32] {
        Self::draw()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ids_carry_their_time_and_never_repeat() {
        let now: Timestamp = "2026-11-22T10:00:00.123Z".parse().expect("a timestamp");
        let ids: HashSet<Uuid> = (0..1_000).map(|_| RandomIds.uuid_v7(now)).collect();
        assert_eq!(ids.len(), 1_000);
        for id in ids {
            assert_eq!(id.get_version_num(), 7);
            let (secs, nanos) = id.get_timestamp().expect("a v7 id has a time").to_unix();
            assert_eq!(i64::try_from(secs).ok(), Some(now.as_second()));
            assert_eq!(nanos / 1_000_000, 123);
        }
    }

    #[test]
    fn random_bytes_never_repeat() {
        let drawn: HashSet<[u8; 32]> = (0..1_000).map(|_| RandomIds.random_32()).collect();
        assert_eq!(drawn.len(), 1_000);
    }
}
