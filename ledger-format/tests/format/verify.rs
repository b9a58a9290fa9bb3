//! The streaming verifier: a whole log passes, and every kind of change is found at its index.

use ledger_format::verify::What;
use ledger_format::{
    Checkpoint, Column, Content, EntryParts, Finding, Hash, Leaf, LogVerifier, PayloadDigest, PrincipalKind, Salt,
    Verified, leaf::Field,
};

use crate::log::{self, ORIGIN, Row, Tree};

const SIZE: u64 = 24;

/// Reads rows to the end against the checkpoint that was signed before anything was changed.
fn verify(rows: &[Row]) -> Result<Verified, Finding> {
    let mut verifier = LogVerifier::new(ORIGIN);
    for row in rows {
        verifier.entry(row.parts(&row.columns()))?;
    }
    verifier.finish(&Tree::of_rows(&log::rows(SIZE)).checkpoint())
}

fn finding(rows: &[Row]) -> Finding {
    verify(rows).unwrap_err()
}

fn flip_text(text: &str, at: usize) -> String {
    let mut bytes = text.as_bytes().to_vec();
    bytes[at] ^= 1;
    String::from_utf8(bytes).unwrap()
}

#[test]
fn an_untouched_log_is_found_whole() {
    let expected = Tree::of_rows(&log::rows(SIZE)).frontier.root();
    assert_eq!(verify(&log::rows(SIZE)), Ok(Verified { size: SIZE, root: expected, erased: 0 }));
    let empty = LogVerifier::new(ORIGIN).finish(&Tree::default().checkpoint()).unwrap();
    assert_eq!(empty.size, 0);
}

#[test]
fn every_flipped_bit_of_leaf_hash_salt_and_content_is_found_at_its_entry() {
    type Bytes = fn(&mut Row, usize, u8) -> bool;
    let spoil_leaf: Bytes = |row, at, bit| row.leaf.get_mut(at).map(|byte| *byte ^= bit).is_some();
    let spoil_content: Bytes = |row, at, bit| row.content.get_mut(at).map(|byte| *byte ^= bit).is_some();
    let spoil_hash: Bytes = |row, at, bit| {
        let mut bytes = *row.leaf_hash.as_bytes();
        let done = bytes.get_mut(at).map(|byte| *byte ^= bit).is_some();
        row.leaf_hash = Hash::new(bytes);
        done
    };
    let spoil_salt: Bytes = |row, at, bit| {
        let mut bytes = *row.salt.as_bytes();
        let done = bytes.get_mut(at).map(|byte| *byte ^= bit).is_some();
        row.salt = Salt::new(bytes);
        done
    };
    let whole = log::rows(SIZE);
    for spoil in [spoil_leaf, spoil_content, spoil_hash, spoil_salt] {
        for index in [0, 11, 23] {
            let mut at = 0;
            loop {
                let mut rows = whole.clone();
                if !spoil(&mut rows[index], at, 1 << (at % 8)) {
                    break;
                }
                assert_eq!(finding(&rows).index, index as u64, "byte {at} of entry {index}");
                at += 1;
            }
            assert!(at > 10, "the column was walked through");
        }
    }
}

#[test]
fn every_changed_column_is_found_and_named() {
    type Change = fn(&mut Row);
    let changes: [(Field, Change); 8] = [
        (Field::IdempotencyKey, |row| row.idempotency_key = flip_text(&row.idempotency_key, 0)),
        (Field::Kind, |row| row.kind = flip_text(&row.kind, 3)),
        (Field::Subject, |row| row.subject.push('0')),
        (Field::SubjectRevision, |row| row.subject_revision += 1),
        (Field::PrincipalKind, |row| row.principal_kind = PrincipalKind::Service),
        (Field::PrincipalReference, |row| row.principal_reference = flip_text(&row.principal_reference, 1)),
        (Field::AppendedAt, |row| row.appended_at_us += 1),
        (Field::PayloadDigest, |row| {
            row.payload_digest = match row.payload_digest {
                None => Some(PayloadDigest::new([0; 32])),
                Some(_) => None,
            }
        }),
    ];
    for (column, change) in changes {
        for index in 0..SIZE {
            let mut rows = log::rows(SIZE);
            change(&mut rows[usize::try_from(index).unwrap()]);
            assert_eq!(finding(&rows), Finding { index, what: What::ColumnDiffers { column } });
        }
    }
}

