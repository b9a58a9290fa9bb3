use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    account,
    programs::{client_program, run, server_program},
    tls::{Address, Certificate},
};

/// The superuser of every cluster.
pub(crate) const SUPERUSER: &str = "countersign";

/// The port in the name of the socket of a server that listens nowhere else.
const PORT: u16 = 5432;

/// A server of a test's own. Dropping it, also in a panic, stops the server and removes its data.
#[derive(Debug)]
pub struct Cluster {
    folder: PathBuf,
    /// Removes the folder in the end, where it was made for this cluster alone.
    _made: Option<tempfile::TempDir>,
    /// Whether dropping this ends the server.
    is_owned: bool,
    /// Where it listens besides its socket, with TLS.
    address: Option<Address>,
}

/// What a cluster is started with.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    /// Settings of `postgresql.conf`, on top of PostgreSQL's own.
    pub settings: Vec<(&'static str, &'static str)>,
    /// The superuser's password; without one, whoever reaches the socket is let in.
    pub password: Option<&'static str>,
    /// What the server shows of itself; then it listens on an address of its own, too, and takes no connection there without TLS.
    pub certificate: Option<Certificate>,
}

impl Cluster {
    /// Makes a cluster and starts its server.
    ///
    /// # Panics
    /// When PostgreSQL is not installed or does not start.
    pub fn start(setup: &Setup) -> Self {
        let cluster = Self::in_folder_of_its_own(setup.certificate.is_some().then(Address::new));
        cluster.make(setup);
        cluster
    }

    /// Names a cluster whose data is still to be made.
    pub(crate) fn in_folder_of_its_own(address: Option<Address>) -> Self {
        let made = tempfile::Builder::new().prefix("pg-").tempdir().expect("a folder");
        Self { folder: made.path().to_owned(), _made: Some(made), is_owned: true, address }
    }

    /// Makes a cluster in a folder that outlives this process, and starts its server.
    pub(crate) fn make_shared(folder: &Path) -> Self {
        let cluster = Self::at(folder);
        // The tests of a run open many connections between them.
        cluster.make(&Setup { settings: vec![("max_connections", "400")], ..Setup::default() });
        cluster
    }

