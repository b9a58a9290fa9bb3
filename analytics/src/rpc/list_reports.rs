use countersign_api::feedback::v1::{ListReportsRequest, ListReportsResponse};
use service_kit::call::CallContext;
use tonic::Status;

use super::page_token::PageToken;
use super::service::{FeedbackRpc, workspace};
use super::{status, wire};

/// Reports on a page when the request does not say.
const PAGE_SIZE_DEFAULT: usize = 50;

/// Most reports on a page.
const PAGE_SIZE_MAX: usize = 1_000;

/// Lists reports, newest first, without their texts.
pub(super) async fn answer(
    rpc: &FeedbackRpc,
    call: &CallContext,
    request: &ListReportsRequest,
) -> Result<ListReportsResponse, Status> {
    let workspace = workspace(call, &request.parent)?;
    let page_size = page_size(request.page_size)?;
    let after = match request.page_token.as_str() {
        "" => None,
        token => Some(PageToken::parse(token, &workspace).ok_or_else(status::page_token)?),
    };
    let listed = workspace.clone();
    let mut reports = rpc.ask_reports(move |reports| reports.list(&listed)).await?;
    if let Some(after) = after {
        reports.retain(|(_, made)| after.is_before(made));
    }
    let has_more = reports.len() > page_size;
    reports.truncate(page_size);
    let last = reports.last().filter(|_| has_more);
    let next_page_token = last.map(|(_, made)| PageToken::after(made).to_text(&workspace)).unwrap_or_default();
    Ok(ListReportsResponse {
        reports: reports.into_iter().map(|(_, made)| wire::note(&made)).collect(),
        next_page_token,
    })
}

fn page_size(asked: i32) -> Result<usize, Status> {
    match usize::try_from(asked) {
        Ok(0) => Ok(PAGE_SIZE_DEFAULT),
        Ok(size @ 1..=PAGE_SIZE_MAX) => Ok(size),
        Ok(_) | Err(_) => Err(status::page_size(asked, PAGE_SIZE_MAX)),
    }
}
