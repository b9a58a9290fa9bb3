use std::{
    fs,
    net::Ipv4Addr,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicU16, Ordering},
};

use crate::{account, programs::run};

/// Where the ports of servers of one process begin.
const FIRST_PORT: u16 = 15_432;

/// An address of the machine's own network that no other process of tests listens on.
#[derive(Debug, Clone)]
pub(crate) struct Address {
    pub(crate) host: Ipv4Addr,
    pub(crate) port: u16,
}

/// Signs certificates of servers; made for a test, with a key that nobody else has.
#[derive(Debug)]
pub struct Authority {
    folder: tempfile::TempDir,
}

/// What a server shows of itself, and its key.
#[derive(Debug, Clone)]
pub struct Certificate {
    certificate: PathBuf,
    key: PathBuf,
}

impl Address {
    /// Returns the address of this process on 127.0.0.0/8, with a port of its own.
    pub(crate) fn new() -> Self {
        static PORT: AtomicU16 = AtomicU16::new(FIRST_PORT);
        Self { host: host(), port: PORT.fetch_add(1, Ordering::Relaxed) }
    }
}

/// Returns the address that servers of this process listen on.
fn host() -> Ipv4Addr {
    // A process id has 22 bits.
    let [_, high, middle, low] = std::process::id().to_be_bytes();
    Ipv4Addr::new(127, 64 | (high & 0x3f), middle, low)
}

impl Authority {
    /// Draws its key and signs its own certificate.
    ///
    /// # Panics
    /// When `openssl` is not installed.
    #[expect(clippy::new_without_default, reason = "a program is run for it")]
    pub fn new() -> Self {
        let authority = Self { folder: tempfile::tempdir().expect("a folder") };
        let mut request = openssl("req");
        request.args(["-x509", "-subj", "/CN=authority of a test", "-days", "2"]).args(NEW_KEY);
        request.arg(authority.file("root.key")).arg("-out").arg(authority.root());
        request.args(["-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign"]);
        run(&mut request);
        authority
    }

    /// Returns the file of its certificate, for `sslrootcert`.
    pub fn root(&self) -> PathBuf {
        self.file("root.crt")
    }

    /// Signs a certificate for the address that servers of this process listen on.
    ///
    /// # Panics
    /// When `openssl` fails.
    pub fn sign_for_here(&self) -> Certificate {
        self.sign("here", &format!("IP:{}", host()))
    }

    /// Signs a certificate for a name that no server of this process has.
    ///
    /// # Panics
    /// When `openssl` fails.
    pub fn sign_for_elsewhere(&self) -> Certificate {
        self.sign("elsewhere", "DNS:elsewhere.example")
    }

    fn sign(&self, file: &str, name: &str) -> Certificate {
        let [request, key, certificate] = ["csr", "key", "crt"].map(|end| self.file(&format!("{file}.{end}")));
        let mut asked = openssl("req");
        run(asked.args(["-subj", "/CN=a server of a test"]).args(NEW_KEY).arg(&key).arg("-out").arg(&request));
        let names = self.file(&format!("{file}.names"));
        fs::write(&names, format!("subjectAltName={name}\n")).expect("written");
        let mut signed = openssl("x509");
        signed
            .args(["-req", "-days", "2", "-CAcreateserial", "-CA"])
            .arg(self.root())
            .arg("-CAkey")
            .arg(self.file("root.key"));
        run(signed.arg("-in").arg(&request).arg("-extfile").arg(&names).arg("-out").arg(&certificate));
        Certificate { certificate, key }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

impl Certificate {
    /// Copies it into the folder of a server's data, and returns the settings that have the server show it.
    pub(crate) fn install(&self, data: &Path, address: &Address) -> String {
        for (from, name) in [(&self.certificate, "server.crt"), (&self.key, "server.key")] {
            let to = data.join(name);
            fs::copy(from, &to).expect("copied");
            fs::set_permissions(&to, fs::Permissions::from_mode(0o600)).expect("its owner may");
            account::give(&to);
        }
        fs::write(data.join("pg_hba.conf"), "local all all trust\nhostssl all all 127.0.0.0/8 trust\n")
            .expect("written");
        let Address { host, port } = address;
        format!("listen_addresses = '{host}'\nport = {port}\nssl = on\n")
    }
}

/// Draws a key; what follows is its file.
const NEW_KEY: [&str; 6] = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout"];

/// Returns `openssl` with one of its commands.
fn openssl(command: &str) -> Command {
    let mut openssl = Command::new("openssl");
    openssl.arg(command);
    openssl
}
