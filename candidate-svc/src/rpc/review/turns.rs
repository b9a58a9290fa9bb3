//! Whose turn a filter asks for: who asks for a person's also gets what passed to that person, as of now.

use std::collections::BTreeMap;

use countersign_api::name::Workspace;
use service_kit::call::CallContext;
use tonic::Status;

use crate::{
    domain::{Audience, Moment, Person},
    listing::condition::Condition,
    rpc::Parts,
};

/// What a filter calls the caller.
const ME: &str = "me";

/// Puts in the place of each person's turn what is that person's to do, by delegation too; `me` is the caller, with their roles.
pub(super) async fn resolve(
    parts: &Parts,
    call: &CallContext,
    workspace: &Workspace,
    condition: Condition,
    now: Moment,
) -> Result<Condition, Status> {
    let mut turns: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for asked in condition.asked_turns() {
        let mut stands_for = if asked == ME { own(call) } else { vec![asked.to_owned()] };
        let person = if asked == ME { call.principal().id().as_str() } else { asked };
        if let Ok(person) = person.parse::<Person>() {
            let delegators = parts.store.read().delegators(workspace, &person, now).await?;
            stands_for.extend(delegators.iter().map(ToString::to_string));
        }
        turns.insert(asked.to_owned(), stands_for);
    }
    if turns.is_empty() {
        return Ok(condition);
    }
    Ok(condition.with_turns(&|asked| turns.get(asked).cloned().unwrap_or_default()))
}

/// What is the caller's turn in their own right.
fn own(call: &CallContext) -> Vec<String> {
    let caller = call.principal();
    let roles = caller.roles().iter().map(|role| format!("roles/{role}"));
    // A role that machines hold too is nobody's turn.
    let roles = roles.filter(|role| role.parse::<Audience>().is_ok());
    [caller.id().to_string()].into_iter().chain(roles).collect()
}
