//! The service: runs, keeps and tells, over the same layers as every other.

use std::sync::Arc;

use analytics::export::ExportKey;
use analytics::{AllowedHarm, App, Environment, Exporter, FeedbackConfig, PolicyUnread, Schedule};
use countersign_api::feedback::v1::feedback_service_client::FeedbackServiceClient;
use countersign_api::feedback::v1::{
    GetProposerFeedbackRequest, GetReportRequest, ListReportsRequest, Report, ReportPeriod, RunReportRequest,
};
use countersign_api::name::Workspace;
use futures::future::BoxFuture;
use service_kit::access::{Pseudonyms, Role};
use service_kit::clock::{Clock, ManualClock};
use service_kit::grpc::{AuthorizedChannel, Server, with_token};
use service_kit::ids::SeededIds;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::bench::{Bench, principal};
use super::figures::table;
use super::story::{Story, task};

/// A policy that allows fifty of a thousand.
#[derive(Debug)]
struct FiftyOfAThousand;

impl AllowedHarm for FiftyOfAThousand {
    fn per_mille<'a>(&'a self, _: &'a Workspace) -> BoxFuture<'a, Result<Option<u32>, PolicyUnread>> {
        Box::pin(std::future::ready(Ok(Some(50))))
    }
}

pub(crate) struct House {
    bench: Bench,
    server: Server,
    pub(crate) clock: ManualClock,
    _app: App,
}

impl House {
    async fn with(story: Story) -> Self {
        Self::with_schedule(story, None).await
    }

    pub(crate) async fn with_schedule(story: Story, schedule: Option<Schedule>) -> Self {
        let bench = Bench::with(story.log).await;
        let clock = ManualClock::new("2026-11-22T10:00:00Z".parse().expect("a time"));
        let key = bench.folder.path().join("pseudonym.key");
        let config = FeedbackConfig {
            exporter: Exporter {
                ledger: bench.channel(),
                folder: bench.folder.path().join("export"),
                verifying_keys: bench.ledger.behaviour().log.verifying_key().into(),
                export_key: ExportKey::new(&[1; 32]),
            },
            report_folder: bench.folder.path().join("report"),
            pseudonyms: Pseudonyms::open(&key, &SeededIds::new(1)).expect("a key"),
            allowed_harm: Arc::new(FiftyOfAThousand),
            schedule,
        };
        let clock_of_app: Arc<dyn Clock> = Arc::new(clock.clone());
        let app = config.build(&Environment { clock: clock_of_app, metrics: bench.metrics.clone() });
        app.spawn(&bench.shutdown);
        let server = Server::builder(Arc::clone(&bench.access), &bench.metrics, &bench.health, &bench.shutdown)
            .add_service(app.service())
            .build();
        Self { bench, server, clock, _app: app }
    }

    pub(crate) fn client(&self, id: &str, role: Role) -> FeedbackServiceClient<AuthorizedChannel> {
        let token = self.bench.access.lend(principal(id, role));
        FeedbackServiceClient::new(with_token(self.server.in_memory_channel(), &token))
    }

    async fn run(&self, request_id: &str) -> Result<Report, Status> {
        let request =
            RunReportRequest { parent: "workspaces/demo".to_owned(), request_id: request_id.to_owned(), period: 0 };
        let mut owner = self.client("humans/olga", Role::ProcessOwner);
        Ok(owner.run_report(request).await?.into_inner().report.expect("a report"))
    }
}

pub(crate) fn story() -> Story {
    let mut story = Story::new();
    for number in 0..4 {
        let proposer = if number < 3 { "generators/crm-rules" } else { "generators/web-forms" };
        let mut candidate = story.propose(number, proposer, task(), "{}");
        story.approve(&mut candidate, "humans/anna");
    }
    story
}

fn reason(status: &Status) -> String {
    status.get_details_error_info().unwrap_or_else(|| panic!("{status:?} has an ErrorInfo")).reason
}

#[tokio::test]
async fn a_report_is_made_from_the_verified_log_and_kept() {
    let house = House::with(story()).await;
    let report = house.run("first").await.expect("a report");
    assert_eq!((report.log_size, report.log_origin.as_str()), (8, super::log::ORIGIN));
    assert_eq!(report.create_time.expect("a time").seconds, house.clock.now().as_second());
    let json: serde_json::Value = serde_json::from_str(&report.report_json).expect("JSON");
    assert_eq!(table(&json, "rejections-by-all")["rows"][0]["denominator"], 4);
    assert_eq!(json["terms"], serde_json::json!({ "harm_at_most_per_mille": 50, "period": "four-weeks" }));
    assert!(report.report_markdown.starts_with("# Feedback report"));
    assert!(std::path::Path::new(&report.folder).join("report.html").exists());

    let request = GetReportRequest { name: report.name.clone() };
    let read = house.client("humans/ada", Role::Auditor).get_report(request).await.expect("it is kept");
    assert_eq!(read.into_inner().report, Some(report));
}

