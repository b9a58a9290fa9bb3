//! What both stores promise to the rest of the service, asked of each by the same code.

use std::collections::BTreeMap;

use countersign_api::name::Workspace;
use ledger_format::{Hash, Leaf, PrincipalKind, Salt, Tile, TileId, commit_content, leaf_hash};
use ledger_svc::{
    custody::Change,
    log::{Head, RightEdge},
    store::{
        CheckpointRow, Commit, EntryRow, HeadMove, Hold, LedgerStore, LedgerWriter, SubjectKeyRow, TileRow, read, tree,
    },
};

use crate::bench::{Files, workspace};

crate::bench::on_both! {
    an_empty_store_answers_with_nothing,
    what_was_committed_reads_back_as_it_was_written,
    keys_that_stand_are_found_and_others_are_not,
    a_range_ends_at_its_rows_its_bytes_or_its_end,
    full_tiles_and_the_edge_give_the_tree_at_every_size,
    a_commit_is_there_as_a_whole_or_not_at_all,
    checkpoints_follow_each_other,
    subjects_have_one_key_in_use_and_an_erasure_empties_what_is_sealed_under_it,
    holds_stand_until_they_are_released,
    logs_are_apart,
}

/// A log that grows, as its appender would write it.
struct Growing {
    writer: LedgerWriter,
    workspace: Workspace,
    edge: RightEdge,
    rows: BTreeMap<u64, (Vec<u8>, Vec<u8>)>,
}

impl Growing {
    async fn new(store: &LedgerStore, workspace: Workspace) -> Self {
        let writer = store.writer().await.expect("a writer");
        Self { writer, workspace, edge: RightEdge::default(), rows: BTreeMap::new() }
    }

    fn row(&self, index: u64) -> EntryRow {
        let content = format!("{index} in {}", self.workspace)
            .repeat(usize::try_from(index % 5).expect("small") + 1)
            .into_bytes();
        let salt = Salt::new([u8::try_from(index % 251).expect("small"); 32]);
        let key = format!("k/{index}");
        let leaf = Leaf {
            origin: "countersign.local/workspaces/demo",
            kind: "candidate_proposed",
            subject: "workspaces/demo/candidates/1",
            subject_revision: 1,
            principal_kind: PrincipalKind::Human,
            principal_reference: "p-1",
            appended_at_us: i64::try_from(index).expect("small"),
            idempotency_key: key.as_str(),
            payload_digest: None,
            commitment: commit_content(&salt, &content),
        };
        let leaf = leaf.encode().expect("a leaf");
        EntryRow {
            workspace: self.workspace.clone(),
            index,
            leaf_hash: leaf_hash(&leaf),
            content_key: 1 + index % 3,
            idempotency_key: key,
            leaf,
            sealed: content,
        }
    }

    /// Prepares the next entries and where they bring the head.
    fn next(&mut self, count: u64) -> Commit {
        let from = self.edge.head();
        let mut commit = Commit::default();
        for index in from.size..from.size + count {
            let row = self.row(index);
            let mut full = Vec::new();
            self.edge.append(row.leaf_hash, &mut full);
            let tiles = full.into_iter().map(|tile| TileRow { workspace: self.workspace.clone(), tile });
            commit.tiles.extend(tiles);
            self.rows.insert(index, (row.leaf.clone(), row.sealed.clone()));
            commit.entries.push(row);
        }
        commit.moves = vec![HeadMove { workspace: self.workspace.clone(), from, to: self.edge.head() }];
        commit
    }

    async fn grow(&mut self, count: u64) -> Head {
        let commit = self.next(count);
        self.commit(commit).await;
        self.edge.head()
    }

    async fn commit(&mut self, commit: Commit) -> Vec<Workspace> {
        self.writer.begin(&[&self.workspace]).await.expect("a turn");
        self.writer.commit(commit).await.expect("committed")
    }

    /// Commits one entry and what it changes about contents.
    async fn change(&mut self, change: Change) {
        let commit = Commit { change: Some(change), ..self.next(1) };
        self.commit(commit).await;
    }

    async fn store_checkpoint(&mut self, size: u64, previous_size: u64) -> Vec<Workspace> {
        let row =
            CheckpointRow { workspace: self.workspace.clone(), size, previous_size, signed_note: format!("{size}\n") };
        self.commit(Commit { checkpoints: vec![row], ..Commit::default() }).await
    }
}

