use std::path::Path;
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use std::time::Duration;

use countersign_api::{
    candidate::v1::{
        Candidate, ClaimExecutionsRequest, GetCandidateRequest, GetCandidateResponse, Permit, Proposal,
        execution_service_client::ExecutionServiceClient, proposal_service_client::ProposalServiceClient,
        review_service_client::ReviewServiceClient, trigger_service_client::TriggerServiceClient,
    },
    ledger::v1::ledger_service_server::LedgerServiceServer,
};
use jiff::Timestamp;
use service_kit::{
    access::{Access, AccessPolicy, Principal, Pseudonyms, Role, Scope, TokenStore},
    call::CallContext,
    clock::ManualClock,
    database::Location,
    grpc::{AuthorizedChannel, Server, TRANSPORT_MAX_BYTES, with_token},
    health::Health,
    ids::SeededIds,
    metrics::Metrics,
    shutdown::{DRAIN_MAX, Shutdown},
};
use sqlx::{Connection, PgConnection};

use super::{FakeLedger, Home, PARENT, approve, drain_all, propose};
use crate::{
    App, AuditSample, Config, Environment,
    catalogue::Catalogue,
    ownership::Owners,
    policy::{Approvers, PolicySource},
    rpc::Parts,
    store::Store,
};

/// An action type that can not be repeated safely, for what the built-in ones do not show.
const CALL_CUSTOMER: &str = r#"
name = "call_customer"
description = "Calls the customer."
default_risk_tier = "HIGH"
least_risk_tier = "HIGH"
impact = "CUSTOMER_MESSAGE"
operation = "call_customer"
retry_safe = false
labels = [{ pointer = "/number", label = "Number" }]

[payload_schema]
type = "object"
additionalProperties = false
required = ["number"]

[payload_schema.properties.number]
type = "string"
maxLength = 40
"#;

/// Who owns what came by mail, if nobody was named.
const OWNERS: &str = r#"
[[teams]]
name = "letters"
members = ["humans/anna"]

[[teams]]
name = "threads"
members = ["humans/anna", "humans/ben"]

[[rules]]
when.record_systems = ["mail"]
owner = { from = "record_owner", field = "answered_by", people = { "Anna" = "humans/anna" } }

[[rules]]
when.record_systems = ["mail"]
when.object_types = ["thread"]
owner = { team = "threads", by = "round_robin" }
"#;

/// The files of the catalogue.
pub(crate) const CATALOGUE: [(&str, &str); 4] = [
    ("add_note.toml", include_str!("../../../catalogue/add_note.toml")),
    ("create_task.toml", include_str!("../../../catalogue/create_task.toml")),
    ("update_field.toml", include_str!("../../../catalogue/update_field.toml")),
    ("call_customer.toml", CALL_CUSTOMER),
];

/// What processes of one story share.
struct Site {
    folder: tempfile::TempDir,
    /// Where candidates are, by whatever way.
    database: Location,
    home: Home,
    starts: AtomicU64,
}

/// Candidate-svc on a folder of its own, with a ledger in memory and a clock that moves when told to.
pub(crate) struct Bench {
    site: Arc<Site>,
    policy: PolicySource,
    catalogue: Catalogue,
    pub(crate) clock: ManualClock,
    pub(crate) ledger: FakeLedger,
    pub(crate) metrics: Metrics,
    access: Arc<Access>,
    app: App,
    server: Server,
    shutdown: Shutdown,
}

impl Bench {
    pub(crate) async fn open() -> Self {
        Self::under(PolicySource::BuiltIn).await
    }

    /// Opens under the built-in policy with these rules, as TOML, on top of it.
    pub(crate) async fn with_rules(rules: &str) -> Self {
        let text = format!("{}\n{rules}", include_str!("../../../policy/default.toml"));
        Self::under(policy_file(&text)).await
    }

