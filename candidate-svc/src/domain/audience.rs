//! Whom a candidate is brought to: one person, or everybody with a role.

use std::fmt;
use std::str::FromStr;

use service_kit::access::{PrincipalKind, Role};

use super::Person;

/// One person, or everybody with a role.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Audience {
    /// One person.
    Person(Person),
    /// Everybody with a role that only people hold.
    Role(Role),
}

/// Says that a text names no audience.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is nobody to turn to; write `humans/<id>`, or `roles/<role>` with a role of people, e.g. `roles/manager`"
)]
pub struct NoAudience(pub String);

impl FromStr for Audience {
    type Err = NoAudience;

    fn from_str(text: &str) -> Result<Self, NoAudience> {
        let error = || NoAudience(text.chars().take(100).collect());
        let Some(role) = text.strip_prefix("roles/") else {
            return text.parse().map(Self::Person).map_err(|_| error());
        };
        let role: Role = role.parse().map_err(|_| error())?;
        let machine = [PrincipalKind::Generator, PrincipalKind::Service].iter().any(|&kind| role.suits(kind));
        if machine { Err(error()) } else { Ok(Self::Role(role)) }
    }
}

impl fmt::Display for Audience {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(person) => person.fmt(formatter),
            Self::Role(role) => write!(formatter, "roles/{role}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_audience_reads_back_as_written() {
        for text in ["humans/bea", "roles/manager", "roles/reviewer"] {
            assert_eq!(text.parse::<Audience>().expect(text).to_string(), text);
        }
        for text in ["", "bea", "generators/rules", "roles/boss", "roles/executor", "roles/proposer", "Roles/manager"] {
            assert_eq!(text.parse::<Audience>(), Err(NoAudience(text.into())));
        }
    }
}