#[test]
fn origin_and_commitment_columns_are_compared_too() {
    let row = Row::at(0);
    let leaf = Leaf::decode(&row.leaf).unwrap();
    let check = |column| LogVerifier::new(ORIGIN).entry(row.parts(&[column]));
    assert_eq!(check(Column::Origin(ORIGIN)), Ok(()));
    assert_eq!(check(Column::Commitment(leaf.commitment)), Ok(()));
    let differs = |column| Err(Finding { index: 0, what: What::ColumnDiffers { column } });
    assert_eq!(check(Column::Origin("other")), differs(Field::Origin));
    let other = ledger_format::Commitment::new([0; 32]);
    assert_eq!(check(Column::Commitment(other)), differs(Field::Commitment));
}

#[test]
fn a_lost_doubled_or_swapped_entry_is_found_where_it_should_stand() {
    let whole = log::rows(SIZE);
    for index in 0..SIZE - 1 {
        let at = usize::try_from(index).unwrap();
        let mut lost = whole.clone();
        lost.remove(at);
        assert_eq!(finding(&lost), Finding { index, what: What::IndexNotDense { found: index + 1 } });

        let mut doubled = whole.clone();
        doubled.insert(at, whole[at].clone());
        assert_eq!(finding(&doubled), Finding { index: index + 1, what: What::IndexNotDense { found: index } });

        let mut swapped = whole.clone();
        swapped.swap(at, at + 1);
        assert_eq!(finding(&swapped).index, index);
    }
}

#[test]
fn entries_renumbered_to_hide_a_loss_change_the_root() {
    let mut rows = log::rows(SIZE);
    rows.remove(7);
    rows.push(Row::at(SIZE));
    for (row, index) in rows.iter_mut().zip(0..) {
        row.index = index;
    }
    assert!(matches!(finding(&rows), Finding { index: 0, what: What::RootDiffers { end: SIZE, .. } }));
}

#[test]
fn a_cut_off_or_grown_tail_is_found() {
    let rows = log::rows(SIZE + 1);
    let cut = Finding { index: SIZE - 1, what: What::SizeDiffers { read: SIZE - 1, signed: SIZE } };
    assert_eq!(verify(&rows[..23]), Err(cut));
    let grown = Finding { index: SIZE, what: What::SizeDiffers { read: SIZE + 1, signed: SIZE } };
    assert_eq!(verify(&rows), Err(grown));
}

#[test]
fn a_leaf_rewritten_with_its_hash_is_narrowed_down_by_earlier_checkpoints() {
    let mut rows = log::rows(SIZE);
    let mut leaf = Leaf::decode(&rows[13].leaf).unwrap().to_owned_leaf();
    leaf.principal_reference = "principals/someone-else".to_owned();
    rows[13] = Row::of(13, &leaf, rows[13].salt, rows[13].content.clone());
    assert!(matches!(finding(&rows), Finding { index: 0, what: What::RootDiffers { end: SIZE, .. } }));

    let mut verifier = LogVerifier::new(ORIGIN);
    let mut found = None;
    for row in &rows {
        verifier.entry(row.parts(&row.columns())).unwrap();
        if verifier.size().is_multiple_of(4) {
            let signed = Tree::of_rows(&log::rows(verifier.size())).checkpoint();
            found = found.or(verifier.checkpoint(&signed).err());
        }
    }
    assert!(matches!(found, Some(Finding { index: 12, what: What::RootDiffers { end: 16, .. } })));
}

