use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use super::{Refusal, question::Question};

/// The most answers kept in memory; after that, all are forgotten and found again.
pub const ANSWERS_MAX: usize = 16_384;

/// The answers given so far. They never go out of date: a question holds all that its answer depends on, and the rules do
/// not change.
#[derive(Debug, Default)]
pub(super) struct Remembered {
    answers: RwLock<HashMap<Question, Answer>>,
}

pub(super) type Answer = Result<(), Arc<Refusal>>;

impl Remembered {
    /// Returns the answer given before, or else finds and keeps it.
    pub(super) fn answer(&self, question: Question, find: impl FnOnce(&Question) -> Answer) -> Answer {
        if let Some(answer) = self.answers.read().unwrap_or_else(PoisonError::into_inner).get(&question) {
            return answer.clone();
        }
        let answer = find(&question);
        let mut answers = self.answers.write().unwrap_or_else(PoisonError::into_inner);
        if answers.len() >= ANSWERS_MAX {
            answers.clear();
        }
        answers.insert(question, answer.clone());
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{Principal, Role, Rpc, Scope};

    fn question(number: usize) -> Question {
        let id = format!("humans/p{number}").parse().expect("an id");
        let principal = Principal::new(id, Scope::All, [Role::Reviewer]).expect("a principal");
        let rpc = Rpc::all().next().expect("the contract has rpcs");
        Question::new(Arc::new(principal), rpc, None)
    }

    fn never(_: &Question) -> Answer {
        panic!("the answer is known")
    }

    #[test]
    fn an_answer_is_found_once() {
        let remembered = Remembered::default();
        assert_eq!(
            remembered.answer(question(1), |_| Err(Arc::new(Refusal::OutOfReach))),
            Err(Refusal::OutOfReach.into())
        );
        assert_eq!(remembered.answer(question(1), never), Err(Refusal::OutOfReach.into()));
        assert_eq!(remembered.answer(question(2), |_| Ok(())), Ok(()));
    }

    #[test]
    fn what_is_remembered_stays_bounded() {
        let remembered = Remembered::default();
        let kept = || remembered.answers.read().expect("no panic").len();
        for number in 0..ANSWERS_MAX {
            remembered.answer(question(number), |_| Ok(())).expect("permitted");
            assert_eq!(kept(), number + 1);
        }
        remembered.answer(question(ANSWERS_MAX), |_| Ok(())).expect("permitted");
        assert_eq!(kept(), 1);
        assert_eq!(remembered.answer(question(ANSWERS_MAX), never), Ok(()));
    }
}
