use countersign_api::ledger::v1::{self as wire, GetCheckpointRequest, GetEntryRequest};
use service_kit::access::{Role, Scope};
use tonic::Code;

use crate::bench::{Files, PARENT, append, entry, reason};

crate::bench::on_both! {
    only_a_relay_appends_and_only_who_may_read_reads,
    another_workspace_is_out_of_reach_in_every_rpc,
}

async fn only_a_relay_appends_and_only_who_may_read_reads(files: Files) {
    let bench = files.serve().await;
    bench.fill(0, 1, 1).await;
    let get = || GetEntryRequest { parent: PARENT.to_owned(), index: 0 };
    for (id, role) in [("humans/admin", Role::Admin), ("services/analytics", Role::Auditor)] {
        let mut reader = bench.client(id, Scope::All, role);
        assert!(reader.get_entry(get()).await.is_ok(), "{id}");
        let refused = append(&mut reader, vec![entry("a", "1")]).await.expect_err("no relay");
        assert_eq!((refused.code(), reason(&refused).as_str()), (Code::PermissionDenied, "ACCESS_DENIED"), "{id}");
    }
    let mut proposer = bench.client("generators/rules", Scope::All, Role::Proposer);
    assert_eq!(reason(&proposer.get_entry(get()).await.expect_err("no reader")), "ACCESS_DENIED");
}

async fn another_workspace_is_out_of_reach_in_every_rpc(files: Files) {
    let bench = files.serve().await;
    bench.fill(0, 1, 1).await;
    let elsewhere = "workspaces/other".parse().expect("a scope");
    let mut relay = bench.client("services/relay", elsewhere, Role::Relay);
    let parent = || PARENT.to_owned();
    let refused = [
        append(&mut relay, vec![entry("a", "1")]).await.expect_err("append"),
        relay.get_entry(GetEntryRequest { parent: parent(), index: 0 }).await.expect_err("get"),
        relay
            .get_entry_by_key(wire::GetEntryByKeyRequest { parent: parent(), idempotency_key: "k/0".to_owned() })
            .await
            .expect_err("get by key"),
        relay
            .read_entries(wire::ReadEntriesRequest { parent: parent(), ..wire::ReadEntriesRequest::default() })
            .await
            .expect_err("read"),
        relay
            .subscribe_entries(wire::SubscribeEntriesRequest {
                parent: parent(),
                ..wire::SubscribeEntriesRequest::default()
            })
            .await
            .expect_err("subscribe"),
        relay.get_checkpoint(GetCheckpointRequest { parent: parent(), least_size: 0 }).await.expect_err("checkpoint"),
        relay
            .prove_inclusion(wire::ProveInclusionRequest { parent: parent(), indices: vec![0], wait: false })
            .await
            .expect_err("inclusion"),
        relay
            .prove_consistency(wire::ProveConsistencyRequest { parent: parent(), old_size: 0, new_size: 0 })
            .await
            .expect_err("consistency"),
    ];
    for refused in refused {
        assert_eq!((refused.code(), reason(&refused).as_str()), (Code::PermissionDenied, "WORKSPACE_DENIED"));
    }
}
