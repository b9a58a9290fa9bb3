//! Databases of PostgreSQL that a process refuses to serve: each by name, with the reason and the mend, and without a word of a secret; once
//! it is mended, the same command starts.

use system_tests::harness::{Answer, Databases, Installation, Server};
use throwaway_postgres::{Authority, Cluster, Database, Setup};

/// Where a URL of candidates that must be refused leads.
fn refused(installation: &Installation, url: &str) -> Answer {
    let listen = ["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"];
    installation.run(&[&["serve", "--database-url", url][..], &listen].concat())
}

fn starts(installation: &Installation, url: &str) {
    let (status, stderr) = Server::start_with(installation, &["--database-url", url]).terminate();
    assert!(status.success(), "{stderr}");
}

#[test]
fn a_url_of_another_kind_is_a_mistake_on_the_command_line() {
    let installation = Installation::new();
    let answer = refused(&installation, "mysql://anna:hunter2@db/candidates");
    answer.expect(2, &["--database-url", "`mysql` is no kind of database", "postgres://USER@HOST/DATABASE"]);
    assert!(!answer.stderr.contains("hunter2"), "{}", answer.stderr);
}

#[test]
fn a_wrong_password_is_refused_and_not_shown() {
    let cluster = Cluster::start(&Setup { password: Some("open-sesame"), ..Setup::default() });
    let url = |password| cluster.url("postgres").replace("countersign@", &format!("countersign:{password}@"));
    let installation = Installation::new();
    let answer = refused(&installation, &url("open-barley"));
    answer.expect(3, &["/postgres` can not be reached", "password authentication failed", "check", "password"]);
    assert!(!answer.stderr.contains("open-barley"), "{}", answer.stderr);
    starts(&installation, &url("open-sesame"));
}

#[test]
fn a_schema_of_a_newer_release_is_refused_in_each_of_the_databases() {
    let databases = Databases::new();
    let installation = Installation::on(databases.urls());
    Server::start(&installation).terminate();
    let newer = |schema| {
        format!(
            "INSERT INTO {schema}.migrations (version, description, success, checksum, execution_time) \
             VALUES (9000, 'of a newer release', TRUE, '', 0)"
        )
    };
    let mended = |schema| format!("DELETE FROM {schema}.migrations WHERE version = 9000");
    let places: [(&Database, &str); 3] = [
        (&databases.candidates, "countersign_candidates"),
        (&databases.ledger, "countersign_ledger"),
        (&databases.content_keys, "countersign_content_keys"),
    ];
    for (database, schema) in places {
        database.execute(&newer(schema));
        let answer = installation.run(&["serve", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"]);
        let name = database.url().rsplit('/').next().expect("a name");
        answer.expect(3, &[name, "has the schema of a newer release", "migration 9000", "start that release"]);
        database.execute(&mended(schema));
    }
    let (status, stderr) = Server::start(&installation).terminate();
    assert!(status.success(), "{stderr}");
}

#[test]
fn a_standby_is_refused_until_it_is_the_primary() {
    let cluster = Cluster::start(&Setup::default());
    let standby = cluster.standby();
    let installation = Installation::new();
    let answer = refused(&installation, &standby.url("postgres"));
    answer.expect(3, &["/postgres` is read-only: it is a standby", "name the primary"]);
    standby.promote();
    starts(&installation, &standby.url("postgres"));
}

#[test]
fn a_server_is_taken_at_its_certificate_and_no_other() {
    let authority = Authority::new();
    let cluster = Cluster::start(&Setup { certificate: Some(authority.sign_for_here()), ..Setup::default() });
    let verified = |cluster: &Cluster, root: &Authority| {
        format!("{}?sslmode=verify-full&sslrootcert={}", cluster.tls_url("postgres"), root.root().display())
    };
    let installation = Installation::new();
    let server = Server::start_with(&installation, &["--database-url", &verified(&cluster, &authority)]);
    let encrypted = "SELECT count(*) > 0 AND bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) \
                     WHERE application_name = 'countersign'";
    assert_eq!(cluster.execute("postgres", encrypted).trim(), "t", "every connection is encrypted");
    server.terminate();

    let answer = refused(&Installation::new(), &verified(&cluster, &Authority::new()));
    answer.expect(3, &["/postgres`", "certificate", "`sslrootcert`"]);
    let elsewhere = Cluster::start(&Setup { certificate: Some(authority.sign_for_elsewhere()), ..Setup::default() });
    let answer = refused(&Installation::new(), &verified(&elsewhere, &authority));
    answer.expect(3, &["/postgres`", "certificate", "not valid for name"]);
    let bare = format!("{}?sslmode=disable", cluster.tls_url("postgres"));
    refused(&Installation::new(), &bare).expect(3, &["can not be reached", "no encryption"]);
}
