//! Every command, and every class of its endings: what a script branches on.

use std::ffi::OsString;
use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;

use service_kit::access::BearerToken;
use service_kit::clock::{Clock as _, SystemClock};
use service_kit::ids::RandomIds;

use super::*;

const LINE: &str = r#"{"request_id":"one","action_type":"create_task","payload":{"subject":"Call","owner":"humans/anna","due":"2026-12-01"},"owner":"humans/anna","trigger":{"source_system":"crm","type":"note_added","source_id":"N-1"}}"#;

/// An id of the right form that nobody has.
const NOBODY: &str = "00000000-0000-7000-8000-000000000000";

struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    /// Makes a data folder with one candidate in `demo`, an export of its ledger, a proof, and tokens that let nobody in.
    async fn new() -> Self {
        let bench = Self { folder: tempfile::tempdir().expect("a folder") };
        bench.write("one.jsonl", LINE);
        bench.write("bad.jsonl", "{oops");
        bench.write("junk.token", "junk");
        bench.write("policy.toml", candidate_svc::policy::Policy::built_in().text());
        let stranger = BearerToken::draw(&RandomIds, SystemClock.now()).reveal();
        bench.write("stranger.token", &stranger);
        fs::create_dir(bench.path("taken")).expect("a folder");
        bench.write("taken/part-000000.parquet", "somebody's work");
        for made in [
            "propose {}/one.jsonl",
            "ledger export --out {}/export",
            "ledger prove 0 --out {}/proof",
            "token create --kind generator --id rules --role proposer --out {}/rules.token",
            "ledger prove 0 --out {}/again",
        ] {
            assert_eq!(bench.exit(made).await, Exit::Done, "{made}");
        }
        bench
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("written");
    }

    /// Returns the whole id of the one candidate, which stands in the proof of its proposal.
    fn candidate(&self) -> String {
        let text = fs::read_to_string(self.path("proof")).expect("a proof");
        let proof: ledger_format::TlogProof = text.parse().expect("it reads");
        let leaf = proof.extra.expect("a leaf");
        let leaf = ledger_format::Leaf::decode(&leaf).expect("it reads");
        leaf.subject.rsplit('/').next().expect("an id").to_owned()
    }

    /// Runs a command line over the data folder and returns how it ends. `{}` stands for the folder with the files, `_` for a blank inside
    /// a word, `__` for an underscore.
    async fn exit(&self, line: &str) -> Exit {
        let here = self.folder.path().display().to_string();
        let data_dir = self.path("data").display().to_string();
        let mut arguments: Vec<OsString> = vec!["countersign".into()];
        arguments.extend(line.split(' ').map(|word| written_out(word).replace("{}", &here).into()));
        if !line.contains("--data-dir") {
            arguments.extend(["--data-dir".into(), data_dir.into()]);
        }
        match parse_from(&arguments) {
            Ok((command, context)) => {
                Box::pin(command.run(&context)).await.map_or_else(|failure| failure.exit(), |()| Exit::Done)
            }
            Err(_) => Exit::Usage,
        }
    }
}

fn written_out(word: &str) -> String {
    word.split("__").map(|part| part.replace('_', " ")).collect::<Vec<_>>().join("_")
}

