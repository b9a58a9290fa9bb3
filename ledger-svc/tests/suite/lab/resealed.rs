//! An insider who holds the content keys as well: what they seal opens, and only the commitment in the leaf tells that it is another content.

use ledger_format::{Hash, Salt, sealed::ContentKey, verify};
use ledger_svc::audit::What;
use sqlx::{Connection, Row};

use super::insider::{ENTRIES, Insider};

type Change = fn(&mut Salt, &mut Vec<u8>);

/// Opens an entry's content, changes it, and returns it sealed again as the service would.
async fn resealed(insider: &Insider, index: u64, change: Change) -> Vec<u8> {
    let mut ledger = insider.open("ledger.db").await;
    let entry =
        sqlx::query("SELECT leaf_hash, content_key, sealed FROM entries WHERE workspace = 'demo' AND entry_index = ?")
            .bind(i64::try_from(index).expect("small"))
            .fetch_one(&mut ledger)
            .await
            .expect("an entry");
    let mut keys = insider.open("content-keys.db").await;
    let secret: Vec<u8> = sqlx::query_scalar("SELECT secret FROM content_keys WHERE number = ?")
        .bind(entry.get::<i64, _>("content_key"))
        .fetch_one(&mut keys)
        .await
        .expect("a key");
    let key = ContentKey::new(secret.try_into().expect("32 bytes"));
    let leaf_hash = Hash::new(entry.get::<Vec<u8>, _>("leaf_hash").try_into().expect("32 bytes"));
    let (mut salt, mut content) = key.open(&leaf_hash, entry.get("sealed")).expect("it opens");
    change(&mut salt, &mut content);
    ledger.close().await.expect("it closes");
    keys.close().await.expect("it closes");
    key.seal([7; 12], &leaf_hash, &salt, &content)
}

#[tokio::test]
async fn another_content_under_the_right_key_is_found_at_its_index() {
    let insider = Insider::with_a_ledger().await;
    let changes: [(&str, Change); 3] = [
        ("its last byte", |_, content| *content.last_mut().expect("a byte") ^= 1),
        ("a byte more", |_, content| content.push(b' ')),
        ("another salt", |salt, _| *salt = Salt::new([9; 32])),
    ];
    for index in [0, 255, 256, ENTRIES - 1] {
        for (what, change) in changes {
            let sealed = hex::encode(resealed(&insider, index, change).await);
            let update =
                format!("UPDATE entries SET sealed = x'{sealed}' WHERE workspace = 'demo' AND entry_index = {index};");
            let finding = insider.verify_with("ledger.db", &update).await.unwrap_or_else(|| panic!("{index}, {what}"));
            assert_eq!(finding.first_index(), index, "{what}: {finding}");
            assert!(matches!(*finding.what, What::Log(verify::What::ContentDiffers)), "{what}: {finding}");
        }
        let same = hex::encode(resealed(&insider, index, |_, _| {}).await);
        let update =
            format!("UPDATE entries SET sealed = x'{same}' WHERE workspace = 'demo' AND entry_index = {index};");
        assert!(insider.verify_with("ledger.db", &update).await.is_none(), "the same content is the same content");
    }
}