    /// Names a cluster that somebody else started.
    pub(crate) fn at(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), _made: None, is_owned: false, address: None }
    }

    /// Returns the URL of one of its databases.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{SUPERUSER}@{}:{}/{database}", escaped(&self.socket_folder()), self.port())
    }

    /// Returns the URL of one of its databases over TLS, without its parameters.
    ///
    /// # Panics
    /// When it was started without a certificate.
    pub fn tls_url(&self, database: &str) -> String {
        let Address { host, port } = self.address.as_ref().expect("it has a certificate");
        format!("postgres://{SUPERUSER}@{host}:{port}/{database}")
    }

    /// Returns its port, which is in the name of its socket, too.
    pub(crate) fn port(&self) -> u16 {
        self.address.as_ref().map_or(PORT, |address| address.port)
    }

    /// Returns the folder of the socket that the server listens on.
    pub fn socket_folder(&self) -> PathBuf {
        self.folder.join("socket")
    }

    /// Starts the server, which must be stopped.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start_again(&self) {
        let log = self.folder.join("socket").join("log");
        run(server_program("pg_ctl").args(["start", "-w", "-t", "60", "-s", "-D"]).arg(self.data()).arg("-l").arg(log));
    }

    /// Stops the server, cutting every connection.
    ///
    /// # Panics
    /// When it does not stop.
    pub fn stop(&self) {
        run(server_program("pg_ctl").args(["stop", "-w", "-s", "-m", "fast", "-D"]).arg(self.data()));
    }

    /// Kills the server and everything it started with SIGKILL, as a power loss would but for what the kernel still writes.
    ///
    /// # Panics
    /// When it does not run.
    pub fn kill(&self) {
        assert!(self.postmaster().is_some(), "the server runs");
        // One that is forked meanwhile is killed in the next round; what is left of one would keep the next server from starting.
        loop {
            let processes = self.processes();
            if processes.is_empty() {
                break;
            }
            for process in processes {
                // One that ended meanwhile is no failure.
                let _ = Command::new("kill").args(["-9", &process]).output();
            }
        }
        // The next server would take a dead one that nobody has waited for yet for a living one.
        let lock = format!(".s.PGSQL.{}.lock", self.port());
        for left in [self.data().join("postmaster.pid"), self.socket_folder().join(lock)] {
            fs::remove_file(left).expect("a killed server leaves it");
        }
    }

    /// Lists the server's processes: those that work in the folder of its data.
    fn processes(&self) -> Vec<String> {
        let running = fs::read_dir("/proc").into_iter().flatten().flatten();
        let works_here =
            |process: &fs::DirEntry| fs::read_link(process.path().join("cwd")).is_ok_and(|cwd| cwd == self.data());
        running.filter(works_here).filter_map(|process| process.file_name().into_string().ok()).collect()
    }

    /// Runs SQL as the superuser, outside a transaction, and returns what it printed.
    ///
    /// # Panics
    /// When it fails.
    pub fn execute(&self, database: &str, sql: &str) -> String {
        let psql = &mut client_program("psql");
        run(psql.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql]).arg(self.url(database)))
    }

    /// Tells whether the server answers.
    pub(crate) fn answers(&self) -> bool {
        let asked = client_program("pg_isready").args(["-q", "-h"]).arg(self.socket_folder()).status();
        asked.is_ok_and(|status| status.success())
    }

    /// Returns the folder of its data.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Makes the folders of its data and its socket.
    pub(crate) fn make_folders(&self) {
        fs::set_permissions(&self.folder, fs::Permissions::from_mode(0o755)).expect("its owner may");
        for (folder, mode) in [(self.data(), 0o700), (self.socket_folder(), 0o755)] {
            fs::create_dir(&folder).expect("made");
            fs::set_permissions(&folder, fs::Permissions::from_mode(mode)).expect("its owner may");
            account::give(&folder);
        }
    }

    /// Adds settings behind those that there are.
    pub(crate) fn configure(&self, settings: &str) {
        let file = self.data().join("postgresql.conf");
        let written = fs::read_to_string(&file).expect("initdb wrote it");
        fs::write(&file, written + settings).expect("written");
    }

    fn make(&self, setup: &Setup) {
        self.make_folders();
        let mut initdb = server_program("initdb");
        // Without a sync of its own: what a crash leaves of a cluster that is being made is of no use to anybody.
        initdb
            .args(["--no-sync", "--no-instructions", "-E", "UTF8", "--locale=C", "-U", SUPERUSER, "-D"])
            .arg(self.data());
        let password_file = self.folder.join("password");
        match setup.password {
            Some(password) => {
                fs::write(&password_file, password).expect("written");
                fs::set_permissions(&password_file, fs::Permissions::from_mode(0o644)).expect("its owner may");
                initdb.arg("--auth=scram-sha-256").arg("--pwfile").arg(&password_file);
            }
            None => {
                initdb.arg("--auth=trust");
            }
        }
        run(&mut initdb);
        let mut settings =
            format!("listen_addresses = ''\nunix_socket_directories = '{}'\n", self.socket_folder().display());
        for (name, value) in &setup.settings {
            settings.extend([name, " = '", value, "'\n"]);
        }
        self.configure(&settings);
        if let (Some(certificate), Some(address)) = (&setup.certificate, &self.address) {
            self.configure(&certificate.install(&self.data(), address));
        }
        self.start_again();
    }

    fn postmaster(&self) -> Option<String> {
        let file = fs::read_to_string(self.data().join("postmaster.pid")).ok()?;
        file.lines().next().map(str::to_owned)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if self.is_owned && self.postmaster().is_some() {
            // By its own id, which pg_ctl reads from its data; a server that was killed before is gone already.
            let stop = &mut server_program("pg_ctl");
            let _ = stop.args(["stop", "-w", "-s", "-m", "immediate", "-D"]).arg(self.data()).output();
        }
    }
}

/// Writes a path as the host of a URL.
fn escaped(path: &Path) -> String {
    path.to_str().expect("a temporary folder has a plain name").replace('/', "%2F")
}
