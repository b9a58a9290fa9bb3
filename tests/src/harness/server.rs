//! A server process.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ExitStatus, Stdio};
use std::thread::JoinHandle;

use serde_json::Value;

use super::Installation;

/// `countersign serve` on free ports, killed when dropped.
pub struct Server {
    child: Child,
    stderr: Option<JoinHandle<String>>,
    address: String,
    admin: String,
}

impl Server {
    /// Starts it over a data folder and waits until it says where it listens.
    pub fn start(installation: &Installation) -> Self {
        let mut command = installation.command(&["serve", "--json"]);
        command.args(["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"]);
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the server process starts");
        let mut errors = child.stderr.take().expect("stderr is piped");
        let stderr = std::thread::spawn(move || {
            let mut text = String::new();
            errors.read_to_string(&mut text).expect("the server writes UTF-8");
            text
        });
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("stdout is piped")).read_line(&mut line).expect("stdout can be read");
        let Ok(ready) = serde_json::from_str::<Value>(&line) else {
            panic!("the server did not start: {}", stderr.join().expect("its stderr was read"));
        };
        let text = |field: &str| ready[field].as_str().expect("the server says where it listens").to_owned();
        let (address, admin) = (text("listening"), text("admin"));
        Self { child, stderr: Some(stderr), address, admin }
    }

    /// Returns `host:port` of the gRPC services.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Returns `host:port` of the admin pages.
    pub fn admin(&self) -> &str {
        &self.admin
    }

    /// Returns the id of its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Kills it as a crash would, with SIGKILL.
    pub fn kill(mut self) {
        self.child.kill().expect("the server can be killed");
        self.child.wait().expect("the server ends");
    }

    /// Asks it to drain with SIGTERM; returns its end and what it said on stderr.
    pub fn terminate(mut self) -> (ExitStatus, String) {
        let id = self.child.id().to_string();
        let asked = std::process::Command::new("kill").args(["-TERM", &id]).status().expect("kill starts");
        assert!(asked.success());
        let status = self.child.wait().expect("the server ends");
        let stderr = self.stderr.take().expect("read once").join().expect("its stderr was read");
        (status, stderr)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Already ended is fine: what matters is that nothing is left behind.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
