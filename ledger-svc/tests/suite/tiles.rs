//! Checkpoints, tiles and entry bundles over HTTP, as whoever has nothing but a URL and the key reads them.

use axum::{
    Router,
    body::Body,
    http::{Method, Request, StatusCode, header::CACHE_CONTROL},
};
use countersign_api::ledger::v1::GetEntryRequest;
use http_body_util::BodyExt;
use ledger_format::{Frontier, Hash, SignedCheckpoint, leaf_hash};
use tower::ServiceExt;

use crate::bench::{Files, PARENT, entry, origin, verifying_key};

crate::bench::on_both! {
    a_stranger_rebuilds_the_signed_root_from_bundles_and_from_tiles,
    nothing_is_served_that_no_checkpoint_covers,
    what_is_no_resource_is_not_found_and_nothing_is_written,
}

struct Got {
    status: StatusCode,
    cache: String,
    body: Vec<u8>,
}

async fn ask(routes: &Router, method: Method, path: &str) -> Got {
    let request = Request::builder().method(method).uri(path).body(Body::empty()).expect("a request");
    let response = routes.clone().oneshot(request).await.expect("an answer");
    let status = response.status();
    let cache = response.headers().get(CACHE_CONTROL).map(|value| value.to_str().expect("ASCII").to_owned());
    let body = response.into_body().collect().await.expect("a body").to_bytes().to_vec();
    Got { status, cache: cache.unwrap_or_default(), body }
}

async fn get(routes: &Router, path: &str) -> Got {
    ask(routes, Method::GET, path).await
}

fn unbundle(bundle: &[u8]) -> Vec<Vec<u8>> {
    let (mut leaves, mut rest) = (Vec::new(), bundle);
    while let Some((length, after)) = rest.split_first_chunk() {
        let (leaf, after) = after.split_at(usize::from(u16::from_be_bytes(*length)));
        leaves.push(leaf.to_vec());
        rest = after;
    }
    leaves
}

async fn a_stranger_rebuilds_the_signed_root_from_bundles_and_from_tiles(files: Files) {
    let bench = files.serve().await;
    bench.fill(0, 600, 300).await;
    let routes = bench.app.tile_routes();
    let note = get(&routes, "/workspaces/demo/checkpoint").await;
    assert_eq!((note.status, note.cache.as_str()), (StatusCode::OK, "no-cache"));
    let signed = SignedCheckpoint::parse(str::from_utf8(&note.body).expect("text")).expect("a note");
    let checkpoint = signed.verify(&verifying_key(), &origin()).expect("signed").clone();
    assert_eq!(checkpoint.size(), 600);

    let (mut of_leaves, mut of_hashes) = (Frontier::new(), Frontier::new());
    for (place, width) in [("000", 256), ("001", 256), ("002.p/88", 88)] {
        let bundle = get(&routes, &format!("/workspaces/demo/tile/entries/{place}")).await;
        let tile = get(&routes, &format!("/workspaces/demo/tile/0/{place}")).await;
        for got in [&bundle, &tile] {
            assert_eq!((got.status, got.cache.as_str()), (StatusCode::OK, "public, max-age=31536000, immutable"));
        }
        let leaves = unbundle(&bundle.body);
        assert_eq!((leaves.len(), tile.body.len()), (width, 32 * width));
        for leaf in &leaves {
            of_leaves.append(leaf_hash(leaf));
        }
        tile.body.chunks(32).for_each(|hash| of_hashes.append(Hash::try_from(hash).expect("a hash")));
    }
    assert_eq!([of_leaves.root(), of_hashes.root()], [checkpoint.root(); 2]);

    let above = get(&routes, "/workspaces/demo/tile/1/000.p/2").await;
    assert_eq!((above.status, above.body.len()), (StatusCode::OK, 64));
    let first: Vec<Hash> = get(&routes, "/workspaces/demo/tile/0/000")
        .await
        .body
        .chunks(32)
        .map(|hash| Hash::try_from(hash).expect("a hash"))
        .collect();
    let mut subtree = Frontier::new();
    for hash in first {
        subtree.append(hash);
    }
    assert_eq!(&above.body[..32], subtree.root().as_bytes());

    let request = GetEntryRequest { parent: PARENT.to_owned(), index: 599 };
    let last = bench.relay.clone().get_entry(request).await.expect("read").into_inner().entry.expect("set");
    let bundle = unbundle(&get(&routes, "/workspaces/demo/tile/entries/002.p/88").await.body);
    assert_eq!(bundle[87], last.leaf, "the leaf alone");
    assert!(!bundle[87].windows(9).any(|bytes| bytes == &last.content[..9]), "no content");
}

async fn nothing_is_served_that_no_checkpoint_covers(files: Files) {
    let bench = files.serve_unsigned(files.config()).await;
    bench.append((0..3).map(|number| entry(&format!("k/{number}"), "said")).collect()).await.expect("appended");
    let routes = bench.app.tile_routes();
    for path in ["checkpoint", "tile/0/000.p/3", "tile/0/000.p/1", "tile/entries/000.p/3"] {
        assert_eq!(get(&routes, &format!("/workspaces/demo/{path}")).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    bench.app.spawn(&bench.shutdown);
    bench.checkpoint(3).await;
    for (path, expected) in [
        ("tile/0/000.p/3", StatusCode::OK),
        ("tile/0/000.p/2", StatusCode::OK),
        ("tile/0/000.p/4", StatusCode::NOT_FOUND),
        ("tile/0/000", StatusCode::NOT_FOUND),
        ("tile/0/001.p/1", StatusCode::NOT_FOUND),
        ("tile/1/000.p/1", StatusCode::NOT_FOUND),
        ("tile/entries/000.p/4", StatusCode::NOT_FOUND),
        ("tile/7/000.p/1", StatusCode::NOT_FOUND),
    ] {
        let got = get(&routes, &format!("/workspaces/demo/{path}")).await;
        assert_eq!(got.status, expected, "{path}");
        assert!(got.status == StatusCode::OK || got.cache == "no-store", "{path}: what is not there may come");
    }
}

async fn what_is_no_resource_is_not_found_and_nothing_is_written(files: Files) {
    let bench = files.serve().await;
    bench.fill(0, 3, 3).await;
    let routes = bench.app.tile_routes();
    for path in [
        "/",
        "/workspaces",
        "/workspaces/demo",
        "/workspaces/demo/",
        "/workspaces/other/checkpoint",
        "/logs/checkpoint",
        "/workspaces/demo/checkpoint?x=1",
        "/workspaces/demo/tile/0/0",
        "/workspaces/demo/tile/0/000.p/03",
        "/workspaces/demo/../demo/checkpoint",
        "/workspaces/demo/tile/entries/000.p/0",
        "/metrics",
    ] {
        assert_eq!(get(&routes, path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    for method in [Method::POST, Method::PUT, Method::DELETE] {
        let got = ask(&routes, method, "/workspaces/demo/checkpoint").await;
        assert_eq!(got.status, StatusCode::METHOD_NOT_ALLOWED);
    }
}