    async fn under(policy: PolicySource) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let home = Home::new();
        let database = home.location(folder.path());
        Self::on(folder, home, database, policy).await
    }

    /// Opens under the built-in policy, with these rules on top of it, as several processes on one PostgreSQL database.
    pub(crate) async fn several(processes: usize, rules: &str) -> Vec<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let home = Home::Postgres(throwaway_postgres::Database::new());
        let database = home.location(folder.path());
        let text = format!("{}\n{rules}", include_str!("../../../policy/default.toml"));
        let mut benches = vec![Self::on(folder, home, database, policy_file(&text)).await];
        while benches.len() < processes {
            let another = benches[0].beside().await;
            benches.push(another);
        }
        benches
    }

    /// Opens on a PostgreSQL database that is reached by this URL.
    pub(crate) async fn at(url: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self::on(folder, Home::Sqlite, url.parse().expect("a URL"), PolicySource::BuiltIn).await
    }

    async fn on(folder: tempfile::TempDir, home: Home, database: Location, policy: PolicySource) -> Self {
        let clock = ManualClock::new("2026-11-22T09:00:00Z".parse::<Timestamp>().expect("a time"));
        let site = Site { folder, database, home, starts: AtomicU64::new(0) };
        Self::start(Arc::new(site), policy, catalogue(&CATALOGUE), clock, FakeLedger::new()).await
    }

    /// Starts another process beside this one, on the same database, ledger and clock.
    pub(crate) async fn beside(&self) -> Self {
        let (policy, catalogue) = (self.policy.clone(), self.catalogue.clone());
        Self::start(Arc::clone(&self.site), policy, catalogue, self.clock.clone(), self.ledger.clone()).await
    }

    /// Starts on an empty folder with a policy that is refused; returns why.
    pub(crate) async fn refused(policy: PolicySource) -> String {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = ManualClock::new("2026-11-22T09:00:00Z".parse::<Timestamp>().expect("a time"));
        let (environment, _) = surroundings(folder.path(), 1, &clock, &FakeLedger::new()).await;
        let home = Home::new();
        config(folder.path(), home.location(folder.path()), policy, catalogue(&CATALOGUE))
            .build(&environment)
            .await
            .expect_err("it is refused")
            .to_string()
    }

    /// Ends the process in good order and returns the ledger as it was left.
    pub(crate) async fn end(self) -> FakeLedger {
        self.shutdown.drain(DRAIN_MAX).await.expect("a drain");
        self.app.close().await;
        self.ledger
    }

    /// Ends the process in good order and starts another on the same folder.
    pub(crate) async fn restart(self) -> Self {
        let policy = self.policy.clone();
        self.restart_under(policy).await
    }

    /// Puts these files in the place of the catalogue's: the next process reads them.
    pub(crate) fn with_catalogue(mut self, files: &[(&str, &str)]) -> Self {
        self.catalogue = catalogue(files);
        self
    }

    /// Ends the process in good order and starts another that is given this policy.
    pub(crate) async fn restart_under(self, policy: PolicySource) -> Self {
        let Self { site, catalogue, clock, ledger, app, shutdown, .. } = self;
        shutdown.drain(DRAIN_MAX).await.expect("a drain");
        app.close().await;
        Self::start(site, policy, catalogue, clock, ledger).await
    }

    async fn start(
        site: Arc<Site>,
        policy: PolicySource,
        catalogue: Catalogue,
        clock: ManualClock,
        ledger: FakeLedger,
    ) -> Self {
        let starts = site.starts.fetch_add(1, Ordering::Relaxed) + 1;
        let (environment, access) = surroundings(site.folder.path(), starts, &clock, &ledger).await;
        let Environment { metrics, health, shutdown, .. } = environment.clone();
        let app = config(site.folder.path(), site.database.clone(), policy.clone(), catalogue.clone())
            .build(&environment)
            .await
            .expect("it builds");
        app.spawn(&shutdown);
        let server = Server::builder(Arc::clone(&access), &metrics, &health, &shutdown)
            .add_service(app.trigger_service())
            .add_service(app.proposal_service())
            .add_service(app.review_service())
            .add_service(app.standing_approval_service())
            .add_service(app.execution_service())
            .add_service(app.policy_service())
            .build();
        Self { site, policy, catalogue, clock, ledger, metrics, access, app, server, shutdown }
    }

    /// Opens a connection to the database, as somebody with its owner's rights has.
    pub(crate) async fn connection(&self) -> PgConnection {
        let Home::Postgres(database) = &self.site.home else { panic!("this story is told on PostgreSQL") };
        let mut connection = PgConnection::connect(database.url()).await.expect("it connects");
        sqlx::raw_sql("SET search_path = countersign_candidates").execute(&mut connection).await.expect("set");
        connection
    }

    pub(crate) fn store(&self) -> &Store {
        &self.app.parts.store
    }

    pub(crate) fn parts(&self) -> Parts {
        self.app.parts.clone()
    }

    /// A call inside the process.
    pub(crate) fn call(id: &str) -> CallContext {
        CallContext::of(Arc::new(principal(id, Role::Proposer)))
    }

    pub(crate) fn begin_shutdown(&self) {
        self.shutdown.begin();
    }

    pub(crate) fn channel(&self, id: &str, role: Role) -> AuthorizedChannel {
        let token = self.access.lend(principal(id, role));
        with_token(self.server.in_memory_channel(), &token)
    }

    /// The way of somebody who reaches another workspace alone.
    pub(crate) fn outsider(&self, id: &str, role: Role) -> AuthorizedChannel {
        let elsewhere = Scope::One("workspaces/other".parse().expect("a workspace"));
        let outsider = Principal::new(id.parse().expect("an id"), elsewhere, [role]).expect("a principal");
        with_token(self.server.in_memory_channel(), &self.access.lend(outsider))
    }

    /// The way of an admin who reaches every workspace.
    pub(crate) fn admin_of_all(&self) -> AuthorizedChannel {
        let admin = Principal::new("humans/admin".parse().expect("an id"), Scope::All, [Role::Admin]);
        with_token(self.server.in_memory_channel(), &self.access.lend(admin.expect("a principal")))
    }

    pub(crate) fn triggers(&self) -> TriggerServiceClient<AuthorizedChannel> {
        TriggerServiceClient::new(self.channel("generators/rules", Role::Proposer))
    }

    pub(crate) fn proposer(&self) -> ProposalServiceClient<AuthorizedChannel> {
        self.proposer_named("generators/rules")
    }

    pub(crate) fn proposer_named(&self, id: &str) -> ProposalServiceClient<AuthorizedChannel> {
        ProposalServiceClient::new(self.channel(id, Role::Proposer)).max_encoding_message_size(TRANSPORT_MAX_BYTES)
    }

    pub(crate) fn reviewer(&self, id: &str) -> ReviewServiceClient<AuthorizedChannel> {
        ReviewServiceClient::new(self.channel(id, Role::Reviewer)).max_decoding_message_size(TRANSPORT_MAX_BYTES)
    }

    pub(crate) fn executor(&self) -> ExecutionServiceClient<AuthorizedChannel> {
        ExecutionServiceClient::new(self.channel("services/executor", Role::Executor))
    }

    /// Proposes and returns the candidate.
    pub(crate) async fn propose(&self, request_id: &str, proposal: Proposal) -> Candidate {
        let response = self.proposer().propose_candidate(propose(request_id, proposal)).await.expect("a candidate");
        response.into_inner().candidate.expect("a candidate")
    }

    /// Proposes, has Anna approve, and returns the candidate.
    pub(crate) async fn approved(&self, request_id: &str, proposal: Proposal) -> Candidate {
        let candidate = self.propose(request_id, proposal).await;
        let request = approve(&candidate, &format!("approve-{request_id}"));
        let response = self.reviewer("humans/anna").approve_candidate(request).await.expect("approved");
        response.into_inner().candidate.expect("a candidate")
    }

    /// Proposes, approves, claims and returns the permit.
    pub(crate) async fn claimed(&self, request_id: &str, proposal: Proposal) -> Permit {
        let candidate = self.approved(request_id, proposal).await;
        let permit = self.permits(drain_all()).await;
        let mine = permit.into_iter().find(|permit| permit.candidate == candidate.name);
        mine.expect("a permit for the candidate just approved")
    }

    /// Drains the permits that there are.
    pub(crate) async fn permits(&self, request: ClaimExecutionsRequest) -> Vec<Permit> {
        self.permits_of(self.channel("services/executor", Role::Executor), request).await
    }

    /// Drains the permits that there are for one executor.
    pub(crate) async fn permits_of(&self, executor: AuthorizedChannel, request: ClaimExecutionsRequest) -> Vec<Permit> {
        let mut executions = ExecutionServiceClient::new(executor);
        let mut stream = executions.claim_executions(request).await.expect("a stream").into_inner();
        let mut permits = Vec::new();
        while let Some(response) = stream.message().await.expect("permits") {
            permits.push(response.permit.expect("a permit"));
        }
        permits
    }

    pub(crate) async fn get(&self, name: &str) -> GetCandidateResponse {
        let request = GetCandidateRequest { name: name.to_owned(), include_history: true };
        self.reviewer("humans/anna").get_candidate(request).await.expect("a candidate").into_inner()
    }

    pub(crate) async fn candidate(&self, name: &str) -> Candidate {
        self.get(name).await.candidate.expect("a candidate")
    }

    /// Waits until every event has its receipt.
    pub(crate) async fn recorded(&self) {
        let mut receipts = self.store().signals().receipts();
        loop {
            receipts.mark_unchanged();
            if self.store().read().outbox_events().await.expect("the outbox") == 0 {
                // A commit is told of before the next job is taken: afterwards the metrics know of it too.
                self.store()
                    .record_receipts(&PARENT.parse().expect("a workspace"), Vec::new())
                    .await
                    .expect("the writer lives");
                return;
            }
            receipts.changed().await.expect("the writer lives");
        }
    }

    /// Waits until a candidate is as expected, which an event makes it.
    pub(crate) async fn until(&self, name: &str, expected: impl Fn(&Candidate) -> bool) -> Candidate {
        let mut events = self.store().signals().events();
        loop {
            events.mark_unchanged();
            let candidate = self.candidate(name).await;
            if expected(&candidate) {
                return candidate;
            }
            events.changed().await.expect("the writer lives");
        }
    }

    pub(crate) fn advance_secs(&self, secs: u64) {
        self.clock.advance(Duration::from_secs(secs));
    }
}

