use std::{
    io,
    sync::{Arc, Mutex},
};

use tonic::{Code, Request, Status};
use tonic_types::StatusExt;
use tracing_subscriber::fmt::MakeWriter;

use super::*;
use crate::{access::Scope, call::CallContext};

const APPROVE: &str = "countersign.candidate.v1.ReviewService/ApproveCandidate";
const APPEND: &str = "countersign.ledger.v1.LedgerService/AppendEntries";

fn principal(id: &str, scope: &str, role: Role) -> Arc<Principal> {
    let scope: Scope = scope.parse().expect("a scope");
    Arc::new(Principal::new(id.parse().expect("an id"), scope, [role]).expect("a principal"))
}

fn rpc(name: &str) -> Rpc {
    Rpc::at(&format!("/{name}")).expect("in the contract")
}

fn gate(metrics: &Metrics) -> Arc<Gate> {
    Arc::new(Gate::new(AccessPolicy::shipped(), metrics))
}

/// Returns what a handler gets for an approval that the gate let in.
fn let_in(gate: &Arc<Gate>, principal: &Arc<Principal>) -> CallContext {
    let mut request = Request::new(());
    request.extensions_mut().insert(gate.admit(principal, rpc(APPROVE)).expect("let in"));
    request.extensions_mut().insert(Arc::clone(principal));
    CallContext::from_request(&request).expect("a context")
}

/// Takes the reason, words and metadata of a refusal apart.
fn told(status: impl Into<Status>) -> (Code, String, String, Vec<(String, String)>) {
    let status = status.into();
    let info = status.get_details_error_info().expect("an ErrorInfo");
    let mut metadata: Vec<_> = info.metadata.into_iter().collect();
    metadata.sort();
    (status.code(), info.reason, status.message().to_owned(), metadata)
}

#[test]
fn a_refusal_names_caller_rpc_and_the_roles_that_would_help() {
    let gate = gate(&Metrics::new());
    let auditor = principal("humans/ada", "workspaces/demo", Role::Auditor);
    let (code, reason, message, metadata) = told(gate.admit(&auditor, rpc(APPROVE)).expect_err("only reads"));
    assert_eq!((code, reason.as_str()), (Code::PermissionDenied, "ACCESS_DENIED"));
    assert_eq!(
        message,
        format!(
            "`humans/ada` may not call `{APPROVE}`; use a token with one of the roles `admin`, `manager`, `reviewer`"
        )
    );
    let text = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    assert_eq!(metadata, [text("principal", "humans/ada"), text("rpc", APPROVE)]);
}

#[test]
fn machines_hear_that_people_decide_and_people_that_machines_append() {
    let gate = gate(&Metrics::new());
    let rules = principal("generators/rules", "workspaces/-", Role::Proposer);
    let (.., message, _) = told(gate.admit(&rules, rpc(APPROVE)).expect_err("a machine"));
    assert_eq!(message, format!("`generators/rules` may not call `{APPROVE}`; it is for people alone"));
    let admin = principal("humans/admin", "workspaces/-", Role::Admin);
    let (.., message, _) = told(gate.admit(&admin, rpc(APPEND)).expect_err("a person"));
    assert!(message.ends_with("the access policy permits it to no role of this caller's kind"), "{message}");
    let executor = principal("services/executor", "workspaces/-", Role::Executor);
    let (.., message, _) = told(gate.admit(&executor, rpc(APPEND)).expect_err("no relay"));
    assert!(message.ends_with("use a token with the role `relay`"), "{message}");
}

#[test]
fn a_call_that_was_let_in_is_asked_about_again_in_the_workspace_of_its_message() {
    let text = format!(
        "permit (principal, action, resource);\n@id(\"closed\")\n\
         forbid (principal, action == Action::\"{APPROVE}\", resource == Workspace::\"prod\");"
    );
    let policy = AccessPolicy::read("access.cedar", &text).expect("sound");
    let gate = Arc::new(Gate::new(policy, &Metrics::new()));
    let anna = principal("humans/anna", "workspaces/-", Role::Reviewer);
    let call = let_in(&gate, &anna);
    call.authorize(&Workspace::new("demo").expect("an id")).expect("permitted");
    let refused = call.authorize(&Workspace::new("prod").expect("an id")).expect_err("closed there");
    let (code, reason, message, metadata) = told(refused);
    assert_eq!((code, reason.as_str()), (Code::PermissionDenied, "ACCESS_DENIED"));
    assert!(message.starts_with(&format!("`humans/anna` may not call `{APPROVE}` in `workspaces/prod`;")), "{message}");
    assert_eq!(metadata.last(), Some(&("workspace".to_owned(), "workspaces/prod".to_owned())));

    let bound = principal("humans/anna", "workspaces/demo", Role::Reviewer);
    let refused = let_in(&gate, &bound).authorize(&Workspace::new("prod").expect("an id")).expect_err("out of reach");
    assert_eq!(told(refused).1, "WORKSPACE_DENIED");
}

#[test]
fn every_refusal_is_counted_and_logged_and_no_admission_is() {
    let (metrics, lines) = (Metrics::new(), Lines::default());
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(lines.clone()).finish();
    tracing::subscriber::with_default(subscriber, || {
        let gate = gate(&metrics);
        let anna = principal("humans/anna", "workspaces/demo", Role::Reviewer);
        let_in(&gate, &anna).authorize(&Workspace::new("other").expect("an id")).expect_err("out of reach");
        let rules = principal("generators/rules", "workspaces/demo", Role::Proposer);
        for _ in 0..2 {
            assert!(gate.admit(&rules, rpc(APPROVE)).is_err(), "a machine");
        }
    });
    let text = metrics.to_text().expect("text");
    assert!(text.contains(&format!("countersign_access_denied_total{{rpc=\"{APPROVE}\"}} 3\n")), "{text}");
    let lines = String::from_utf8(lines.0.lock().expect("no writer left").clone()).expect("text");
    let lines: Vec<&str> = lines.lines().collect();
    assert_eq!(lines.len(), 3, "{lines:?}");
    let starts = [("humans/anna", "own_workspace_alone"), ("generators/rules", "machines_never_decide")];
    for (line, (caller, rule)) in lines.iter().zip(starts) {
        for part in ["WARN", "access denied", caller, rule, APPROVE] {
            assert!(line.contains(part), "no {part} in {line}");
        }
    }
    assert!(lines[0].contains("workspaces/other") && !lines[1].contains("workspace="), "{lines:?}");
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("one writer").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Lines {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}