/// Returns an address where nobody listens: one that was just given back.
fn deserted() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_ends_as_the_documentation_says() {
    let bench = Bench::new().await;
    let id = bench.candidate();
    let unknown = ["show", "approve --yes", "edit --set /due=1", "release", "retry --yes", "withdraw-approval"];
    let unknown = unknown.into_iter().flat_map(|command| {
        let (verb, rest) = command.split_once(' ').unwrap_or((command, ""));
        ["abcdef", "nobody", NOBODY]
            .map(|id| (Exit::Negative, format!("candidate {verb} {id} {rest}").trim().to_owned()))
    });
    let mut wrong = Vec::new();
    for (expected, line) in table(&id).into_iter().chain(over_exports()).chain(unknown) {
        let found = bench.exit(&line).await;
        if found != expected {
            wrong.push(format!("`{line}` ends with {found:?}, not {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(fs::read_to_string(bench.path("taken/part-000000.parquet")).expect("still there"), "somebody's work");
    assert!(!bench.path("data/export/typo").exists(), "a slip makes no folder");
}

/// Returns command lines over exports and reports, once there is a report, and how each has to end.
fn over_exports() -> Vec<(Exit, String)> {
    [
        (Exit::Done, "report check {}/report/report.json --export {}/export"),
        (Exit::Done, "policy backtest {}/policy.toml --export {}/export"),
        (Exit::Negative, "report check {}/one.jsonl --export {}/export"),
        (Exit::Usage, "report check {}/report/report.json"),
        (Exit::Usage, "report --export {}/export --out {}/report --period day"),
        (Exit::Unreachable, "policy backtest {}/none --export {}/export"),
        (Exit::Unreachable, "policy backtest {}/one.jsonl --export {}/export"),
        (Exit::Unreachable, "report check {}/none --export {}/export"),
        (Exit::Unreachable, "report check {}/report/report.json --export {}/none"),
        (Exit::Unreachable, "report --export {}/export --out {}/report --policy {}/none"),
    ]
    .map(|(exit, line)| (exit, line.to_owned()))
    .into()
}

/// Returns command lines, and how each has to end.
fn table(id: &str) -> Vec<(Exit, String)> {
    let away = format!("--server http://{}", deserted());
    let nowhere = "--data-dir {}/nowhere";
    vec![
        // Done, and what changes nothing.
        (Exit::Done, "candidate list".to_owned()),
        (Exit::Done, "candidate list --count".to_owned()),
        (Exit::Done, format!("candidate show {id}")),
        (Exit::Done, "ledger show".to_owned()),
        (Exit::Done, "ledger show 0".to_owned()),
        (Exit::Done, "ledger verify".to_owned()),
        (Exit::Done, "ledger verify --workspace demo".to_owned()),
        (Exit::Done, "ledger verify-export {}/export".to_owned()),
        (Exit::Done, "ledger export --out {}/export".to_owned()),
        (Exit::Done, "ledger check {}/proof".to_owned()),
        (Exit::Done, "report --export {}/export --out {}/report".to_owned()),
        (Exit::Done, "token list".to_owned()),
        (Exit::Done, "propose {}/one.jsonl".to_owned()),
        // The answer is no.
        (Exit::Negative, "propose {}/bad.jsonl".to_owned()),
        (Exit::Negative, "candidate list --workspace typo".to_owned()),
        (Exit::Negative, "candidate list --count --workspace typo".to_owned()),
        (Exit::Negative, "candidate list --filter nonsense".to_owned()),
        (Exit::Negative, "ledger verify --workspace typo".to_owned()),
        (Exit::Negative, "ledger show --workspace typo".to_owned()),
        (Exit::Negative, "ledger export --workspace typo".to_owned()),
        (Exit::Negative, "ledger show 4711".to_owned()),
        (Exit::Negative, "ledger prove 4711".to_owned()),
        (Exit::Negative, "ledger check {}/one.jsonl".to_owned()),
        (Exit::Negative, "ledger export --out {}/taken".to_owned()),
        (Exit::Negative, "token revoke nope".to_owned()),
        (Exit::Negative, format!("token revoke {}", NOBODY.replace('-', ""))),
        (Exit::Negative, format!("candidate approve {id} --yes --digest 0000")),
        (Exit::Negative, format!("candidate approve {id} --yes --digest {}", "00".repeat(32))),
        (Exit::Negative, format!("candidate approve {id} --yes --etag r9")),
        (Exit::Negative, format!("candidate release {id}")),
        (Exit::Negative, format!("candidate retry {id} --yes")),
        (Exit::Negative, format!("candidate rework {id} --fault edit --reason x")),
        (Exit::Negative, format!("candidate settle {id} --found failed --finding x")),
        (Exit::Negative, format!("candidate edit {id} --set /nope=1")),
        (Exit::Negative, format!("candidate edit {id} --payload {{}}/junk.token")),
        (Exit::Done, "execution claim --action-type create__task".to_owned()),
        (Exit::Negative, "execution claim --action-type nope".to_owned()),
        (Exit::Negative, format!("execution extend {id} --fence 1")),
        (Exit::Negative, format!("execution report {id} --fence 1 --succeeded")),
        // The command line is wrong.
        (Exit::Usage, "execution claim".to_owned()),
        (Exit::Usage, "execution claim --action-type create__task --limit 257".to_owned()),
        (Exit::Usage, format!("execution extend {id} --fence 0")),
        (Exit::Usage, format!("execution report {id} --fence 1")),
        (Exit::Usage, format!("execution report {id} --fence 1 --failed")),
        (Exit::Usage, format!("execution report {id} --fence 1 --succeeded --unknown x")),
        (Exit::Usage, format!("execution report {id} --fence 1 --succeeded --class other")),
        (Exit::Usage, format!("execution report {id} --fence 1 --unknown x --reference crm/task/1")),
        (Exit::Usage, "candidat".to_owned()),
        (Exit::Usage, "candidate list --limit 0".to_owned()),
        (Exit::Usage, "candidate list --limit -1".to_owned()),
        (Exit::Usage, "candidate list --state done".to_owned()),
        (Exit::Usage, "candidate list --workspace A_B".to_owned()),
        (Exit::Usage, "candidate list --server not_a_url".to_owned()),
        (Exit::Usage, "candidate show workspaces/demo".to_owned()),
        (Exit::Usage, format!("candidate edit {id}")),
        (Exit::Usage, format!("candidate edit {id} --set due=1")),
        (Exit::Usage, format!("candidate reject {id} --reason because --note x")),
        (Exit::Usage, format!("candidate hold {id} --reason x --until someday")),
        (Exit::Usage, format!("candidate approve {id} --yes --digest zz")),
        (Exit::Usage, format!("candidate settle {id} --found executed --finding x --class other")),
        (Exit::Usage, "ledger show x".to_owned()),
        (Exit::Usage, "ledger prove -1".to_owned()),
        (Exit::Usage, "token create --kind human --role boss".to_owned()),
        (Exit::Usage, "token create --kind human --role reviewer --expires 2020-01-01".to_owned()),
        (Exit::Usage, "report --out {}/report".to_owned()),
        // Out of reach.
        (Exit::Unreachable, "propose {}/none.jsonl".to_owned()),
        (Exit::Unreachable, "report --export {}/none --out {}/report".to_owned()),
        (Exit::Unreachable, "ledger verify-export {}/none".to_owned()),
        (Exit::Unreachable, "ledger check {}/none".to_owned()),
        (Exit::Unreachable, "ledger verify --key {}/none".to_owned()),
        (Exit::Unreachable, format!("ledger verify {nowhere}")),
        (Exit::Unreachable, format!("candidate list {nowhere}")),
        (Exit::Unreachable, format!("candidate list {away}")),
        (Exit::Unreachable, format!("propose {{}}/one.jsonl {away}")),
        (Exit::Unreachable, format!("token list {away}")),
        (Exit::Unreachable, format!("ledger show {away}")),
        (Exit::Unreachable, "candidate list --token-file {}/none".to_owned()),
        (Exit::Unreachable, format!("candidate edit {id} --patch {{}}/none")),
        (Exit::Unreachable, format!("candidate add-evidence {id} --kind note --title x --file {{}}/none")),
        (Exit::Unreachable, "token create --kind human --id ben --role reviewer --out {}/none/ben.token".to_owned()),
        (Exit::Unreachable, "demo --input {}/none".to_owned()),
        (Exit::Unreachable, "execution claim --action-type create__task --key {}/none".to_owned()),
        // Denied.
        (Exit::Denied, "execution claim --action-type create__task --token-file {}/data/admin.token".to_owned()),
        (Exit::Denied, format!("execution report {id} --fence 1 --unknown x --token-file {{}}/data/admin.token")),
        (Exit::Denied, "candidate list --token-file {}/junk.token".to_owned()),
        (Exit::Denied, "candidate list --token-file {}/stranger.token".to_owned()),
        (Exit::Denied, "candidate list --token-file {}/rules.token".to_owned()),
        (Exit::Denied, "propose {}/one.jsonl --token-file {}/stranger.token".to_owned()),
        (Exit::Denied, "token list --token-file {}/rules.token".to_owned()),
        (Exit::Denied, "ledger export --out {}/other --token-file {}/rules.token".to_owned()),
        (Exit::Denied, format!("candidate approve {id} --yes --token-file {{}}/rules.token")),
        (Exit::Denied, format!("candidate withdraw {id} --reason x --token-file {{}}/data/admin.token")),
        (Exit::Denied, format!("candidate withdraw-approval {id}")),
    ]
}
