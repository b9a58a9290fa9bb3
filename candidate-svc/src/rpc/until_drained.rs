use futures::{
    Stream, StreamExt,
    stream::{self, BoxStream},
};
use service_kit::shutdown::Shutdown;
use tonic::Status;

use super::status;

/// Passes a stream on until the process drains; then it ends with a refusal that says so.
pub(super) fn until_drained<T: Send + 'static>(
    stream: impl Stream<Item = Result<T, Status>> + Send + 'static,
    shutdown: Shutdown,
) -> BoxStream<'static, Result<T, Status>> {
    let draining = shutdown.draining();
    let end = stream::once(async move { shutdown.is_draining().then(|| Err(status::shutting_down())) });
    stream.take_until(draining).chain(end.filter_map(std::future::ready)).boxed()
}
