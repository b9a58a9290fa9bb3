use countersign_api::candidate::v1::{Evidence, Fault, RejectionReason};

/// What every word of a simulated person begins with.
pub const SIMULATED: &str = "simulated:";

/// Returns what a simulated person says on approving.
pub fn on_approval() -> String {
    format!("{SIMULATED} the payload says what the evidence shows")
}

/// Returns what a simulated person says on editing.
pub fn on_edit(action_type: &str, reworked: bool) -> String {
    match (action_type, reworked) {
        ("create_task", false) => format!("{SIMULATED} two more days, as always for such tasks"),
        ("request_information", false) => format!("{SIMULATED} the question says by when an answer is needed"),
        (_, _) => format!("{SIMULATED} put right after it was sent back"),
    }
}

/// Returns what a simulated person says on refusing.
pub fn on_rejection(reason: RejectionReason) -> String {
    let words = match reason {
        RejectionReason::WrongReading => "the record does not say that",
        RejectionReason::WrongRecord => "it is about another record",
        RejectionReason::Duplicate => "this is being taken care of already",
        RejectionReason::NotWorthIt => "right, but not worth anybody's time",
        RejectionReason::BadTiming => "right, but not before the quarter ends",
        RejectionReason::AgainstPolicy => "the house does not do that",
        RejectionReason::InsufficientEvidence => "the evidence does not carry it",
        RejectionReason::Other | RejectionReason::Unspecified => "it cannot be done as proposed",
    };
    format!("{SIMULATED} {words}")
}

/// Returns why a simulated person puts aside.
pub fn on_hold() -> String {
    format!("{SIMULATED} put aside until the owner is back")
}

/// Returns what a simulated person asks.
pub fn question() -> String {
    format!("{SIMULATED} what does the owner of the record say?")
}

/// Returns the evidence that answers, a piece for each kind that is asked for.
pub fn answers(kinds: &[String]) -> Vec<Evidence> {
    let of_kind = |kind: &str| Evidence {
        kind: kind.to_owned(),
        title: format!("{SIMULATED} answer of the owner"),
        summary: format!("{SIMULATED} the owner confirms what the proposal says"),
        ..Evidence::default()
    };
    if kinds.is_empty() { vec![of_kind("note")] } else { kinds.iter().map(|kind| of_kind(kind)).collect() }
}

/// Returns why a simulated person takes a candidate over.
pub fn on_assignment() -> String {
    format!("{SIMULATED} taken over, since nobody else was found")
}

/// Returns why a simulated person sends back.
pub fn on_send_back(fault: Fault) -> String {
    let words = match fault {
        Fault::Proposal | Fault::Unspecified => "what was proposed did not help",
        Fault::Edit => "the edit changed what was meant",
        Fault::Execution => "the target did not take it",
    };
    format!("{SIMULATED} {words}")
}
