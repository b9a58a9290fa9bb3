//! A key takes the place of another, and a program signs in the place of a file.

use std::{
    fs,
    io::{Read, Write},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::Duration,
};

use ledger_format::{PinnedKeys, SignedCheckpoint, SigningKey, VerifyingKey, VerifyingKeys};
use ledger_svc::{
    BuildError, LedgerConfig,
    audit::{Error, What},
    signing::{CheckpointSigner, CommandError, SignerCommand, Signs},
};

use crate::bench::{Files, ORIGIN_PREFIX, build, entry, origin, signing_key, verifying_key};

crate::bench::on_both! {
    a_quiet_log_is_served_under_the_new_key_too,
    a_start_without_the_key_that_signed_is_refused,
}

fn new_key() -> SigningKey {
    SigningKey::from_seed(ORIGIN_PREFIX, &[77; 32]).expect("a key")
}

fn listed(keys: &[&VerifyingKey]) -> VerifyingKeys {
    VerifyingKeys::new(keys.iter().map(|key| (*key).clone()).collect()).expect("a list")
}

fn config(files: &Files, signers: Vec<SigningKey>, past: Vec<VerifyingKey>) -> LedgerConfig {
    let signers = signers.into_iter().map(Signs::Key).collect();
    LedgerConfig { signer: CheckpointSigner::new(signers, past).expect("a signer"), ..files.config() }
}

fn believes(keys: &dyn PinnedKeys, note: &str) -> bool {
    SignedCheckpoint::parse(note).expect("a note").verify(keys, &origin()).is_ok()
}

#[tokio::test]
async fn who_pinned_the_old_key_goes_on_during_the_overlap_and_refuses_after_it() {
    let (old, new) = (verifying_key(), new_key().verifying_key().clone());
    let both = listed(&[&new, &old]);
    let files = Files::new();
    let bench = files.serve().await;
    let before = bench.fill(0, 3, 3).await;
    bench.drain().await;

    let bench = files.serve_with(config(&files, vec![new_key(), signing_key()], vec![])).await;
    let overlap = bench.fill(3, 5, 2).await;
    let response = bench.log_of_logs(0).await;
    assert_eq!(response.verifying_keys.len(), 2, "both are told");
    bench.drain().await;

    let bench = files.serve_with(config(&files, vec![new_key()], vec![old.clone()])).await;
    let after = bench.fill(5, 8, 3).await;
    bench.drain().await;

    let notes = [before, overlap, after].map(|checkpoint| checkpoint.signed_note);
    let seen = |keys: &dyn PinnedKeys| notes.each_ref().map(|note| believes(keys, note));
    assert_eq!(seen(&old), [true, true, false]);
    assert_eq!(seen(&new), [false, true, true]);
    assert_eq!(seen(&both), [true, true, true]);

    assert_eq!(files.verify_under(&both).await.expect("whole under both")[0].size, 8);
    for (keys, size) in [(listed(&[&old]), 5), (listed(&[&new]), 3)] {
        let Err(Error::Found(finding)) = files.verify_under(&keys).await else { panic!("a key is missing") };
        assert!(matches!(*finding.what, What::CheckpointRefused(_) | What::CheckpointExtended), "{finding}");
        assert!(finding.to_string().contains(&format!("size = {size}")), "{finding}");
    }
}

