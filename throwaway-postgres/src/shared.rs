use std::{
    fs::{self, File, OpenOptions},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

use crate::{
    account,
    cluster::Cluster,
    programs::{program, run},
};

/// Names the server on which tests make their databases; its user must be allowed to.
pub const URL_VARIABLE: &str = "COUNTERSIGN_TEST_POSTGRES_URL";

/// Names another such server, for what must not be on the first.
pub const SECOND_URL_VARIABLE: &str = "COUNTERSIGN_TEST_SECOND_POSTGRES_URL";

/// One of the servers that tests share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
    First,
    Second,
}

impl Which {
    const fn variable(self) -> &'static str {
        match self {
            Self::First => URL_VARIABLE,
            Self::Second => SECOND_URL_VARIABLE,
        }
    }

    /// The folder of this user: others' files would be locked against it.
    fn folder(self) -> PathBuf {
        let user = run(Command::new("id").arg("-u"));
        let name = match self {
            Self::First => "countersign-postgres",
            Self::Second => "countersign-second-postgres",
        };
        let folder = std::env::temp_dir().join(format!("{name}-{}", user.trim()));
        fs::create_dir_all(&folder).expect("made");
        folder
    }
}

/// Ends the shared server once nobody has used it for ten rounds; then the folder is as if it had never been.
///
/// It takes the lock that a user takes to find or start the server: nobody finds one that is about to end.
const WATCH: &str = r#"
folder=$1; shift
idle=0
while true; do
    sleep 3
    if flock --exclusive --nonblock "$folder/users" true; then idle=$((idle + 1)); else idle=0; fi
    [ "$idle" -ge 10 ] || continue
    exec 9>"$folder/lock"
    flock 9
    if flock --exclusive --nonblock "$folder/users" true; then
        "$@" stop -w -s -m immediate -D "$folder/cluster/data"
        rm -rf "$folder/cluster"
        exit
    fi
    exec 9>&-
    idle=0
done
"#;

/// What a process holds as long as it uses the shared server.
struct Use {
    server: Server,
    /// Locked by everybody who uses the server; the kernel unlocks it with the process.
    _users: Option<File>,
}

/// The server on which tests make their databases.
pub(crate) enum Server {
    /// One that somebody else named and looks after.
    Named(String),
    /// One that tests started.
    Ours(Cluster),
}

/// Returns one of the servers that all tests of this user share; starts it where it does not run.
pub(crate) fn server(which: Which) -> &'static Server {
    static FIRST: OnceLock<Use> = OnceLock::new();
    static SECOND: OnceLock<Use> = OnceLock::new();
    let place = match which {
        Which::First => &FIRST,
        Which::Second => &SECOND,
    };
    &place.get_or_init(|| find_or_start(which)).server
}

fn find_or_start(which: Which) -> Use {
    if let Ok(url) = std::env::var(which.variable()) {
        return Use { server: Server::Named(url), _users: None };
    }
    let folder = which.folder();
    let lock = open(&folder.join("lock"));
    lock.lock().expect("a lock");
    let users = open(&folder.join("users"));
    users.lock_shared().expect("a lock");
    let place = folder.join("cluster");
    let cluster = Cluster::at(&place);
    if !cluster.answers() {
        // What is left of one that was killed, or that never came up.
        let _ = fs::remove_dir_all(&place);
        fs::create_dir(&place).expect("made");
        Cluster::make_shared(&place);
        watch(&folder);
    }
    Use { server: Server::Ours(cluster), _users: Some(users) }
}

fn open(file: &Path) -> File {
    OpenOptions::new().create(true).truncate(false).write(true).open(file).expect("it opens")
}

#[expect(clippy::zombie_processes, reason = "it outlives this process, and ends by itself")]
fn watch(folder: &Path) {
    let pg_ctl = account::command(program("pg_ctl").as_os_str());
    let mut watcher = Command::new("setsid");
    watcher.args(["sh", "-c", WATCH, "watch"]).arg(folder).arg(pg_ctl.get_program()).args(pg_ctl.get_args());
    watcher.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    watcher.spawn().expect("util-linux is installed");
}
