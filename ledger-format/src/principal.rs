//! Who stands behind an entry: a person, a generator or a service.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The kind of an authenticated caller. Only a human can approve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PrincipalKind {
    /// A person.
    Human,
    /// A machine that proposes.
    Generator,
    /// A machine that carries out or keeps order.
    Service,
}

impl PrincipalKind {
    /// Returns the kind's one word: `human`, `generator` or `service`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Generator => "generator",
            Self::Service => "service",
        }
    }

    /// Returns the byte that stands for the kind in a leaf. Zero is never used: an empty byte is no principal.
    pub(crate) const fn to_byte(self) -> u8 {
        match self {
            Self::Human => 1,
            Self::Generator => 2,
            Self::Service => 3,
        }
    }

    pub(crate) const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            1 => Some(Self::Human),
            2 => Some(Self::Generator),
            3 => Some(Self::Service),
            _ => None,
        }
    }
}

/// The text names no principal kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown principal kind: use `human`, `generator` or `service`")]
pub struct UnknownPrincipalKind;

impl FromStr for PrincipalKind {
    type Err = UnknownPrincipalKind;

    fn from_str(text: &str) -> Result<Self, UnknownPrincipalKind> {
        match text {
            "human" => Ok(Self::Human),
            "generator" => Ok(Self::Generator),
            "service" => Ok(Self::Service),
            _ => Err(UnknownPrincipalKind),
        }
    }
}

impl fmt::Display for PrincipalKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_survives_byte_and_word() {
        for kind in [PrincipalKind::Human, PrincipalKind::Generator, PrincipalKind::Service] {
            assert_eq!(PrincipalKind::from_byte(kind.to_byte()), Some(kind));
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
        assert_eq!("robot".parse::<PrincipalKind>(), Err(UnknownPrincipalKind));
    }

    #[test]
    fn only_three_bytes_are_kinds() {
        let known = (0..=u8::MAX).filter(|&byte| PrincipalKind::from_byte(byte).is_some());
        assert_eq!(known.collect::<Vec<_>>(), [1, 2, 3]);
    }
}
