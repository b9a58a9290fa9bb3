use std::{collections::HashMap, sync::Arc};

use ledger_format::{APPROVING_KIND, ContentKey, Receipt, Salt, commit_content, custody::content_subject, leaf_hash};
use service_kit::ids::Ids;

use super::{Appended, Refusal};
use crate::{
    contents::Unsealed,
    entry::{NewEntry, Standing},
    log::Log,
    store::content_keys::KeyNumber,
};

/// Keys of subjects, by the subject.
pub(super) type SubjectKeys = HashMap<String, (KeyNumber, ContentKey)>;

/// What one commit adds to one log, as jobs are settled one after the other.
#[derive(Debug)]
pub(super) struct Staging {
    log: Arc<Log>,
    /// Index that the next new entry gets.
    next_index: u64,
    /// Append time of every new entry of this commit, in microseconds since the epoch.
    appended_at_us: i64,
    /// Keys that stand in the log already, and those staged so far.
    standing: HashMap<String, Standing>,
    rows: Vec<Unsealed>,
    holds_approval: bool,
    /// Keys that the subjects of these jobs have already.
    keys: SubjectKeys,
}

impl Staging {
    pub(super) fn new(
        log: Arc<Log>,
        size: u64,
        appended_at_us: i64,
        standing: HashMap<String, Standing>,
        keys: SubjectKeys,
    ) -> Self {
        Self { log, next_index: size, appended_at_us, standing, rows: Vec::new(), holds_approval: false, keys }
    }

    /// Settles one job: what it gets once the commit stands. A refused one leaves nothing behind.
    ///
    /// A key that stands already, in the log or earlier in this commit, gets its receipt again (L-5); every other one the next
    /// index (L-1).
    pub(super) fn settle(&mut self, entries: Vec<NewEntry>, ids: &dyn Ids) -> Result<Vec<Appended>, Refusal> {
        let before = self.rows.len();
        let mut answers = Vec::with_capacity(entries.len());
        for entry in entries {
            match self.standing.get(&entry.idempotency_key) {
                Some(standing) => match standing.admit(&entry, &self.log.origin) {
                    Ok(receipt) => answers.push(Appended { receipt, replayed: true }),
                    Err(conflict) => {
                        self.undo(before);
                        return Err(conflict.into());
                    }
                },
                None => answers.push(Appended { receipt: self.stage(entry, ids), replayed: false }),
            }
        }
        Ok(answers)
    }

    /// Tells whether an approval is among the new entries: no permit is given before a checkpoint covers it.
    pub(super) fn holds_approval(&self) -> bool {
        self.holds_approval
    }

    pub(super) fn into_rows(self) -> (Vec<Unsealed>, SubjectKeys) {
        (self.rows, self.keys)
    }

    /// Tells whether an entry stands under a key.
    pub(super) fn knows(&self, idempotency_key: &str) -> bool {
        self.standing.contains_key(idempotency_key)
    }

    /// Returns the index that the next new entry gets.
    pub(super) fn next_index(&self) -> u64 {
        self.next_index
    }

    fn stage(&mut self, entry: NewEntry, ids: &dyn Ids) -> Receipt {
        self.holds_approval |= entry.kind == APPROVING_KIND;
        let salt = Salt::new(ids.random_32());
        let leaf = entry.encode_leaf(&self.log.origin, self.appended_at_us, commit_content(&salt, &entry.content));
        let receipt = Receipt { index: self.next_index, leaf_hash: leaf_hash(&leaf) };
        let standing = Standing::of_new(receipt, self.appended_at_us, salt);
        self.standing.insert(entry.idempotency_key.clone(), standing);
        self.rows.push(Unsealed {
            index: receipt.index,
            leaf_hash: receipt.leaf_hash,
            salt,
            content_subject: content_subject(&entry.kind, &entry.subject, receipt.index).into_owned(),
            idempotency_key: entry.idempotency_key,
            leaf,
            content: entry.content,
        });
        self.next_index += 1;
        receipt
    }

    fn undo(&mut self, rows: usize) {
        for row in self.rows.drain(rows..).rev() {
            self.standing.remove(&row.idempotency_key);
            self.next_index = row.index;
        }
    }
}

#[cfg(test)]
mod tests {
    use countersign_api::name::Workspace;
    use ledger_format::PrincipalKind;
    use proptest::{collection::vec, prelude::*};
    use service_kit::{health::Health, ids::SeededIds};

    use super::*;
    use crate::{log::Logs, origin::Origins};

    fn staging(size: u64) -> Staging {
        let logs = Logs::new(Origins::new("countersign.local").expect("a prefix"), Health::new());
        let log = logs.of(&Workspace::new("demo").expect("an id"));
        Staging::new(log, size, 1_000, HashMap::new(), HashMap::new())
    }

