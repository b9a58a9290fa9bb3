use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use countersign_api::candidate::v1::FailureClass;
use futures::FutureExt;
use service_kit::{clock::Clock, shutdown::Shutdown, telemetry::trace_context};
use tokio::sync::{Semaphore, SemaphorePermit};
use tracing::Instrument;

use crate::{
    connector::{Call, Connector, Connectors, Done, Failed},
    deadline::{self, TooLate},
    lease::{Leases, Lost},
    meters::Meters,
    outcome::Outcome,
    permit::VerifiedPermit,
};

/// How long after a drain began a permit in hand may still get its turn. What is called then has most of the drain to end
/// in; what is not goes back uncalled, which costs the candidate an attempt.
pub const BEGIN_IN_DRAIN_MAX: Duration = Duration::from_secs(5);

/// Acts on permits that verified: one call each, at most so many at once, none that could outlive its claim.
#[derive(Debug, Clone)]
pub(crate) struct Actor {
    pub connectors: Connectors,
    pub clock: Arc<dyn Clock>,
    pub leases: Leases,
    pub call_deadline: Duration,
    pub places: Arc<Semaphore>,
    pub meters: Meters,
}

impl Actor {
    /// Makes the one call that the permit allows, or says why not.
    pub(crate) async fn act(&self, permit: VerifiedPermit, shutdown: &Shutdown) -> Outcome {
        let reissued = permit.reissued;
        let not_called = |class, message, retry_safe| Outcome::not_called(class, message, retry_safe, reissued);
        // C-4: it may have been done under this very permit, and doing it again is not declared safe.
        if reissued && !(permit.retry_safe && self.connectors.is_retry_safe(&permit.operation)) {
            let message = "the executor restarted while it held this permit, and repeating is not declared safe; \
                           look in the target system whether it was done";
            return Outcome::Unknown { message: message.to_owned() };
        }
        let Some(connector) = self.connectors.find(&permit.operation) else {
            let operation = &permit.operation;
            tracing::warn!(candidate = permit.approval.candidate(), operation, "no connector performs an operation");
            let message = format!(
                "no connector performs `{operation}`: nothing was called; register one and retry, or reject the candidate"
            );
            return not_called(FailureClass::PermitRefused, message, false);
        };
        let Some(_place) = self.turn(shutdown).await else {
            let message = "the executor is shutting down: nothing was called";
            return not_called(FailureClass::Unavailable, message.to_owned(), true);
        };
        if let Err(lost) = self.leases.ensure(&permit.claim, permit.lease_expire_at).await {
            return not_called(FailureClass::Unavailable, words_for(&lost), true);
        }
        self.call(connector.as_ref(), permit).await
    }

    /// Waits for a place among the calls; a drain ends the wait once a call would begin too late in it.
    async fn turn(&self, shutdown: &Shutdown) -> Option<SemaphorePermit<'_>> {
        let too_late = async {
            shutdown.draining().await;
            self.clock.sleep_until(self.clock.now() + BEGIN_IN_DRAIN_MAX).await;
        };
        tokio::select! {
            biased;
            place = self.places.acquire() => Some(place.expect("invariant: the semaphore of calls is never closed")),
            () = too_late => None,
        }
    }

    /// The attempt stands in the record since the claim's commit. A crash from here on leaves a permit that is issued
    /// again: it is repeated where that is declared safe, and shown as unknown where it is not.
    async fn call(&self, connector: &dyn Connector, permit: VerifiedPermit) -> Outcome {
        let system = connector.system();
        let span = tracing::info_span!(
            "connector_call",
            system,
            operation = permit.operation,
            candidate = permit.approval.candidate(),
            attempt = permit.attempt_number,
            fence = permit.claim.fence,
            entry_index = permit.approval.receipt().index,
        );
        trace_context::set_parent(&span, &permit.traceparent);
        let began_at = self.clock.now();
        let deadline_at = began_at + self.call_deadline;
        let call = Call::new(permit, deadline_at);
        let answer = AssertUnwindSafe(connector.execute(&call)).catch_unwind();
        let answered = deadline::by(&*self.clock, deadline_at, answer).instrument(span).await;
        self.meters.called(system, self.clock.now().duration_since(began_at));
        Outcome::of_answer(system, self.certain(answered))
    }

    /// What cannot be told is unknown, never guessed.
    fn certain(&self, answered: Result<std::thread::Result<Result<Done, Failed>>, TooLate>) -> Result<Done, Failed> {
        match answered {
            Ok(Ok(answer)) => answer,
            Ok(Err(_panic)) => {
                let message = "the connector broke down in the middle of the call; look in the target system";
                Err(Failed::Unknown { message: message.to_owned() })
            }
            Err(TooLate) => {
                let seconds = self.call_deadline.as_secs_f64();
                let message = format!("the connector gave no answer within {seconds} s; look in the target system");
                Err(Failed::Unknown { message })
            }
        }
    }
}

fn words_for(lost: &Lost) -> String {
    match lost {
        Lost::Taken { code } => format!("the claim was not extended (`{code:?}`): nothing was called"),
        Lost::Lapsed => "the claim's time was over before its turn came: nothing was called".to_owned(),
    }
}