async fn open(files: &Files) -> (LedgerStore, Growing) {
    let store = LedgerStore::open(&files.place().ledger()).await.expect("it opens");
    let growing = Growing::new(&store, workspace()).await;
    (store, growing)
}

async fn an_empty_store_answers_with_nothing(files: Files) {
    let (store, _) = open(&files).await;
    let mut reader = store.reader().await.expect("a reader");
    let rows = &mut reader.rows();
    assert_eq!(read::size(rows, &workspace()).await.expect("read"), 0);
    assert_eq!(read::entry(rows, &workspace(), 0).await.expect("read"), None);
    assert_eq!(read::entry_by_key(rows, &workspace(), "k").await.expect("read"), None);
    assert_eq!(read::last_checkpoint(rows, &workspace()).await.expect("read"), None);
    assert!(store.workspaces().await.expect("read").is_empty());
}

async fn what_was_committed_reads_back_as_it_was_written(files: Files) {
    let (store, mut log) = open(&files).await;
    log.grow(300).await;
    let mut reader = store.reader().await.expect("a reader");
    let rows = &mut reader.rows();
    assert_eq!(read::size(rows, &workspace()).await.expect("read"), 300);
    for index in [0, 1, 255, 256, 299] {
        let expected = log.row(index);
        let entry = read::entry(rows, &workspace(), index).await.expect("read").expect("an entry");
        assert_eq!(
            (entry.index, entry.leaf_hash, entry.content_key),
            (index, expected.leaf_hash, expected.content_key)
        );
        assert_eq!((entry.leaf.to_vec(), entry.sealed.to_vec()), (expected.leaf, expected.sealed));
        let by_key = read::entry_by_key(rows, &workspace(), &format!("k/{index}")).await.expect("read");
        assert_eq!(by_key, Some(entry));
    }
    assert_eq!(read::entry(rows, &workspace(), 300).await.expect("read"), None);
    let asked = [299, 0, 0, 256];
    let leaves = read::leaves(rows, &workspace(), &asked).await.expect("read");
    assert_eq!(
        leaves.iter().map(|leaf| leaf.to_vec()).collect::<Vec<_>>(),
        asked.map(|index| log.rows[&index].0.clone())
    );
    read::leaves(rows, &workspace(), &[300]).await.expect_err("it is not there");
    let hashes = read::checked_leaf_hashes(rows, &workspace(), 10, 20).await.expect("read");
    assert_eq!(hashes, (10..20).map(|index| leaf_hash(&log.rows[&index].0)).collect::<Vec<_>>());
    read::checked_leaf_hashes(rows, &workspace(), 290, 301).await.expect_err("one is not there");
}

async fn keys_that_stand_are_found_and_others_are_not(files: Files) {
    let (_store, mut log) = open(&files).await;
    log.grow(600).await;
    let keys: Vec<String> = (590..610).chain(0..300).map(|index| format!("k/{index}")).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let of = workspace();
    log.writer.begin(&[&of]).await.expect("a turn");
    let standing = log.writer.standing(&of, &keys).await.expect("read");
    assert_eq!(standing.len(), 310);
    let expected = log.row(595);
    let (_, found) = standing.iter().find(|(key, _)| key == "k/595").expect("it stands");
    assert_eq!((found.index, found.leaf_hash), (595, expected.leaf_hash));
    assert!(!standing.iter().any(|(key, _)| key == "k/600"));
    log.writer.leave().await;
}

async fn a_range_ends_at_its_rows_its_bytes_or_its_end(files: Files) {
    let (store, mut log) = open(&files).await;
    log.grow(40).await;
    let mut reader = store.reader().await.expect("a reader");
    let rows = &mut reader.rows();
    let of = workspace();
    let mut range = async |start, end, rows_max, bytes_max| {
        let entries = read::entry_range(rows, &of, start, end, rows_max, bytes_max).await.expect("read");
        entries.iter().map(|entry| entry.index).collect::<Vec<_>>()
    };
    assert_eq!(range(5, 9, 100, usize::MAX >> 1).await, [5, 6, 7, 8]);
    assert_eq!(range(5, 40, 3, usize::MAX >> 1).await, [5, 6, 7]);
    assert_eq!(range(39, 40, 3, 1).await, [39], "one at least");
    let bytes: usize = (0..4).map(|index| log.rows[&index].0.len() + log.rows[&index].1.len()).sum();
    assert_eq!(range(0, 40, 100, bytes).await, [0, 1, 2, 3], "the one that reaches the bound is the last");
    assert_eq!(range(0, 40, 100, bytes + 1).await, [0, 1, 2, 3, 4]);
}