async fn a_quiet_log_is_served_under_the_new_key_too(files: Files) {
    let bench = files.serve().await;
    let before = bench.fill(0, 3, 3).await;
    bench.drain().await;
    let new = new_key().verifying_key().clone();
    let bench = files.serve_with(config(&files, vec![new_key()], vec![verifying_key()])).await;
    let after = loop {
        let checkpoint = bench.checkpoint(0).await;
        if believes(&new, &checkpoint.signed_note) {
            break checkpoint;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!((after.size, after.root), (before.size, before.root), "the same head, never a second root");
    assert!(!believes(&verifying_key(), &after.signed_note));
    bench.drain().await;
    let both = listed(&[&new, &verifying_key()]);
    files.verify_under(&both).await.expect("what is stored stays");
}

async fn a_start_without_the_key_that_signed_is_refused(files: Files) {
    let bench = files.serve().await;
    bench.fill(0, 3, 3).await;
    bench.drain().await;
    let refused = build(config(&files, vec![new_key()], vec![])).await.expect_err("another key");
    assert!(matches!(refused, BuildError::OtherKey { .. }), "{refused:?}");
    let named = SigningKey::from_seed("elsewhere.example", &[7; 32]).expect("a key");
    let refused = build(config(&files, vec![named], vec![])).await.expect_err("another name");
    assert!(matches!(refused, BuildError::Origin(_)) && refused.to_string().contains("elsewhere.example"), "{refused}");
}

/// What is answered to bytes that are to be signed.
type Answer = fn(&[u8]) -> Vec<u8>;

/// A program that hands what it is to sign to this process through a pipe, and answers what this process hands back.
struct Desk {
    program: PathBuf,
    asked: PathBuf,
    answered: PathBuf,
}

impl Desk {
    fn new(folder: &Path) -> Self {
        let place = |name: &str| folder.join(name);
        let (asked, answered) = (place("asked"), place("answered"));
        for pipe in [&asked, &answered] {
            assert!(Command::new("mkfifo").arg(pipe).status().expect("mkfifo runs").success());
        }
        let script = format!("#!/bin/sh\ncat > '{}'\ncat '{}'\n", asked.display(), answered.display());
        Self { program: script_at(&place("sign"), &script), asked, answered }
    }

    /// Answers requests, each by the next of these, until none is left.
    fn answer(&self, answers: Vec<Answer>) -> thread::JoinHandle<()> {
        let (asked, answered) = (self.asked.clone(), self.answered.clone());
        thread::spawn(move || {
            for answer in answers {
                let mut message = Vec::new();
                fs::File::open(&asked).expect("it opens").read_to_end(&mut message).expect("read");
                let mut pipe = fs::OpenOptions::new().write(true).open(&answered).expect("it opens");
                pipe.write_all(&answer(&message)).expect("written");
            }
        })
    }
}

fn script_at(place: &Path, script: &str) -> PathBuf {
    fs::write(place, script).expect("written");
    fs::set_permissions(place, fs::Permissions::from_mode(0o700)).expect("executable");
    place.to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_signs_and_while_it_does_not_entries_are_taken_and_read_but_not_signed() {
    let files = Files::new();
    let desk = Desk::new(files.folder());
    let signs: Answer = |message| signing_key().sign(message).to_vec();
    let by_another: Answer = |message| new_key().sign(message).to_vec();
    let over_other: Answer = |_| signing_key().sign(b"something else").to_vec();
    let nonsense: Answer = |_| b"no signature".to_vec();
    let command = SignerCommand::new(desk.program.clone(), verifying_key());
    let signer = CheckpointSigner::new(vec![Signs::Command(command)], []).expect("a signer");
    let bench = files.serve_with(LedgerConfig { signer, ..files.config() }).await;

    let desk_at_work = desk.answer(vec![signs]);
    let checkpoint = bench.fill(0, 2, 2).await;
    assert!(believes(&verifying_key(), &checkpoint.signed_note));
    tokio::task::spawn_blocking(|| desk_at_work.join()).await.expect("joined").expect("no panic");

    let desk_at_work = desk.answer(vec![by_another, over_other, nonsense, signs]);
    bench.append(vec![entry("late", "said")]).await.expect("an append asks nobody for a signature");
    while !bench.health.faults().contains_key("ledger signer") {
        tokio::task::yield_now().await;
    }
    assert_eq!(bench.checkpoint(0).await.size, 2, "what was signed is still served");
    assert_eq!(crate::bench::read_all(&mut bench.relay.clone()).await.len(), 3, "and everything is read");
    let checkpoint = bench.checkpoint(3).await;
    assert!(believes(&verifying_key(), &checkpoint.signed_note));
    tokio::task::spawn_blocking(|| desk_at_work.join()).await.expect("joined").expect("no panic");
    assert!(bench.health.faults().is_empty(), "{:?}", bench.health.faults());
    bench.drain().await;
    assert_eq!(files.verify().await.expect("whole")[0].signed_size, 3);
}

#[tokio::test]
async fn a_program_that_can_not_sign_says_why() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = |name: &str| folder.path().join(name);
    let ask = async |program: PathBuf| {
        let command = SignerCommand::new(program, verifying_key()).answering_within(Duration::from_millis(300));
        command.sign(b"bytes").await.expect_err("no signature")
    };
    assert!(matches!(ask(place("missing")).await, CommandError::Io { .. }));
    let fails = script_at(&place("fails"), "#!/bin/sh\nexit 7\n");
    assert!(matches!(ask(fails).await, CommandError::Failed { .. }));
    let slow = script_at(&place("slow"), "#!/bin/sh\nexec sleep 60\n");
    assert!(matches!(ask(slow).await, CommandError::Late { .. }));
    let endless = script_at(&place("endless"), "#!/bin/sh\nexec yes\n");
    assert!(matches!(ask(endless).await, CommandError::Failed { .. } | CommandError::Malformed { .. }));
    let zeroes = script_at(&place("zeroes"), "#!/bin/sh\nhead -c 64 /dev/zero\n");
    assert!(matches!(ask(zeroes).await, CommandError::OtherKey { .. }));
}
