use countersign_api::{
    candidate::v1::{StreamProposalsResponse, stream_proposals_response::Result as Outcome},
    error::v1::StateConflict,
};
use prost::Message;
use tonic::Status;
use tonic_types::{StatusExt, pb};

/// The reason of a refused call.
pub(crate) fn reason(status: &Status) -> String {
    status.get_details_error_info().unwrap_or_else(|| panic!("{status:?} has an ErrorInfo")).reason
}

/// The state that stood in the way of a refused call, and what was possible instead.
pub(crate) fn conflict(status: &Status) -> StateConflict {
    assert!(["TRANSITION_ILLEGAL", "ETAG_STALE"].contains(&reason(status).as_str()), "{status:?}");
    let details = pb::Status::decode(status.details()).expect("a google.rpc.Status").details;
    let conflict = details.iter().find(|detail| detail.type_url.ends_with("StateConflict")).expect("a StateConflict");
    StateConflict::decode(conflict.value.as_slice()).expect("a StateConflict")
}

/// The reason of a refused item; none when it was taken.
pub(crate) fn item_reason(answer: &StreamProposalsResponse) -> Option<String> {
    match answer.result.as_ref().expect("an answer says something") {
        Outcome::Accepted(_) => None,
        Outcome::Refused(status) => {
            let code = tonic::Code::from(status.code);
            let whole = Status::with_details(code, status.message.clone(), status.encode_to_vec().into());
            Some(reason(&whole))
        }
    }
}