async fn full_tiles_and_the_edge_give_the_tree_at_every_size(files: Files) {
    let (store, mut log) = open(&files).await;
    let mut heads = vec![log.grow(1).await];
    for count in [254, 1, 1, 255, 300, 700] {
        heads.push(log.grow(count).await);
    }
    let mut reader = store.reader().await.expect("a reader");
    let rows = &mut reader.rows();
    let roots = store.tile_roots();
    let last = heads.last().expect("some").size;
    for head in heads {
        let tiles = tree::partial_tiles(rows, roots, &workspace(), head.size).await.expect("read");
        assert_eq!(RightEdge::from_partial_tiles(head.size, &tiles).head(), head, "the edge at {}", head.size);
        let edge = ledger_format::Frontier::right_edge(head.size);
        let hashes = tree::tree_hashes(rows, roots, &workspace(), last, edge).await.expect("read");
        assert_eq!(ledger_format::Frontier::load(head.size, &hashes).expect("all read").root(), head.root);
    }
    let id = TileId::new(0, 2, 256).expect("a tile");
    let tile: Tile = tree::full_tile(rows, &workspace(), id).await.expect("read");
    let expected: Vec<Hash> = (512..768).map(|index| leaf_hash(&log.rows[&index].0)).collect();
    assert_eq!(tile.hashes(), expected);
    let missing = TileId::new(0, 9, 256).expect("a tile");
    tree::full_tile(rows, &workspace(), missing).await.expect_err("it is not full yet");
}

async fn a_commit_is_there_as_a_whole_or_not_at_all(files: Files) {
    let (store, mut log) = open(&files).await;
    log.grow(10).await;
    let mut commit = log.next(5);
    // The last row takes the place of one that stands.
    commit.entries.last_mut().expect("five").index = 3;
    log.writer.begin(&[&workspace()]).await.expect("a turn");
    log.writer.commit(commit).await.expect_err("an index stands once");
    assert_eq!(read::size(&mut store.reader().await.expect("a reader").rows(), &workspace()).await.expect("read"), 10);
}

async fn checkpoints_follow_each_other(files: Files) {
    let (store, mut log) = open(&files).await;
    log.grow(10).await;
    assert!(log.store_checkpoint(4, 0).await.is_empty());
    assert!(log.store_checkpoint(10, 4).await.is_empty());
    let last =
        read::last_checkpoint(&mut store.reader().await.expect("a reader").rows(), &workspace()).await.expect("read");
    let last = last.expect("stored");
    assert_eq!((last.size, last.previous_size, last.signed_note.as_str()), (10, 4, "10\n"));
}

async fn logs_are_apart(files: Files) {
    let (store, mut log) = open(&files).await;
    log.grow(3).await;
    drop(log);
    let mut other = Growing::new(&store, Workspace::new("other").expect("an id")).await;
    other.grow(5).await;
    let mut reader = store.reader().await.expect("a reader");
    assert_eq!(read::size(&mut reader.rows(), &workspace()).await.expect("read"), 3);
    assert_eq!(read::size(&mut reader.rows(), &other.workspace).await.expect("read"), 5);
    assert_eq!(store.workspaces().await.expect("read"), [workspace(), other.workspace.clone()]);
}

const ANNA: &str = "workspaces/demo/candidates/1";
const BOB: &str = "workspaces/demo/candidates/2";

fn key_of(subject: &str, first_index: u64, content_key: u64) -> SubjectKeyRow {
    SubjectKeyRow { workspace: workspace(), subject: subject.to_owned(), first_index, content_key }
}

