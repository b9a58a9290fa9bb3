use http::{Request, Response};
use tonic::{Status, body::Body};

use super::{Denied, Rpc, Validity};
use crate::{
    grpc::{Inner, Next, end_request, end_response},
    rejection::Rejection,
};

/// Runs a call for as long as its token is valid, then ends it as a new call would be refused.
///
/// Nothing that arrives after the end is taken in, and a stream of answers ends with the refusal. The one answer of a unary
/// call is still sent: what it asked for was let in whole, and its caller must learn whether it was done. An admin who
/// revokes the token of this very call gets the answer, too.
pub(super) async fn run_while_valid(
    validity: Validity,
    request: Request<Body>,
    next: Next<impl Inner>,
) -> Response<Body> {
    let is_unary = Rpc::at(request.uri().path()).is_some_and(Rpc::is_unary);
    let request = end_request(request, validity.clone().ended(), over);
    if is_unary {
        return next.run(request).await;
    }
    let response = tokio::select! {
        biased;
        () = validity.clone().ended() => return over().into_http(),
        response = next.run(request) => response,
    };
    end_response(response, validity.ended(), over)
}

fn over() -> Status {
    Rejection::from(Denied::Invalid).into_status()
}

#[cfg(test)]
mod tests {
    use std::{convert::Infallible, sync::Arc};

    use bytes::Bytes;
    use futures::{StreamExt, channel::mpsc, stream};
    use http_body::Frame;
    use http_body_util::{BodyExt, Full, StreamBody};
    use tonic::Code;
    use tonic_types::StatusExt;
    use tower::service_fn;

    use super::*;
    use crate::{
        access::{Access, Principal, Role, Scope, TokenId, TokenStore},
        clock::ManualClock,
        ids::SeededIds,
    };

    const UNARY: &str = "/countersign.candidate.v1.ProposalService/ProposeCandidate";
    const STREAM: &str = "/countersign.candidate.v1.ProposalService/StreamProposals";

    struct Bench {
        _folder: tempfile::TempDir,
        access: Access,
        token: TokenId,
        validity: Validity,
    }

    async fn bench() -> Bench {
        let folder = tempfile::tempdir().expect("a folder");
        let store = TokenStore::open(&folder.path().join("tokens.db")).await.expect("it opens");
        let access = Access::new(store, Arc::new(ManualClock::default()), Arc::new(SeededIds::new(1)));
        let id = "generators/rules".parse().expect("an id");
        let principal = Principal::new(id, Scope::All, [Role::Proposer]).expect("a principal");
        let (token, record) = access.create(principal, None).await.expect("created");
        let validity = access.resolve(&token.reveal()).await.expect("resolved").validity;
        Bench { _folder: folder, access, token: record.id, validity }
    }

    fn request(rpc: &str, body: Body) -> Request<Body> {
        Request::post(rpc).body(body).expect("a request")
    }

    fn assert_refused(status: &Status) {
        let reason = status.get_details_error_info().expect("an ErrorInfo").reason;
        assert_eq!((status.code(), reason.as_str()), (Code::Unauthenticated, "TOKEN_INVALID"));
        assert_eq!(status.message(), Denied::Invalid.to_string());
    }

    #[tokio::test]
    async fn a_revocation_after_the_token_was_resolved_still_keeps_the_call_out() {
        let Bench { access, token, validity, _folder } = bench().await;
        access.revoke(token).await.expect("revoked");

        let unreachable = Next(service_fn(async |_: Request<Body>| -> Result<Response<Body>, Infallible> {
            panic!("a stream must not begin under a revoked token")
        }));
        let response = run_while_valid(validity.clone(), request(STREAM, Body::empty()), unreachable).await;
        assert_refused(&Status::from_header_map(response.headers()).expect("a status"));

        // The handler of a unary call begins by reading its message; what it reads instead becomes its answer.
        let reading = Next(service_fn(async |request: Request<Body>| {
            let read = request.into_body().collect().await.expect_err("the message is not taken in");
            Ok::<_, Infallible>(read.into_http::<Body>())
        }));
        let message = Body::new(Full::from("a message"));
        let response = run_while_valid(validity, request(UNARY, message), reading).await;
        assert_refused(&Status::from_header_map(response.headers()).expect("a status"));
    }

    #[tokio::test]
    async fn nothing_sent_after_the_revocation_is_taken_in_and_the_answer_ends() {
        let Bench { access, token, validity, _folder } = bench().await;
        let (bodies, mut taken_over) = mpsc::unbounded();
        let endless = Next(service_fn(move |request: Request<Body>| {
            // As a handler that reads in a task of its own, and has more to say.
            bodies.unbounded_send(request.into_body()).expect("the test waits for it");
            let answers = stream::iter([Ok(Frame::data(Bytes::from_static(b"an answer")))]);
            let body = Body::new(StreamBody::new(answers.chain(stream::pending::<Result<_, Status>>())));
            std::future::ready(Ok::<_, Infallible>(Response::new(body)))
        }));
        let (items, sent) = mpsc::unbounded::<Result<Frame<Bytes>, Status>>();
        let incoming = Body::new(StreamBody::new(sent));
        let mut answer = run_while_valid(validity, request(STREAM, incoming), endless).await.into_body();
        let mut taken = taken_over.next().await.expect("the handler runs");

        items.unbounded_send(Ok(Frame::data(Bytes::from_static(b"before")))).expect("open");
        let frame = taken.frame().await.expect("a frame").expect("let in");
        assert_eq!(frame.into_data().expect("data"), "before");
        assert!(answer.frame().await.expect("a frame").expect("an answer").is_data());

        access.revoke(token).await.expect("revoked");
        items.unbounded_send(Ok(Frame::data(Bytes::from_static(b"after")))).expect("open");
        assert_refused(&taken.frame().await.expect("a frame").expect_err("nothing is taken in"));
        assert!(taken.frame().await.is_none());
        let trailers = answer.frame().await.expect("a frame").expect("an end").into_trailers().expect("trailers");
        assert_refused(&Status::from_header_map(&trailers).expect("a status"));
        assert!(answer.frame().await.is_none());
    }
}
