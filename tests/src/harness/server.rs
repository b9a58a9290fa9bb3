//! A server process.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;

use serde_json::Value;

use super::Installation;

/// `countersign serve` on free ports, killed when dropped.
pub struct Server {
    /// The server, or what it was started under.
    child: Child,
    /// The server's process id.
    id: String,
    stderr: Option<JoinHandle<String>>,
    address: String,
    admin: String,
    ledger_http: Option<String>,
}

impl Server {
    /// Starts it over a data folder and waits until it says where it listens.
    pub fn start(installation: &Installation) -> Self {
        Self::start_with(installation, &[])
    }

    /// Starts it with more options.
    pub fn start_with(installation: &Installation, options: &[&str]) -> Self {
        let mut command = serving(installation);
        Self::spawn(command.args(options)).unwrap_or_else(|said| panic!("the server did not start: {said}"))
    }

    /// Starts it under another program, such as `strace` with its options.
    ///
    /// # Errors
    ///
    /// What the server said on stderr, when it did not start.
    pub fn start_under(installation: &Installation, program: &[String]) -> Result<Self, String> {
        let serving = serving(installation);
        let mut command = Command::new(&program[0]);
        command.args(&program[1..]).arg(serving.get_program()).args(serving.get_args()).stdin(Stdio::null());
        for (name, value) in serving.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        let mut server = Self::spawn(&mut command)?;
        let under = server.child.id();
        let children = std::fs::read_to_string(format!("/proc/{under}/task/{under}/children")).expect("its children");
        children.split_whitespace().next().expect("it runs the server").clone_into(&mut server.id);
        Ok(server)
    }

    fn spawn(command: &mut Command) -> Result<Self, String> {
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
            child.wait().expect("it ends");
            return Err(stderr.join().expect("its stderr was read"));
        };
        let text = |field: &str| ready[field].as_str().expect("the server says where it listens").to_owned();
        let (address, admin) = (text("listening"), text("admin"));
        let ledger_http = ready["ledger_http"].as_str().map(str::to_owned);
        let id = child.id().to_string();
        Ok(Self { child, id, stderr: Some(stderr), address, admin, ledger_http })
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
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns `host:port` of checkpoints and tiles, where they were asked for.
    pub fn ledger_http(&self) -> Option<&str> {
        self.ledger_http.as_deref()
    }

    /// Kills it as a crash would, with SIGKILL.
    pub fn kill(mut self) {
        self.signal("-KILL");
        self.child.wait().expect("the server ends");
    }

    /// Asks it to drain with SIGTERM; returns its end and what it said on stderr.
    pub fn terminate(mut self) -> (ExitStatus, String) {
        self.signal("-TERM");
        let status = self.child.wait().expect("the server ends");
        let stderr = self.stderr.take().expect("read once").join().expect("its stderr was read");
        (status, stderr)
    }

    fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([signal, &self.id]).status().expect("kill starts");
        assert!(sent.success(), "the server runs");
    }
}

fn serving(installation: &Installation) -> Command {
    let mut command = installation.command(&["serve", "--json"]);
    command.args(["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"]);
    command
}

impl Drop for Server {
    fn drop(&mut self) {
        // Already ended is fine: what matters is that nothing is left behind.
        if self.id != self.child.id().to_string() && matches!(self.child.try_wait(), Ok(None)) {
            drop(Command::new("kill").args(["-KILL", &self.id]).status());
        }
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
