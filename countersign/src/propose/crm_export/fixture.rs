//! A small export for the stories that the rules' tests tell.

use std::borrow::Cow;

use countersign_api::candidate::v1::Proposal;

use super::export::Export;
use super::files::Files;
use crate::propose::Item;

const ACCOUNTS: &str = "\
account,sector,year_established,revenue,employees,office_location,subsidiary_of
Rund & Sons,retail,1990,12.5,80,Norway,
Tarn Mills,food,1971,3.1,22,Sweden,
";
const PRODUCTS: &str = "\
product,series,sales_price
Alto 10,Alto,1000
Brio Max,Brio,250
";
const TEAMS: &str = "\
sales_agent,manager,regional_office
Ann Low,Mara Vey,East
Bo Tarn,Kit Orr,West
";
const HEAD: &str = "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\n";

/// The files of an export with these deals, rows of `sales_pipeline.csv` below its head line.
pub fn files(deals: &str) -> Files<'static> {
    let borrowed = |text: &'static str| Cow::Borrowed(text.as_bytes());
    Files {
        accounts: borrowed(ACCOUNTS),
        products: borrowed(PRODUCTS),
        sales_pipeline: Cow::Owned(format!("{HEAD}{deals}").into_bytes()),
        sales_teams: borrowed(TEAMS),
    }
}

/// Ten deals, won after 10, 20, … 100 days at list price; the last date is 12/31/2025.
pub fn ten_won() -> String {
    let days = ["12/21", "12/11", "12/1", "11/21", "11/11", "11/1", "10/22", "10/12", "10/2", "9/22"];
    let deal = |(number, day): (usize, &&str)| {
        format!("W{number},Ann Low,Alto 10,Rund & Sons,Won,{day}/2025,12/31/2025,1000\n")
    };
    days.iter().enumerate().map(deal).collect()
}

/// Parses an export without broken rows.
pub fn export(deals: &str) -> Export {
    let mut broken = Vec::new();
    let export = Export::read(&files(deals), &mut broken).expect("an export");
    assert_eq!(broken, []);
    export
}

/// What a rule proposes about the deal with this id.
pub fn proposed(deals: &str, rule: fn(&super::deal::Deal, &Export) -> Option<Proposal>, id: &str) -> Option<Proposal> {
    let export = export(deals);
    let deal = export.deals.iter().find(|deal| deal.id() == id).expect("the deal is there");
    let proposal = rule(deal, &export)?;
    let origin = crate::propose::Origin::Record(id.to_owned());
    crate::propose::expectations::assert_would_be_taken(&Item {
        request_id: id.to_owned(),
        origin,
        proposal: proposal.clone(),
    });
    Some(proposal)
}

/// The payload's value at a JSON Pointer.
pub fn payload(proposal: &Proposal, pointer: &str) -> String {
    let payload: serde_json::Value = serde_json::from_str(&proposal.payload_json).expect("JSON");
    match payload.pointer(pointer) {
        Some(serde_json::Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
        None => String::new(),
    }
}

/// Evidence as `kind field=value …`, one a line.
pub fn evidence(proposal: &Proposal) -> Vec<String> {
    let shown = |item: &countersign_api::candidate::v1::Evidence| {
        let fields = item.fields.iter().map(|field| format!(" {}={}", field.name, field.value));
        std::iter::once(item.kind.clone()).chain(fields).collect()
    };
    proposal.evidence.iter().map(shown).collect()
}

/// The level and basis of the confidence.
pub fn confidence(proposal: &Proposal) -> String {
    let confidence = proposal.confidence.as_ref().expect("a confidence");
    format!("{} {}", confidence.level().as_str_name(), confidence.basis().as_str_name())
        .replace("CONFIDENCE_LEVEL_", "")
        .replace("CONFIDENCE_BASIS_", "")
}
