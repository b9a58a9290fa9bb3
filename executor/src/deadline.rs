use futures::future::{Either, select};
use jiff::Timestamp;
use service_kit::clock::Clock;

/// The moment came before the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooLate;

/// Drops the future when the moment comes before its answer.
pub(crate) async fn by<T>(clock: &dyn Clock, at: Timestamp, future: impl Future<Output = T>) -> Result<T, TooLate> {
    match select(Box::pin(future), clock.sleep_until(at)).await {
        Either::Left((answer, _)) => Ok(answer),
        Either::Right(((), _)) => Err(TooLate),
    }
}
