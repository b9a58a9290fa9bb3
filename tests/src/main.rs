//! System tests: the real binary as real processes, on real files, called by the command line, by generated clients
//! and by a client in another language.
//!
//! A case reads like a story. Nothing sleeps: a case waits for an event with a deadline.

mod cases {
    mod bad_input;
    mod demo;
    mod erasure;
    mod exporting;
    mod failing_database;
    mod failing_disk;
    mod interrupted_demo;
    mod killed_server;
    mod kills;
    mod lifecycle;
    mod other_readers;
    mod power;
    mod process_mining;
    mod proposer_feedback;
    mod published_ledger;
    mod recomputed_report;
    mod reflected_client;
    mod refused_database;
    mod refused_report;
    mod replicas;
    mod schemas;
    mod second_verifier;
    mod serving;
    mod tampered_ledger;
    mod verifying;
}
