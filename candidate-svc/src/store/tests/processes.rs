//! C-8 and C-6 where several processes decide at once: what came of it is as if one had decided after the other.
// On one database alone: a file has one process.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use countersign_api::name::CandidateName;
use futures::future::join_all;
use ledger_format::{SigningKey, VerifyingKeys};
use service_kit::clock::Clock;

use super::{
    histories::{Dice, command, every_event_waits_for_the_ledger_once, name, rebuilt, who},
    shelf::Shelf,
};
use crate::{
    domain::{
        Moment, Propose, Verb, allowed_transitions,
        tests::{
            cast::{RULES, actor},
            histories::way_on,
            story::Story,
        },
    },
    store::{OpenError, RelayTurn, WriteError},
    tests::support::Place,
};

const STEPS: usize = 80;
const CANDIDATES: u64 = 12;

#[tokio::test]
async fn rows_events_and_answers_hold_whichever_process_is_asked() {
    Place::Postgres.begin();
    let first = Shelf::open().await;
    let shelves = [first.beside().await, first.beside().await, first];
    let dice = Dice::new(7_000);
    let mut story = Story::new();
    // Who comes first is anybody's guess, and may end a candidate: there are enough that most go on.
    let names: Vec<CandidateName> = (0..CANDIDATES).map(|number| name(&story, 7_000, number)).collect();
    for (shelf, name) in shelves.iter().cycle().zip(&names) {
        let propose = Propose { name: name.clone(), ..story.proposal() };
        shelf.propose(&actor(RULES), &format!("propose-{name}"), propose).await.expect("a candidate");
    }
    let mut answered = Vec::new();
    let mut revisions: BTreeMap<CandidateName, BTreeSet<u64>> = BTreeMap::new();
    for step in 0..STEPS {
        shelves[0].clock.advance(Duration::from_millis(dice.of(&[1, 1, 200, 30_000, 3_600_000])));
        story.now = Moment::from(shelves[0].clock.now());
        let name = &names[dice.below(names.len())];
        let before = shelves[step % shelves.len()].candidate(name).await;
        // Each process is asked for something of what everybody has just seen.
        let mut asked = Vec::new();
        for (number, shelf) in shelves.iter().enumerate() {
            story.candidate = Some(before.clone());
            let verb = match allowed_transitions(&before) {
                legal if !legal.is_empty() && dice.below(4) > 0 => legal[dice.below(legal.len())],
                _ if dice.below(2) == 0 => way_on(before.state.name()),
                _ => dice.of(&Verb::ALL),
            };
            let (who, Some(command)) = (who(&dice, verb), command(&dice, &mut story, verb)) else { continue };
            asked.push((shelf, who, format!("step-{step}-{number}"), command));
        }
        let answers =
            join_all(asked.iter().map(|(shelf, who, id, command)| shelf.command(who, id, name, command.clone()))).await;
        for ((_, who, id, command), answer) in asked.into_iter().zip(answers) {
            match answer {
                Ok(changed) => {
                    let revision = changed.candidate.revision;
                    let is_new = revisions.entry(name.clone()).or_default().insert(revision);
                    assert!(is_new && !changed.replayed, "C-3: two made revision {revision}");
                    answered.push((who, id, name.clone(), command, changed.candidate));
                }
                Err(WriteError::Denied(_)) => {}
                Err(error) => panic!("{error}"),
            }
        }
        let now = shelves[0].candidate(name).await;
        assert_eq!(now, rebuilt(&shelves[1], name).await, "C-8 after step {step}");
        let made = revisions.get(name).map_or(0, BTreeSet::len);
        assert_eq!(u64::try_from(made), Ok(now.revision - 1), "each revision was acknowledged to one");
    }
    assert!(answered.len() >= STEPS / 3, "too little happened: {}", answered.len());
    every_event_waits_for_the_ledger_once(&shelves[2], &names).await;
    for (number, (who, id, name, command, expected)) in answered.into_iter().enumerate() {
        let again = shelves[number % shelves.len()].command(&who, &id, &name, command).await.expect("answered again");
        assert!(again.replayed, "C-6");
        assert_eq!(again.candidate, expected, "C-6");
    }
}

#[tokio::test]
async fn a_relays_turn_is_kept_by_whoever_sends_and_taken_over_from_whoever_is_gone() {
    Place::Postgres.begin();
    let here = Shelf::open().await;
    let there = here.beside().await;
    let workspace = Story::new().proposal().name.workspace;
    let turn = async |shelf: &Shelf| {
        shelf.store.take_relay_turn(&workspace, Moment::from(shelf.clock.now())).await.expect("the database answers")
    };
    let in_secs = |secs| Moment::from(here.clock.now()).plus_secs(secs);
    assert_eq!(turn(&here).await, RelayTurn::Ours);
    assert_eq!(turn(&there).await, RelayTurn::AnothersUntil(in_secs(3)));
    here.clock.advance(Duration::from_secs(2));
    assert_eq!(turn(&here).await, RelayTurn::Ours, "who sends keeps it");
    here.clock.advance(Duration::from_secs(2));
    assert_eq!(turn(&there).await, RelayTurn::AnothersUntil(in_secs(1)));
    here.clock.advance(Duration::from_secs(1));
    assert_eq!(turn(&there).await, RelayTurn::Ours, "the first is gone, or said nothing for long");
    assert_eq!(turn(&here).await, RelayTurn::AnothersUntil(in_secs(3)));
    here.store.give_relay_turn_back(&workspace).await.expect("nothing to give back");
    assert_eq!(turn(&here).await, RelayTurn::AnothersUntil(in_secs(3)), "nobody gives back what is another's");
    there.store.give_relay_turn_back(&workspace).await.expect("given back");
    assert_eq!(turn(&here).await, RelayTurn::Ours);
    // Whoever's clock is far ahead holds nobody up for longer than a turn.
    here.on_server("UPDATE relay_leases SET holder = decode(repeat('ff', 16), 'hex'), until_us = 9000000000000000")
        .await
        .expect("set");
    assert_eq!(turn(&there).await, RelayTurn::AnothersUntil(in_secs(3)));
}

#[tokio::test]
async fn a_database_of_another_ledger_is_refused() {
    Place::Postgres.begin();
    let shelf = Shelf::open().await;
    let Some(refused) = shelf.beside_with(|shared| shared.pseudonym = "somebody else".into()).await else {
        panic!("it opened");
    };
    assert!(matches!(refused, OpenError::OtherPseudonyms), "{refused}");
    let other = SigningKey::from_seed("countersign.local", &[9; 32]).expect("a key").verifying_key().clone();
    let keys = VerifyingKeys::new(vec![other]).expect("a list");
    let Some(refused) = shelf.beside_with(|shared| shared.ledger_keys = keys).await else { panic!("it opened") };
    assert!(matches!(refused, OpenError::OtherLedger) && refused.to_string().contains("signing key"), "{refused}");
}
