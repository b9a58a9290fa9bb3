use service_kit::shutdown::Shutdown;

use crate::{
    act::Actor, meters::Meters, outcome::Outcome, permit::Claim, report::Reporter, tally::Ending, verify::Judged,
};

/// Brings one judged permit to its end: acts where it verified, reports in any case.
#[derive(Debug, Clone)]
pub(crate) struct Worker {
    pub actor: Actor,
    pub reporter: Reporter,
    pub meters: Meters,
}

impl Worker {
    pub(crate) async fn finish(self, judged: Judged, shutdown: Shutdown) -> (Claim, Ending) {
        let Judged { claim, reissued, verdict } = judged;
        let outcome = match verdict {
            Ok(permit) => self.actor.act(permit, &shutdown).await,
            Err(doubt) => {
                self.meters.doubts.inc();
                tracing::warn!(
                    candidate = %claim.candidate,
                    fence = claim.fence,
                    doubt = doubt.whole_story(),
                    "a permit is refused"
                );
                Outcome::of_doubt(&doubt, reissued)
            }
        };
        let reported = self.reporter.report(&claim, outcome.clone()).await;
        self.meters.reported(&outcome);
        let ending = Ending::of(&outcome, reported);
        (claim, ending)
    }
}
