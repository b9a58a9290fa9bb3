//! Reports that are made by themselves and mailed.

use std::collections::BTreeSet;
use std::time::Duration;

use analytics::{Cadence, Mailer, Schedule};
use countersign_api::feedback::v1::{ListReportsRequest, Report};
use service_kit::access::Role;
use tokio::sync::watch;

use super::feedback_service::{House, story};
use super::mail_server::MailServer;

const DAY: Duration = Duration::from_hours(24);

/// The house's clock stands at Sunday, 22 November 2026, 10:00.
async fn house(
    server: &MailServer,
    every: &[Cadence],
    workspaces: watch::Receiver<BTreeSet<countersign_api::name::Workspace>>,
) -> House {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("mail.toml");
    let text = format!(
        "server = \"127.0.0.1\"\nport = {}\nsecurity = \"none\"\nfrom = \"Countersign <c@example.org>\"\n\
         to = [\"olga@example.org\", \"bea@example.org\"]\n",
        server.port
    );
    std::fs::write(&file, text).expect("a file");
    let mailer = Some(Mailer::read(&file).expect("it is sound"));
    let schedule = Schedule { every: every.iter().copied().collect(), workspaces, mailer };
    House::with_schedule(story(), Some(schedule)).await
}

async fn reports(house: &House) -> Vec<Report> {
    let request = ListReportsRequest { parent: "workspaces/demo".to_owned(), page_size: 0, page_token: String::new() };
    house.client("humans/ada", Role::Auditor).list_reports(request).await.expect("a list").into_inner().reports
}

#[tokio::test]
async fn a_report_is_made_every_week_and_mailed_to_everybody_once() {
    let mut server = MailServer::start().await;
    let known = BTreeSet::from(["workspaces/demo".parse().expect("a workspace")]);
    let (_workspaces, receiver) = watch::channel(known);
    let house = house(&server, &[Cadence::Week], receiver).await;
    // The log began in this week: there is nothing to tell of the one before. On Monday there is, on Tuesday nothing more.
    for (days, monday) in [(1, "2026-11-23"), (7, "2026-11-30")] {
        house.clock.advance(DAY * days);
        for to in ["olga@example.org", "bea@example.org"] {
            let mail = server.next().await;
            assert_eq!(mail.to, to, "{monday}");
            let subject = format!("Feedback report of workspaces/demo, week before {monday}");
            assert!(mail.text.contains(&subject), "{}", mail.text);
            assert!(mail.text.contains("report.html") && mail.text.contains("Feedback report"), "{monday}");
        }
    }
    let reports = reports(&house).await;
    assert_eq!(reports.len(), 2);
    let days = |report: &Report| report.create_time.expect("a time").seconds / 86_400;
    assert_eq!(days(&reports[0]), days(&reports[1]) + 7, "newest first");
}

#[tokio::test]
async fn a_workspace_that_comes_later_gets_its_reports_too() {
    let mut server = MailServer::start().await;
    let (workspaces, receiver) = watch::channel(BTreeSet::new());
    let house = house(&server, &[Cadence::Week, Cadence::Month], receiver).await;
    house.clock.advance(DAY * 10);
    assert!(reports(&house).await.is_empty());
    workspaces.send_replace(BTreeSet::from(["workspaces/demo".parse().expect("a workspace")]));
    let mut subjects = BTreeSet::new();
    for _ in 0..4 {
        let mail = server.next().await;
        subjects.insert(mail.text.lines().find(|line| line.starts_with("Subject:")).expect("a subject").to_owned());
    }
    let subjects: Vec<String> = subjects.into_iter().collect();
    assert_eq!(subjects.len(), 2, "{subjects:?}");
    assert!(subjects[0].contains("month before 2026-12-01") && subjects[1].contains("week before 2026-11-30"));
    assert_eq!(reports(&house).await.len(), 2);
}
