//! Connectors for stories: one that only listens, and one that breaks around the sandbox's work.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use executor::connector::{Call, Connector, Done, Failed, Operation, sandbox::Sandbox};
use jiff::Timestamp;
use tokio::sync::watch;

/// Does nothing and keeps the payload of every call that reaches it.
#[derive(Debug, Default)]
pub struct Listener {
    payloads: Mutex<Vec<String>>,
}

impl Listener {
    pub fn payloads(&self) -> Vec<String> {
        self.payloads.lock().expect("no test panicked in here").clone()
    }
}

#[async_trait]
impl Connector for Listener {
    fn system(&self) -> &'static str {
        "listener"
    }

    fn operations(&self) -> &[Operation] {
        &[Operation { name: "create_task", retry_safe: true }, Operation { name: "send_letter", retry_safe: false }]
    }

    async fn execute(&self, call: &Call) -> Result<Done, Failed> {
        self.payloads.lock().expect("no test panicked in here").push(call.payload().to_owned());
        Ok(Done { references: Vec::new(), changes: Vec::new(), done_at: Timestamp::UNIX_EPOCH })
    }
}

/// Where a connector breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Before the work: never answers.
    HangsBefore,
    /// After the work: never answers.
    HangsAfter,
    /// After the work: breaks down.
    PanicsAfter,
    /// After the work: says that it lost the trace.
    LosesTraceAfter,
}

/// The sandbox behind a connection that breaks.
#[derive(Debug)]
pub struct Breaking {
    sandbox: Sandbox,
    fault: Fault,
    operations: Vec<Operation>,
    hung: watch::Sender<usize>,
}

impl Breaking {
    pub fn new(sandbox: Sandbox, fault: Fault, retry_safe: bool) -> Arc<Self> {
        let operations = sandbox.operations().iter().map(|operation| Operation { retry_safe, ..*operation }).collect();
        Arc::new(Self { sandbox, fault, operations, hung: watch::Sender::new(0) })
    }

    /// Waits until so many calls in all have come to the point where they hang.
    pub async fn until_hung(&self, calls: usize) {
        self.hung.subscribe().wait_for(|hung| *hung == calls).await.expect("the sender is here");
    }

    async fn hang(&self) -> ! {
        self.hung.send_modify(|hung| *hung += 1);
        std::future::pending().await
    }
}

#[async_trait]
impl Connector for Breaking {
    fn system(&self) -> &'static str {
        "sandbox"
    }

    fn operations(&self) -> &[Operation] {
        &self.operations
    }

    async fn execute(&self, call: &Call) -> Result<Done, Failed> {
        if self.fault == Fault::HangsBefore {
            self.hang().await;
        }
        let done = self.sandbox.execute(call).await?;
        match self.fault {
            Fault::HangsBefore | Fault::HangsAfter => self.hang().await,
            Fault::PanicsAfter => panic!("broken on purpose after the work on {:?}", done.references),
            Fault::LosesTraceAfter => Err(Failed::Unknown { message: "the connection broke".to_owned() }),
        }
    }
}