async fn subjects_have_one_key_in_use_and_an_erasure_empties_what_is_sealed_under_it(files: Files) {
    let (store, mut log) = open(&files).await;
    let commit = Commit { subject_keys: vec![key_of(ANNA, 0, 1), key_of(BOB, 1, 2)], ..log.next(7) };
    log.commit(commit).await;
    let mut reader = store.reader().await.expect("a reader");
    let (rows, of) = (&mut reader.rows(), workspace());
    let in_use = read::keys_in_use(rows, &of, &[ANNA, BOB, "nobody"]).await.expect("read");
    assert_eq!(
        in_use.into_iter().collect::<BTreeMap<_, _>>(),
        BTreeMap::from([(ANNA.to_owned(), 1), (BOB.to_owned(), 2)])
    );
    assert_eq!(read::assigned_max(rows).await.expect("read"), Some(2));
    assert_eq!(read::latest_erasure(rows, &of, ANNA).await.expect("read"), None);

    // Entries 0, 3 and 6 are sealed under key 1.
    log.change(Change::Erase { workspace: of.clone(), subject: ANNA.to_owned(), index: 7 }).await;
    assert!(read::keys_in_use(rows, &of, &[ANNA]).await.expect("read").is_empty());
    assert!(read::knows_subject(rows, &of, ANNA).await.expect("read"));
    assert!(!read::knows_subject(rows, &of, "nobody").await.expect("read"));
    assert_eq!(read::latest_erasure(rows, &of, ANNA).await.expect("read"), Some(7));
    assert_eq!(read::erased_keys(rows, None).await.expect("read"), [1]);
    assert_eq!(read::erased_keys(rows, Some((&of, 7))).await.expect("read"), [1]);
    assert!(read::erased_keys(rows, Some((&of, 6))).await.expect("read").is_empty());
    assert_eq!(read::erasures(rows, &of, &[1, 2]).await.expect("read").into_iter().collect::<Vec<_>>(), [(1, 7)]);
    assert_eq!(read::erasures_from(rows, &of, 0, 10).await.expect("read"), [(ANNA.to_owned(), 7)]);
    assert!(read::erasures_from(rows, &of, 8, 10).await.expect("read").is_empty());
    assert_eq!(read::count_erased(rows, &of, 7).await.expect("read"), 3);
    let entries = read::entry_range(rows, &of, 0, 7, 10, 1 << 20).await.expect("read");
    let emptied: Vec<u64> = entries.iter().filter(|entry| entry.sealed.is_empty()).map(|entry| entry.index).collect();
    assert_eq!(emptied, [0, 3, 6]);

    let commit = Commit { subject_keys: vec![key_of(ANNA, 8, 9)], ..log.next(1) };
    log.commit(commit).await;
    assert_eq!(
        read::keys_in_use(rows, &of, &[ANNA]).await.expect("read")[ANNA],
        9,
        "what comes in later has a new key"
    );
    assert_eq!(read::assigned_max(rows).await.expect("read"), Some(9));
    let doubled = Commit { subject_keys: vec![key_of(ANNA, 9, 10)], ..log.next(1) };
    log.writer.begin(&[&of]).await.expect("a turn");
    log.writer.commit(doubled).await.expect_err("one key a subject is in use");
}

async fn holds_stand_until_they_are_released(files: Files) {
    let (store, mut log) = open(&files).await;
    let of = workspace();
    for (subject, index) in [(ANNA, 0), ("workspaces/demo", 1), (ANNA, 2)] {
        log.change(Change::PlaceHold { workspace: of.clone(), subject: subject.to_owned(), index }).await;
    }
    let mut reader = store.reader().await.expect("a reader");
    let rows = &mut reader.rows();
    let hold = |subject: &str, placed_index| Hold { subject: subject.to_owned(), placed_index };
    let all = [hold(ANNA, 0), hold("workspaces/demo", 1), hold(ANNA, 2)];
    assert_eq!(read::holds(rows, &of, None, 10).await.expect("read"), all);
    assert_eq!(read::holds(rows, &of, Some(0), 1).await.expect("read"), all[1..2]);
    assert_eq!(read::standing_hold(rows, &of, &[ANNA, "workspaces/demo"]).await.expect("read"), Some(hold(ANNA, 0)));
    assert_eq!(read::standing_hold(rows, &of, &[BOB]).await.expect("read"), None);
    assert!(read::hold_stands(rows, &of, ANNA, 0).await.expect("read"));
    assert!(!read::hold_stands(rows, &of, ANNA, u64::MAX).await.expect("read"));

    let released = Change::ReleaseHold { workspace: of.clone(), subject: ANNA.to_owned(), hold_index: 0, index: 3 };
    log.change(released).await;
    assert!(!read::hold_stands(rows, &of, ANNA, 0).await.expect("read"));
    assert_eq!(read::standing_hold(rows, &of, &[ANNA]).await.expect("read"), Some(hold(ANNA, 2)));
}