    fn entry(key: &str, content: &str) -> NewEntry {
        NewEntry {
            idempotency_key: key.to_owned(),
            kind: "candidate_proposed".to_owned(),
            subject: "workspaces/demo/candidates/0192".to_owned(),
            subject_revision: 1,
            principal_kind: PrincipalKind::Service,
            principal_reference: "p-1".to_owned(),
            payload_digest: None,
            content: content.as_bytes().to_vec(),
        }
    }

    fn indices(answers: &[Appended]) -> Vec<(u64, bool)> {
        answers.iter().map(|answer| (answer.receipt.index, answer.replayed)).collect()
    }

    #[test]
    fn new_keys_get_dense_indices_and_known_ones_their_receipt() {
        let ids = SeededIds::new(1);
        let mut staging = staging(7);
        let first = staging.settle(vec![entry("a", "1"), entry("b", "2"), entry("a", "1")], &ids).expect("taken");
        assert_eq!(indices(&first), [(7, false), (8, false), (7, true)]);
        let second = staging.settle(vec![entry("c", "3"), entry("b", "2")], &ids).expect("taken");
        assert_eq!(indices(&second), [(9, false), (8, true)]);
        assert_eq!(second[1].receipt, first[1].receipt);
        assert_eq!(staging.into_rows().0.iter().map(|row| row.index).collect::<Vec<_>>(), [7, 8, 9]);
    }

    #[test]
    fn a_refused_job_leaves_neither_rows_nor_keys() {
        let ids = SeededIds::new(1);
        let mut staging = staging(0);
        staging.settle(vec![entry("a", "1")], &ids).expect("taken");
        let refused = staging.settle(vec![entry("b", "2"), entry("c", "3"), entry("a", "other")], &ids);
        assert!(matches!(refused, Err(Refusal::KeyReused(conflict)) if conflict.index == 0));
        let next = staging.settle(vec![entry("b", "not what was refused")], &ids).expect("`b` is free again");
        assert_eq!(indices(&next), [(1, false)]);
    }

    #[test]
    fn an_approval_among_new_entries_is_noticed_and_one_sent_again_is_not() {
        let ids = SeededIds::new(1);
        let approval = || NewEntry { kind: APPROVING_KIND.to_owned(), ..entry("b", "2") };
        let mut staging = staging(0);
        staging.settle(vec![entry("a", "1")], &ids).expect("taken");
        assert!(!staging.holds_approval());
        staging.settle(vec![approval()], &ids).expect("taken");
        assert!(staging.holds_approval());
        let standing = std::mem::take(&mut staging.standing);
        let mut next = Staging { standing, ..self::staging(2) };
        next.settle(vec![approval()], &ids).expect("its receipt again");
        assert!(!next.holds_approval());
    }

    #[test]
    fn equal_contents_have_different_commitments() {
        let ids = SeededIds::new(1);
        let mut staging = staging(0);
        staging.settle(vec![entry("a", "yes"), entry("b", "yes")], &ids).expect("taken");
        let (rows, _) = staging.into_rows();
        assert_ne!(rows[0].salt, rows[1].salt);
    }

    /// The rules said plainly: what each job of a history gets, a job refused leaving nothing behind.
    fn model(history: &[Vec<(u8, u8)>]) -> Vec<Option<Vec<(u64, bool)>>> {
        let mut log: Vec<(u8, u8)> = Vec::new();
        let mut answers = Vec::new();
        for job in history {
            let mut grown = log.clone();
            let mut answer = Some(Vec::new());
            for &(key, content) in job {
                let standing = grown.iter().position(|&(stands, _)| stands == key);
                let outcome = match standing {
                    Some(index) if grown[index].1 == content => Some((index as u64, true)),
                    Some(_) => None,
                    None => {
                        grown.push((key, content));
                        Some((grown.len() as u64 - 1, false))
                    }
                };
                answer = answer.zip(outcome).map(|(mut answer, outcome)| {
                    answer.push(outcome);
                    answer
                });
            }
            if answer.is_some() {
                log = grown;
            }
            answers.push(answer);
        }
        answers
    }

    proptest! {
        #[test]
        fn any_history_of_jobs_is_settled_as_the_rules_say(
            history in vec(vec((0..6_u8, 0..2_u8), 1..5), 1..12),
        ) {
            let ids = SeededIds::new(1);
            let mut staging = staging(0);
            let settled: Vec<_> = history
                .iter()
                .map(|job| {
                    let entries = job.iter().map(|(key, content)| entry(&key.to_string(), &content.to_string())).collect();
                    staging.settle(entries, &ids).ok().map(|answers| indices(&answers))
                })
                .collect();
            prop_assert_eq!(settled, model(&history));
            let (rows, _) = staging.into_rows();
            let expected: Vec<u64> = (0..rows.len() as u64).collect();
            prop_assert_eq!(rows.iter().map(|row| row.index).collect::<Vec<_>>(), expected);
        }
    }
}