#[test]
fn stored_subtree_hashes_name_a_rewritten_leaf() {
    let kept = Tree::of_rows(&log::rows(SIZE)).subtrees;
    let mut rows = log::rows(SIZE);
    let mut leaf = Leaf::decode(&rows[13].leaf).unwrap().to_owned_leaf();
    leaf.kind = "candidate_rejected".to_owned();
    rows[13] = Row::of(13, &leaf, rows[13].salt, rows[13].content.clone());
    let mut verifier = LogVerifier::new(ORIGIN);
    let mut first = None;
    for row in &rows {
        let completed = |subtree, hash| {
            if kept[&subtree] != hash {
                first.get_or_insert(row.index);
            }
        };
        verifier.entry_with(row.parts(&row.columns()), completed).unwrap();
    }
    assert_eq!(first, Some(13));
}

#[test]
fn time_may_stand_still_but_never_runs_backwards() {
    let mut rows = log::rows(SIZE);
    assert_eq!(rows[0].appended_at_us, rows[1].appended_at_us);
    let mut leaf = Leaf::decode(&rows[9].leaf).unwrap().to_owned_leaf();
    leaf.appended_at_us = rows[8].appended_at_us - 1;
    rows[9] = Row::of(9, &leaf, rows[9].salt, rows[9].content.clone());
    let what = What::TimeBackwards { before_us: rows[8].appended_at_us, found_us: leaf.appended_at_us };
    assert_eq!(finding(&rows), Finding { index: 9, what });
}

#[test]
fn an_entry_of_another_log_is_found() {
    let mut rows = log::rows(SIZE);
    let mut leaf = Leaf::decode(&rows[4].leaf).unwrap().to_owned_leaf();
    leaf.origin = "ledger.example/workspaces/other".to_owned();
    rows[4] = Row::of(4, &leaf, rows[4].salt, rows[4].content.clone());
    let what = What::LeafOfOtherLog { found: leaf.origin };
    assert_eq!(finding(&rows), Finding { index: 4, what });
}

#[test]
fn erased_content_leaves_the_log_whole_and_is_counted() {
    let rows = log::rows(SIZE);
    let mut verifier = LogVerifier::new(ORIGIN);
    for row in &rows {
        let columns = row.columns();
        let parts = row.parts(&columns);
        let content = if row.index % 2 == 0 { Content::Erased } else { parts.content };
        verifier.entry(EntryParts { content, ..parts }).unwrap();
    }
    let whole = verifier.finish(&Tree::of_rows(&rows).checkpoint()).unwrap();
    assert_eq!((whole.size, whole.erased), (SIZE, 12));
}

#[test]
fn the_root_is_told_only_at_the_size_that_was_read() {
    let mut verifier = LogVerifier::new(ORIGIN);
    let row = Row::at(0);
    verifier.entry(row.parts(&row.columns())).unwrap();
    assert_eq!(verifier.root_at(1), Some(verifier.root()));
    assert_eq!((verifier.root_at(0), verifier.root_at(2)), (None, None));
}

#[test]
fn a_refused_entry_is_not_added() {
    let (good, mut bad) = (Row::at(0), Row::at(0));
    bad.content.push(0);
    let mut verifier = LogVerifier::new(ORIGIN);
    assert!(verifier.entry(bad.parts(&bad.columns())).is_err());
    assert_eq!(verifier.size(), 0);
    assert_eq!(verifier.entry(good.parts(&good.columns())), Ok(()));
}

#[test]
fn a_checkpoint_of_another_log_proves_nothing() {
    let foreign = Checkpoint::new("other", 0, ledger_format::empty_root()).unwrap();
    let finding = LogVerifier::new(ORIGIN).finish(&foreign).unwrap_err();
    assert_eq!(finding, Finding { index: 0, what: What::CheckpointOfOtherLog { found: "other".to_owned() } });
}
