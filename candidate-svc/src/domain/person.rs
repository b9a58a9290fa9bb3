//! People as records name them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use service_kit::access::{PrincipalId, PrincipalKind};

use super::as_text;

/// A principal that is a person. Approvers and owners are of this type: what asks for a person cannot be given a machine.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Recorded", into = "Recorded")]
pub struct Person(PrincipalId);

/// Says that a principal is not a person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a person; write `humans/<id>` with a lower-case id")]
pub struct NotAPerson(pub String);

impl Person {
    /// Returns the person's principal.
    pub const fn id(&self) -> &PrincipalId {
        &self.0
    }

    /// Returns the id, e.g. `humans/anna`.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl TryFrom<PrincipalId> for Person {
    type Error = NotAPerson;

    fn try_from(id: PrincipalId) -> Result<Self, NotAPerson> {
        match id.kind() {
            PrincipalKind::Human => Ok(Self(id)),
            PrincipalKind::Generator | PrincipalKind::Service => Err(NotAPerson(id.to_string())),
        }
    }
}

impl FromStr for Person {
    type Err = NotAPerson;

    fn from_str(text: &str) -> Result<Self, NotAPerson> {
        let id: PrincipalId = text.parse().map_err(|_| NotAPerson(text.chars().take(100).collect()))?;
        Self::try_from(id)
    }
}

impl fmt::Display for Person {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// A person's row form.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct Recorded(#[serde(with = "as_text")] PrincipalId);

impl TryFrom<Recorded> for Person {
    type Error = NotAPerson;

    fn try_from(recorded: Recorded) -> Result<Self, NotAPerson> {
        Self::try_from(recorded.0)
    }
}

impl From<Person> for Recorded {
    fn from(person: Person) -> Self {
        Self(person.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_human_is_a_person() {
        let anna: Person = "humans/anna".parse().expect("a person");
        let row = serde_json::to_string(&anna).expect("a row");
        assert_eq!(row, "\"humans/anna\"");
        assert_eq!(serde_json::from_str::<Person>(&row).expect("the row"), anna);
        for text in ["", "anna", "generators/rules", "services/executor"] {
            assert_eq!(text.parse::<Person>(), Err(NotAPerson(text.into())));
        }
        assert!(serde_json::from_str::<Person>("\"services/executor\"").is_err());
    }
}