#[tokio::test]
async fn the_same_request_id_gives_the_same_report_and_another_a_new_one() {
    let house = House::with(story()).await;
    let first = house.run("first").await.expect("a report");
    house.clock.advance(std::time::Duration::from_mins(1));
    house.bench.ledger.behaviour().log = {
        let mut grown = story();
        grown.propose(9, "generators/crm-rules", task(), "{}");
        grown.log
    };
    assert_eq!(house.run("first").await.expect("the same"), first);
    let second = house.run("second").await.expect("another");
    assert_eq!((first.log_size, second.log_size), (8, 9));
    assert_ne!(first.name, second.name);
}

#[tokio::test]
async fn a_request_id_stands_for_one_period() {
    let house = House::with(story()).await;
    house.run("first").await.expect("a report");
    let of_a_week = |request_id: &str| RunReportRequest {
        parent: "workspaces/demo".to_owned(),
        request_id: request_id.to_owned(),
        period: ReportPeriod::Week.into(),
    };
    let mut owner = house.client("humans/olga", Role::ProcessOwner);
    let refused = owner.run_report(of_a_week("first")).await.expect_err("another period");
    assert_eq!(reason(&refused), "REQUEST_ID_REUSED");
    let report = owner.run_report(of_a_week("second")).await.expect("a report").into_inner().report.expect("a report");
    assert!(report.report_json.contains("\"period\":\"week\""));
    let unknown = RunReportRequest { period: 9, ..of_a_week("third") };
    assert_eq!(owner.run_report(unknown).await.expect_err("no period").code(), Code::InvalidArgument);
}

#[tokio::test]
async fn runs_asked_for_at_once_are_done_one_after_the_other() {
    let house = House::with(story()).await;
    let (a, b, again) = tokio::join!(house.run("a"), house.run("b"), house.run("a"));
    let (a, b) = (a.expect("a report"), b.expect("a report"));
    assert_eq!(again.expect("the same"), a);
    assert_ne!(a.name, b.name);
    assert_eq!(a.report_json, b.report_json, "the same log, the same figures");
}

#[tokio::test]
async fn reports_are_listed_newest_first_in_pages() {
    let house = House::with(story()).await;
    let mut names = Vec::new();
    for request_id in ["a", "b", "c"] {
        names.insert(0, house.run(request_id).await.expect("a report").name);
        house.clock.advance(std::time::Duration::from_secs(1));
    }
    let mut reader = house.client("humans/ada", Role::Auditor);
    let mut request =
        ListReportsRequest { parent: "workspaces/demo".to_owned(), page_size: 2, page_token: String::new() };
    let first = reader.list_reports(request.clone()).await.expect("a page").into_inner();
    let listed: Vec<&str> = first.reports.iter().map(|report| report.name.as_str()).collect();
    assert_eq!(listed, names[..2]);
    assert!(first.reports.iter().all(|report| report.report_json.is_empty()));

    request.page_token = first.next_page_token;
    let second = reader.list_reports(request.clone()).await.expect("a page").into_inner();
    assert_eq!((second.reports.len(), second.reports[0].name.as_str()), (1, names[2].as_str()));
    assert_eq!(second.next_page_token, "");

    request.page_token = "made up".to_owned();
    let refused = reader.list_reports(request.clone()).await.expect_err("no token of ours");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::InvalidArgument, "PAGE_TOKEN_INVALID"));
    for page_size in [-1, 1_001] {
        request.page_size = page_size;
        let refused = reader.list_reports(request.clone()).await.expect_err("out of range");
        assert_eq!(reason(&refused), "REQUEST_MALFORMED");
    }
}

#[tokio::test]
async fn a_generator_reads_its_own_feedback_and_no_other() {
    let house = House::with(story()).await;
    let ask = |proposer: &str| GetProposerFeedbackRequest {
        parent: "workspaces/demo".to_owned(),
        proposer: proposer.to_owned(),
    };
    let mut rules = house.client("generators/crm-rules", Role::Proposer);
    let refused = rules.get_proposer_feedback(ask("generators/crm-rules")).await.expect_err("nothing verified yet");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::FailedPrecondition, "EXPORT_UNVERIFIED"));

    house.run("first").await.expect("a report");
    let own = rules.get_proposer_feedback(ask("generators/crm-rules")).await.expect("its own").into_inner();
    assert_eq!((own.log_size, own.feedback.len()), (8, 1));
    assert_eq!((own.feedback[0].action_type.as_str(), own.feedback[0].proposed), ("create_task", 3));

    let refused = rules.get_proposer_feedback(ask("generators/web-forms")).await.expect_err("another's");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::PermissionDenied, "ACCESS_DENIED"));
    let mut owner = house.client("humans/olga", Role::ProcessOwner);
    let other = owner.get_proposer_feedback(ask("generators/web-forms")).await.expect("an owner may").into_inner();
    assert_eq!(other.feedback[0].proposed, 1);
}

