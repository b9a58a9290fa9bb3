//! C-5, C-6 and C-8 over as many steps as the domain's histories have: what batches say to write is kept in memory, as strictly as a
//! database keeps it. Commits are lost, and answers after them; people ask again, and several at once want something of one candidate.

mod tables;

use std::collections::BTreeSet;
use std::hash::{BuildHasher as _, RandomState};
use std::slice;
use std::sync::Arc;
use std::time::Duration;

use countersign_api::name::CandidateName;
use service_kit::clock::{Clock, ManualClock};
use tables::Tables;

use super::{
    histories::{Dice, Setting, TASKS, command, name, policy, who},
    shelf::{ask, job, judge},
};
use crate::{
    domain::{
        Actor, Candidate, Moment, Propose, StateName, Verb, allowed_transitions,
        tests::{
            cast::{RULES, actor},
            histories::way_on,
            story::Story,
        },
    },
    store::{
        Changed, CommandJob, Denial, ProposeJob, RequestHash,
        batch::{Batch, Judge},
        job::{Answer, Job},
    },
};

/// Two tests of so many histories each: more than 200,000 steps that went through.
const HISTORIES: u64 = 5_800;
const ROUNDS: usize = 30;
const CANDIDATES: u64 = 4;
const TAKEN_MIN: u64 = 100_000;
/// How often at least happens what is rare.
const RARE_MIN: u64 = 1_000;

type Answered = Result<Changed, Denial>;

/// What becomes of a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Answered,
    /// It is in the database, and nobody hears of it.
    Unheard,
    /// It never came to be.
    Lost,
}

/// What became of the steps of all histories.
#[derive(Debug, Default)]
struct Tally {
    taken: u64,
    refused: u64,
    replayed: u64,
    reused: u64,
    unheard: u64,
    lost: u64,
    states: BTreeSet<StateName>,
}

/// A service that decides, with the hands of whoever asks something of it.
struct World<'t> {
    judge: Judge,
    clock: ManualClock,
    dice: Dice,
    tables: Tables,
    /// Who asked what and was answered.
    answered: Vec<(CommandJob, Arc<Candidate>)>,
    tally: &'t mut Tally,
}

#[test]
fn every_event_is_numbered_once_and_every_request_heeded_once() {
    all_happen(TASKS);
}

#[test]
fn events_and_requests_are_counted_once_where_two_approve() {
    all_happen(Setting { quorum: 2, ..TASKS });
}

/// Lets all histories of a setting happen. `COUNTERSIGN_SEED` makes the same ones happen again.
fn all_happen(setting: Setting) {
    let seed = std::env::var("COUNTERSIGN_SEED").map(|seed| seed.parse().expect("a whole number"));
    let seed: u64 = seed.unwrap_or_else(|_| RandomState::new().hash_one(HISTORIES));
    println!("COUNTERSIGN_SEED={seed} for {HISTORIES} histories, {setting:?}");
    let folder = tempfile::tempdir().expect("a folder");
    let judge = Judge { first_policy: Ok(policy(setting)), ..judge(folder.path()) };
    let mut tally = Tally::default();
    for number in 0..HISTORIES {
        happen(&judge, seed.wrapping_add(number), &mut tally);
    }
    println!("{tally:?}");
    assert!(tally.taken >= TAKEN_MIN && tally.states.len() >= 12, "too little happened: {tally:?}");
    let rare = [tally.replayed, tally.reused, tally.unheard, tally.lost];
    assert!(rare.into_iter().all(|count| count >= RARE_MIN), "what is rare happened too rarely: {tally:?}");
}

/// Lets one history happen.
fn happen(judge: &Judge, seed: u64, tally: &mut Tally) {
    let mut world = World {
        judge: judge.clone(),
        clock: ManualClock::new("2026-11-22T09:00:00Z".parse().expect("a time")),
        dice: Dice::new(seed),
        tables: Tables::default(),
        answered: Vec::new(),
        tally,
    };
    let mut story = Story::new();
    let names: Vec<CandidateName> = (0..CANDIDATES).map(|number| name(&story, seed, number)).collect();
    let proposals = names.iter().map(|name| {
        let propose = Propose { name: name.clone(), ..story.proposal() };
        Job::Propose(Box::new(ProposeJob { ask: ask(&actor(RULES), &format!("propose-{name}")), propose }))
    });
    world.commit(proposals.collect(), Fate::Answered).into_iter().for_each(|answer| _ = answer.expect("a candidate"));
    for round in 0..ROUNDS {
        world.clock.advance(Duration::from_millis(world.dice.of(&[1, 1, 200, 30_000, 3_600_000])));
        story.now = Moment::from(world.clock.now());
        let wishes = 1 + world.dice.below(2);
        let jobs = (0..wishes).filter_map(|number| world.wish(&mut story, &names, &format!("{round}-{number}")));
        let jobs = jobs.collect();
        world.command(jobs);
        match world.dice.below(8) {
            0 => world.ask_again(),
            1 => world.reuse(),
            _ => {}
        }
    }
}

