use countersign_api::candidate::v1::report_outcome_request::Outcome;
use countersign_api::candidate::v1::{
    ClaimExecutionsRequest, ExecutionResult, ExternalReference, Permit, ReportOutcomeRequest,
};

use super::Office;
use crate::harness::script::PARENT;
use crate::harness::{Caller, is_cut};

impl Office<'_> {
    /// Performs what is approved, and says so, until the office closes. After a cut it is given again what it holds.
    pub(super) async fn execute(&self) {
        for turn in 0.. {
            let caller = self.replicas.living(turn).await;
            tokio::select! {
                () = self.closing() => return,
                () = self.execute_at(turn, &caller) => self.counts().streams += 1,
            }
        }
    }

    /// Executes by the permits of one process until its stream is cut.
    async fn execute_at(&self, turn: usize, caller: &Caller) {
        let request = ClaimExecutionsRequest {
            parent: PARENT.to_owned(),
            operations: vec!["create_task".to_owned()],
            lease: Some(prost_types::Duration { seconds: 600, nanos: 0 }),
            max_in_flight: 16,
            drain: false,
            reissue_held: true,
        };
        let mut permits = match caller.executions().claim_executions(caller.as_executor(request)).await {
            Ok(permits) => permits.into_inner(),
            Err(cut) => return assert!(is_cut(&cut), "{cut:?}"),
        };
        loop {
            match permits.message().await {
                Ok(response) => self.report(turn, response.and_then(|it| it.permit).expect("a permit")).await,
                Err(cut) => return assert!(is_cut(&cut), "{cut:?}"),
            }
        }
    }

    async fn report(&self, turn: usize, permit: Permit) {
        let reference = ExternalReference {
            system: "crm".to_owned(),
            object_type: "task".to_owned(),
            id: permit.idempotency_key,
            ..Default::default()
        };
        let report = ReportOutcomeRequest {
            request_id: format!("report-{}-{}", permit.candidate, permit.fence),
            name: permit.candidate,
            fence: permit.fence,
            outcome: Some(Outcome::Succeeded(ExecutionResult { references: vec![reference], ..Default::default() })),
        };
        let send = async |caller: Caller| caller.executions().report_outcome(caller.as_executor(report.clone())).await;
        let (_, answer) = self.until_answered(turn, send).await;
        self.work().note_reported(&report.name, answer.into_inner().revision);
    }
}