/// What a process takes from its surroundings on this folder.
async fn surroundings(
    folder: &Path,
    starts: u64,
    clock: &ManualClock,
    ledger: &FakeLedger,
) -> (Environment, Arc<Access>) {
    let (metrics, health, shutdown) = (Metrics::new(), Health::new(), Shutdown::new());
    let ids = Arc::new(SeededIds::new(starts));
    let tokens = TokenStore::open(&folder.join("tokens.db")).await.expect("it opens");
    let access = Arc::new(Access::new(tokens, Arc::new(clock.clone()), ids.clone()));
    let ledger_service = LedgerServiceServer::new(ledger.clone()).max_decoding_message_size(TRANSPORT_MAX_BYTES);
    let ledger_server =
        Server::builder(Arc::clone(&access), &metrics, &health, &shutdown).add_service(ledger_service).build();
    let relay = access.lend(principal("services/relay", Role::Relay));
    let environment = Environment {
        clock: Arc::new(clock.clone()),
        ids,
        ledger: with_token(ledger_server.in_memory_channel(), &relay),
        metrics: metrics.clone(),
        health: health.clone(),
        shutdown: shutdown.clone(),
    };
    (environment, access)
}

/// A policy as a file in the data folder says it.
pub(crate) fn policy_file(text: &str) -> PolicySource {
    PolicySource::File { name: "/srv/countersign/policy.toml".into(), text: text.to_owned() }
}

fn catalogue(files: &[(&str, &str)]) -> Catalogue {
    Catalogue::from_files(files.iter().copied()).expect("a catalogue")
}

fn config(folder: &Path, database: Location, policy: PolicySource, catalogue: Catalogue) -> Config {
    Config {
        database,
        policy,
        approvers: Approvers::under(&AccessPolicy::shipped()),
        owners: Owners::read("owners.toml", OWNERS, &catalogue).expect("rules"),
        catalogue,
        pseudonyms: Pseudonyms::open(&folder.join("pseudonym.key"), &SeededIds::new(9)).expect("a key"),
        ledger_keys: FakeLedger::new().verifying_keys(),
        audit: AuditSample::open(&folder.join("audit.key"), &SeededIds::new(8)).expect("a key"),
    }
}

fn principal(id: &str, role: Role) -> Principal {
    let scope = "workspaces/demo".parse().expect("a scope");
    Principal::new(id.parse().expect("an id"), scope, [role]).expect("a principal")
}
