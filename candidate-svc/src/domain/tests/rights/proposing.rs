use service_kit::access::{PrincipalKind, Role};

use super::oracle::{self, Asker};
use crate::domain::tests::cast::actor_as;
use crate::domain::tests::story::Story;

#[test]
fn whoever_may_propose_proposes_and_nobody_else() {
    for (kind, id) in [
        (PrincipalKind::Human, "humans/x"),
        (PrincipalKind::Generator, "generators/x"),
        (PrincipalKind::Service, "services/x"),
    ] {
        for role in Role::ALL {
            let caller = Asker { kind: Some(kind), roles: &[role], relation: None };
            let mut story = Story::new();
            let proposed = story.propose_as(&actor_as(id, &[role]), story.proposal());
            assert_eq!(proposed.is_ok(), oracle::may_propose(&caller), "{kind:?} as {role}: {proposed:?}");
        }
    }
}
