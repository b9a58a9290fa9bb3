use countersign_api::candidate::v1::{Generator, Proposal, RecordReference, SourceField, Trigger};

use super::deal::{self, Deal};
use super::evidence::midnight;
use super::person::owner_of;
use crate::propose::clip;

/// The system that exports come from.
pub const SOURCE_SYSTEM: &str = "crm";

const GENERATOR: &str = "crm-rules";
/// Changes whenever a rule would propose something else from the same export.
const RULES_VERSION: &str = "rules-1";
const DISPLAY_NAME_MAX_BYTES: usize = 256;
const TRIGGER_TYPE: &str = "deal_exported";

/// Begins a rule's proposal about a deal with what does not depend on the rule: what made it, its trigger and record, the fields
/// that the row lacks, and the agent as owner.
///
/// When it needs to be decided stays unset: the days of the export are not those of the service that takes it.
pub fn begin(deal: &Deal, rule: &str) -> Proposal {
    Proposal {
        generator: Some(Generator {
            name: GENERATOR.to_owned(),
            model: String::new(),
            prompt_version: RULES_VERSION.to_owned(),
        }),
        trigger: Some(trigger_of(deal)),
        record: Some(record_of(deal)),
        missing_fields: deal.missing_fields(),
        owner: owner_of(deal.agent()),
        dedup_key: format!("{SOURCE_SYSTEM}/{}/{}/{rule}", deal::OBJECT_TYPE, deal.id()),
        ..Proposal::default()
    }
}

/// All rules have the same trigger for a deal: it is one event, however much follows from it.
fn trigger_of(deal: &Deal) -> Trigger {
    let cells = deal::COLUMNS.iter().zip(&deal.cells);
    let fields = cells.map(|(column, cell)| SourceField { name: (*column).to_owned(), value: cell.clone() });
    Trigger {
        source_system: SOURCE_SYSTEM.to_owned(),
        r#type: TRIGGER_TYPE.to_owned(),
        source_id: deal.id().to_owned(),
        occur_time: deal.last_on().map(midnight),
        record: Some(record_of(deal)),
        fields: fields.collect(),
        ..Trigger::default()
    }
}

fn record_of(deal: &Deal) -> RecordReference {
    RecordReference {
        system: SOURCE_SYSTEM.to_owned(),
        object_type: deal::OBJECT_TYPE.to_owned(),
        id: deal.id().to_owned(),
        display_name: clip(&display_name(deal), DISPLAY_NAME_MAX_BYTES),
        link: String::new(),
    }
}

fn display_name(deal: &Deal) -> String {
    match (deal.product(), deal.account()) {
        ("", only) | (only, "") => only.to_owned(),
        (product, account) => format!("{product} for {account}"),
    }
}
