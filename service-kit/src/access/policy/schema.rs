use std::sync::LazyLock;

use cedar_policy::{Entities, Schema};

const TEXT: &str = include_str!("../../../policy/access.cedarschema");

/// What a policy can speak about.
pub(super) static SCHEMA: LazyLock<Schema> = LazyLock::new(|| match Schema::from_cedarschema_str(TEXT) {
    Ok((schema, _)) => schema,
    Err(error) => panic!("the access schema is sound: {error}"),
});

/// The rpcs and the groups that they are in.
pub(super) static ACTIONS: LazyLock<Entities> =
    LazyLock::new(|| SCHEMA.action_entities().expect("the schema's actions form a tree"));

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::access::Rpc;

    #[test]
    fn the_actions_are_the_rpcs_of_the_contract() {
        let groups: BTreeSet<String> = SCHEMA.action_groups().map(|group| group.id().unescaped().to_owned()).collect();
        let actions: BTreeSet<String> = SCHEMA
            .actions()
            .map(|action| action.id().unescaped().to_owned())
            .filter(|id| !groups.contains(id))
            .collect();
        let contract: BTreeSet<String> = Rpc::all().map(|rpc| rpc.name().to_owned()).collect();
        assert_eq!(actions, contract);
    }
}