#[tokio::test]
async fn a_proposer_is_told_the_words_that_people_change_until_they_are_erased() {
    let house = House::with(super::wordings::story()).await;
    house.run("first").await.expect("a report");
    let request = GetProposerFeedbackRequest {
        parent: "workspaces/demo".to_owned(),
        proposer: "generators/crm-rules".to_owned(),
    };
    let mut rules = house.client("generators/crm-rules", Role::Proposer);
    let told = rules.get_proposer_feedback(request.clone()).await.expect("its own").into_inner();
    let removed = &told.feedback[0].repeated_wordings[0];
    assert_eq!((removed.words_removed.as_str(), removed.words_inserted.as_str()), ("Kindly note that", ""));
    assert_eq!((removed.count, removed.share.expect("a share").denominator), (3, 4));
    let advice =
        "In `create_task`, leave words out of `/body` that people take out (“Kindly note that”): people changed";
    assert!(removed.rule.starts_with(advice), "{}", removed.rule);
    let calibration = &told.feedback[0].calibration[0];
    let right = calibration.share.expect("a share");
    assert_eq!((calibration.level.as_str(), calibration.claimed), ("HIGH", Some(0.95)));
    assert_eq!((right.numerator, right.denominator), (2, 7));

    // The first example is erased: another has the words in its own spelling. Then all are.
    house.bench.ledger.behaviour().log.erase(1);
    let told = rules.get_proposer_feedback(request.clone()).await.expect("its own").into_inner();
    assert_eq!(told.feedback[0].repeated_wordings[0].words_removed, "kindly, NOTE that");
    for entry in 0..10 {
        house.bench.ledger.behaviour().log.erase(entry);
    }
    let told = rules.get_proposer_feedback(request).await.expect("its own").into_inner();
    let removed = &told.feedback[0].repeated_wordings[0];
    assert_eq!((removed.words_removed.as_str(), removed.count), ("", 3));
    assert!(!removed.rule.contains('“') && removed.rule.contains("take out ("), "{}", removed.rule);
}

#[tokio::test]
async fn a_log_that_does_not_verify_gives_no_report() {
    let mut told = story();
    told.log.entries[3].content = b"another".to_vec().into();
    let house = House::with(told).await;
    let refused = house.run("first").await.expect_err("a lie");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::FailedPrecondition, "EXPORT_UNVERIFIED"));
    assert!(refused.message().contains("entry `3`"), "{}", refused.message());
    let request = ListReportsRequest { parent: "workspaces/demo".to_owned(), ..Default::default() };
    let listed = house.client("humans/ada", Role::Auditor).list_reports(request).await.expect("a page");
    assert!(listed.into_inner().reports.is_empty());
}

#[tokio::test]
async fn a_ledger_that_breaks_off_is_passed_on_and_the_next_run_goes_on() {
    let house = House::with(story()).await;
    house.bench.ledger.behaviour().break_after = Some(2);
    let refused = house.run("first").await.expect_err("broken off");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::Unavailable, "SHUTTING_DOWN"));
    house.bench.ledger.behaviour().break_after = None;
    assert_eq!(house.run("first").await.expect("a report").log_size, 8);
}

#[tokio::test]
async fn malformed_requests_and_unknown_reports_are_refused() {
    let house = House::with(story()).await;
    for request_id in [String::new(), "x".repeat(129)] {
        let refused = house.run(&request_id).await.expect_err("no request id");
        assert_eq!(reason(&refused), "REQUEST_MALFORMED");
    }
    let mut reader = house.client("humans/ada", Role::Auditor);
    let unknown = "workspaces/demo/reports/01932c07-29a4-7d6b-8b1f-6d1f6c7a9a55".to_owned();
    let refused = reader.get_report(GetReportRequest { name: unknown }).await.expect_err("never made");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::NotFound, "RESOURCE_NOT_FOUND"));
    let refused = reader.get_report(GetReportRequest { name: "reports/1".to_owned() }).await.expect_err("no name");
    assert_eq!(reason(&refused), "REQUEST_MALFORMED");
    let other = RunReportRequest { parent: "workspaces/other".to_owned(), request_id: "r".to_owned(), period: 0 };
    let refused = house.client("humans/olga", Role::ProcessOwner).run_report(other).await.expect_err("out of reach");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::PermissionDenied, "WORKSPACE_DENIED"));
}
