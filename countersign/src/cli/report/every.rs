//! `countersign report --every`: asks the server for a report whenever its time has come.

use analytics::Cadence;
use analytics::report::Period;
use countersign_api::feedback::v1::{Report, ReportPeriod, RunReportRequest};
use serde_json::{Value, json};
use service_kit::clock::{Clock, SystemClock};
use service_kit::shutdown::Shutdown;

use crate::cli::Context;
use crate::failure::Failure;
use crate::output::{facts, step};
use crate::session::Missing;

/// Has reports made until a signal ends it: the first at once, the others when their week or month begins.
///
/// The request id names cadence and moment, so the server makes none twice, however often this is begun.
///
/// # Errors
/// The server's refusal; [`Failure::Unreachable`] where there is no server and no folder.
pub async fn run(context: &Context, cadence: Cadence) -> Result<(), Failure> {
    let stop = Shutdown::new();
    stop.begin_on_signals().map_err(Failure::fault)?;
    let clock = SystemClock;
    loop {
        let now = clock.now();
        let progress = step("exporting, verifying and computing");
        tokio::select! {
            made = make(context, cadence, format!("every {cadence} {}", cadence.began(now))) => made?,
            () = stop.draining() => return Err(Failure::Interrupted),
        }
        drop(progress);
        context.console.say(&format!("the next one is made at {}", cadence.next(now)));
        tokio::select! {
            () = clock.sleep_until(cadence.next(now)) => {}
            () = stop.draining() => return Ok(()),
        }
    }
}

/// Has one made, and shows it.
async fn make(context: &Context, cadence: Cadence, request_id: String) -> Result<(), Failure> {
    let period = match cadence.period() {
        Period::Week => ReportPeriod::Week,
        Period::FourWeeks => ReportPeriod::FourWeeks,
    };
    context
        .with_session(Missing::Refuse, async |session| {
            let request =
                RunReportRequest { parent: session.workspace().to_string(), request_id, period: period.into() };
            let response = session.feedback().run_report(request).await?.into_inner();
            show(context, &response.report.unwrap_or_default())
        })
        .await
}

fn show(context: &Context, report: &Report) -> Result<(), Failure> {
    let json: Value = serde_json::from_str(&report.report_json).map_err(Failure::fault)?;
    if context.console.is_json() {
        return context.console.json(&json!({
            "name": report.name,
            "folder": report.folder,
            "log_size": report.log_size,
            "findings": json["findings"],
        }));
    }
    for finding in json["findings"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        context.console.data(finding)?;
    }
    context.console.data(&facts([("report", report.name.clone()), ("folder", report.folder.clone())]))
}