impl World<'_> {
    /// Somebody wants something of what they see.
    fn wish(&self, story: &mut Story, names: &[CandidateName], id: &str) -> Option<CommandJob> {
        let name = &names[self.dice.below(names.len())];
        let seen = self.tables.candidate(name);
        story.candidate = Some(Candidate::clone(seen));
        let verb = match allowed_transitions(seen) {
            legal if !legal.is_empty() && self.dice.below(12) > 0 => legal[self.dice.below(legal.len())],
            _ if self.dice.below(2) == 0 => way_on(seen.state.name()),
            _ => self.dice.of(&Verb::ALL),
        };
        let who = who(&self.dice, verb);
        let mut job = job(&who, id, name, command(&self.dice, story, verb)?);
        // Neither the clock nor a claim is ever sent again.
        if matches!(who, Actor::Clock) || verb == Verb::Claim {
            job.ask.request = None;
        }
        Some(job)
    }

    /// Has jobs done. Whoever hears nothing sends what may be sent again.
    fn command(&mut self, jobs: Vec<CommandJob>) {
        let fate = match self.dice.below(20) {
            0 => Fate::Lost,
            1 => Fate::Unheard,
            _ => Fate::Answered,
        };
        let mut answers = self.commit(commands(&jobs), fate);
        match fate {
            Fate::Answered => {}
            Fate::Unheard => self.tally.unheard += 1,
            Fate::Lost => {
                self.tally.lost += 1;
                answers = self.commit(commands(&jobs), Fate::Answered);
                let is_replayed = |answer: &Answered| answer.as_ref().is_ok_and(|changed| changed.replayed);
                assert!(!answers.iter().any(is_replayed), "C-6: what was lost had left something");
            }
        }
        let kept = jobs.into_iter().zip(answers).filter(|(job, _)| job.ask.request.is_some());
        let kept: Vec<_> = kept.filter_map(|(job, answer)| Some((job, answer.ok()?.candidate))).collect();
        if fate == Fate::Unheard {
            for (job, answer) in &kept {
                self.expect_replay(job, answer);
            }
        }
        self.answered.extend(kept);
    }

    /// C-6: whoever asks again, however late, hears what they heard.
    fn ask_again(&mut self) {
        if let Some((job, answer)) = self.one_answered() {
            self.expect_replay(&job, &answer);
        }
    }

    fn expect_replay(&mut self, job: &CommandJob, answer: &Arc<Candidate>) {
        let [again] = self.commit(commands(slice::from_ref(job)), Fate::Answered).try_into().expect("one answer");
        let again = again.expect("C-6: answered again");
        assert!(again.replayed && again.candidate == *answer, "C-6: another answer to the same request");
        self.tally.replayed += 1;
    }

    /// C-6: what was asked stands for nothing else.
    fn reuse(&mut self) {
        let Some((mut job, _)) = self.one_answered() else { return };
        let (id, _) = job.ask.request.take().expect("it was answered under one");
        job.ask.request = Some((id, RequestHash::of("test", &"something else".to_owned())));
        let [refused] = self.commit(commands(&[job]), Fate::Answered).try_into().expect("one answer");
        assert!(matches!(refused, Err(Denial::RequestIdReused(_))), "C-6: other content under the same id");
        self.tally.reused += 1;
    }

    fn one_answered(&self) -> Option<(CommandJob, Arc<Candidate>)> {
        let index = self.dice.below(self.answered.len().max(1));
        self.answered.get(index).cloned()
    }

    /// Judges jobs in one batch, and keeps what it says to write unless the commit is lost.
    fn commit(&mut self, jobs: Vec<Job>, fate: Fate) -> Vec<Answered> {
        let known = self.tables.load(&jobs);
        let mut batch = Batch::new(&self.judge, Moment::from(self.clock.now()), known);
        let answers: Vec<Answered> = jobs.into_iter().map(|job| candidate(batch.answer(job))).collect();
        let (mut writes, _) = batch.finish();
        if fate == Fate::Lost {
            return answers;
        }
        let changes = answers.iter().flatten().filter(|changed| !changed.replayed);
        self.tally.states.extend(changes.clone().map(|changed| changed.candidate.state.name()));
        let taken = changes.count();
        assert_eq!(taken == 0, writes.is_empty(), "what changes nothing writes nothing, and nothing else");
        self.tally.taken += u64::try_from(taken).expect("few");
        self.tally.refused += u64::try_from(answers.iter().filter(|answer| answer.is_err()).count()).expect("few");
        self.judge.policies.extend(std::mem::take(&mut writes.in_force));
        self.tables.keep(writes);
        answers
    }
}

fn commands(jobs: &[CommandJob]) -> Vec<Job> {
    jobs.iter().cloned().map(Box::new).map(Job::Command).collect()
}

fn candidate(answer: Answer) -> Answered {
    match answer {
        Answer::Candidate(answer) => answer,
        other => panic!("an answer to something else: {other:?}"),
    }
}
