use service_kit::access::{PrincipalKind, Role};

use super::oracle::{self, Answer, Asked, Asker, Relation};
use super::{act, scene};
use crate::domain::tests::cast::actor_as;
use crate::domain::tests::story::Story;
use crate::domain::*;

/// Every relation that a caller of this kind can have.
fn relations(kind: Option<PrincipalKind>) -> &'static [Option<Relation>] {
    match kind {
        None => &[None],
        Some(PrincipalKind::Human) => &[
            None,
            Some(Relation::OwnProposal),
            Some(Relation::OwnEdit),
            Some(Relation::Owner),
            Some(Relation::ApprovedAlready),
            Some(Relation::GaveAhead),
        ],
        Some(PrincipalKind::Generator) => &[None, Some(Relation::OwnProposal)],
        Some(PrincipalKind::Service) => &[None, Some(Relation::OwnProposal), Some(Relation::ClaimHolder)],
    }
}

/// No role, each role alone, and all of them at once, also those that the kind cannot hold.
fn role_sets() -> Vec<Vec<Role>> {
    let alone = Role::ALL.into_iter().map(|role| vec![role]);
    [Vec::new()].into_iter().chain(alone).chain([Role::ALL.to_vec()]).collect()
}

fn id(kind: PrincipalKind) -> &'static str {
    match kind {
        PrincipalKind::Human => "humans/x",
        PrincipalKind::Generator => "generators/x",
        PrincipalKind::Service => "services/x",
    }
}

/// Asks everything of a caller in every state with every relation; returns how many answers agreed.
fn compare(verdict: &PolicyVerdict, kind: Option<PrincipalKind>) -> usize {
    let asked = Asked { four_eyes: verdict.four_eyes, approver_roles: &verdict.approver_roles };
    let mut compared = 0;
    for state in scene::STATES {
        for &relation in relations(kind) {
            let who = kind.map_or("", id);
            let Some(story) = scene::story(state, relation, who, verdict) else { continue };
            for act in oracle::acts() {
                let mut moment: Story = story.clone();
                let command = act::command(act, &mut moment);
                for roles in role_sets() {
                    let actor = if kind.is_some() { actor_as(who, &roles) } else { Actor::Clock };
                    let caller = Asker { kind, roles: &roles, relation };
                    let expected = oracle::answer(act, state, &caller, &asked);
                    let answer = act::read(decide(moment.it(), &command, &moment.context(&actor)));
                    assert_eq!(answer, expected, "{act} in {state} by {caller:?}, {asked:?}");
                    compared += 1;
                }
            }
        }
    }
    compared
}

fn verdict(four_eyes: bool, approver_roles: &[Role]) -> PolicyVerdict {
    PolicyVerdict { four_eyes, approver_roles: approver_roles.to_vec(), ..Story::new().verdict }
}

const DECIDING: &[Role] = &[Role::Reviewer, Role::Manager, Role::Admin];

#[test]
fn people_may_what_the_words_say() {
    let compared: usize =
        [true, false].map(|four_eyes| compare(&verdict(four_eyes, DECIDING), Some(PrincipalKind::Human))).iter().sum();
    assert!(compared > 20_000, "{compared}");
    compare(&verdict(true, &[Role::Manager]), Some(PrincipalKind::Human));
}

#[test]
fn machines_and_the_clock_may_what_the_words_say() {
    for kind in [Some(PrincipalKind::Generator), Some(PrincipalKind::Service), None] {
        let compared = compare(&verdict(true, DECIDING), kind);
        assert!(compared > 3_000, "{kind:?}: {compared}");
    }
}

/// A policy file cannot say it. A verdict that says it all the same changes nothing.
#[test]
fn no_machine_approves_under_a_verdict_that_says_it_may() {
    let verdict = verdict(false, &[Role::Proposer, Role::Executor, Role::Relay, Role::Auditor]);
    for kind in [PrincipalKind::Generator, PrincipalKind::Service] {
        let machine = actor_as(id(kind), &Role::ALL);
        for (act, state) in [
            ("approve", "PROPOSED"),
            ("approve", "EDITED"),
            ("retry", "FAILED"),
            ("settle (approve)", "OUTCOME_UNKNOWN"),
        ] {
            let mut story = scene::story(state, None, id(kind), &verdict_of_people(&verdict)).expect("a way");
            let mut candidate = story.it().clone();
            candidate.policy = verdict.clone();
            let command = act::command(act, &mut story);
            let refusal = decide(&candidate, &command, &story.context(&machine)).expect_err("a machine");
            let reason = match refusal {
                Refusal::NotEntitled { reason, .. } => reason,
                other => panic!("{other}"),
            };
            assert_eq!(reason, NotEntitled::NotAPerson(machine.principal()), "{act} in {state}");
        }
    }
}

/// The same verdict with roles that somebody on the way can hold.
fn verdict_of_people(verdict: &PolicyVerdict) -> PolicyVerdict {
    PolicyVerdict { approver_roles: DECIDING.to_vec(), ..verdict.clone() }
}

#[test]
fn everything_that_can_be_asked_is_asked() {
    let mut story = scene::story("EXECUTING", None, "", &verdict(true, DECIDING)).expect("a way");
    let asked: Vec<Verb> = oracle::acts().map(|act| act::command(act, &mut story).verb()).collect();
    for verb in Verb::ALL.into_iter().filter(|verb| *verb != Verb::Propose) {
        assert!(asked.contains(&verb), "`{verb}` has no row");
    }
    for state in StateName::ALL {
        assert!(scene::STATES.contains(&state.as_str()), "`{state}` is not visited");
    }
    assert_eq!(act::read(decide(story.it(), &story.claim(), &story.context(&Actor::Clock))), Answer::NotNow);
}
