//! One task for each workspace.

use std::collections::BTreeSet;

use countersign_api::name::Workspace;
use service_kit::shutdown::Shutdown;
use tokio::sync::watch;

use crate::store::Store;

/// Calls `start` once for each workspace that has or gets events, until the drain begins.
pub(crate) async fn each_workspace(store: &Store, shutdown: &Shutdown, start: impl Fn(Workspace)) {
    each_of(store.signals().workspaces(), shutdown, start).await;
}

async fn each_of(mut workspaces: watch::Receiver<BTreeSet<Workspace>>, shutdown: &Shutdown, start: impl Fn(Workspace)) {
    let mut served: BTreeSet<Workspace> = BTreeSet::new();
    loop {
        let new: Vec<Workspace> = workspaces.borrow_and_update().difference(&served).cloned().collect();
        for workspace in new {
            served.insert(workspace.clone());
            start(workspace);
        }
        tokio::select! {
            // Looked at first: what is started for a workspace that came just before the drain still does what waits there.
            biased;
            changed = workspaces.changed() => if changed.is_err() { return },
            () = shutdown.draining() => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{pin::pin, sync::Mutex};

    use futures::poll;

    use super::*;

    #[tokio::test]
    async fn a_workspace_that_came_just_before_the_drain_is_served() {
        // Whichever of the two were looked at first by chance, it would be the drain in one of so many.
        for _ in 0..64 {
            let (changes, workspaces) = watch::channel(BTreeSet::new());
            let (shutdown, started) = (Shutdown::new(), Mutex::new(Vec::new()));
            let start = |workspace| started.lock().expect("nobody panicked").push(workspace);
            let mut serving = pin!(each_of(workspaces, &shutdown, start));
            assert!(poll!(serving.as_mut()).is_pending());
            let demo = Workspace::new("demo").expect("an id");
            changes.send_modify(|all| _ = all.insert(demo.clone()));
            shutdown.begin();
            serving.await;
            assert_eq!(*started.lock().expect("nobody panicked"), [demo]);
        }
    }
}
