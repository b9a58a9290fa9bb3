//! Principals and people.

use countersign_api::r#type::v1::Principal as WirePrincipal;
use service_kit::access::PrincipalId;

use super::{FieldError, field};
use crate::domain::Person;

/// Reads a principal.
///
/// # Errors
/// When the id is not of its form, or not of the kind that stands beside it.
pub fn from_wire(principal: &WirePrincipal) -> Result<PrincipalId, FieldError> {
    let id: PrincipalId = field::parsed("id", &principal.id)?;
    if principal.kind == i32::from(id.kind().to_wire()) {
        Ok(id)
    } else {
        Err(FieldError::new("kind", format_args!("`{id}` is not of that kind")))
    }
}

/// Reads a person.
///
/// # Errors
/// As [`from_wire`], and when it is not a person.
pub fn person_from_wire(principal: &WirePrincipal) -> Result<Person, FieldError> {
    Person::try_from(from_wire(principal)?).map_err(|error| FieldError::new("id", error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_that_is_not_the_ids_is_refused() {
        let anna: PrincipalId = "humans/anna".parse().expect("an id");
        assert_eq!(from_wire(&anna.to_wire()), Ok(anna.clone()));
        let lying = WirePrincipal { kind: 3, ..anna.to_wire() };
        assert_eq!(from_wire(&lying).expect_err("not a service").field, "kind");
        let rules: PrincipalId = "generators/rules".parse().expect("an id");
        assert!(person_from_wire(&rules.to_wire()).is_err());
    }
}
