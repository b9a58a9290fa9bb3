use crate::{
    cluster::{Cluster, SUPERUSER},
    programs::{run, server_program},
};

impl Cluster {
    /// Makes a standby that follows this server; from then on each commit here waits until it is on the standby's disk, too.
    ///
    /// # Panics
    /// When the server does not run.
    #[must_use]
    pub fn standby(&self) -> Self {
        let standby = Self::in_folder_of_its_own(None);
        standby.make_folders();
        let mut copy = server_program("pg_basebackup");
        copy.args([
            "--wal-method=stream",
            "--checkpoint=fast",
            "--write-recovery-conf",
            "--no-password",
            "-U",
            SUPERUSER,
            "-h",
        ]);
        run(copy.arg(self.socket_folder()).arg("-p").arg(self.port().to_string()).arg("-D").arg(standby.data()));
        standby.configure(&format!("unix_socket_directories = '{}'\n", standby.socket_folder().display()));
        standby.start_again();
        self.execute("postgres", "ALTER SYSTEM SET synchronous_standby_names = '*'");
        self.execute("postgres", "SELECT pg_reload_conf()");
        standby
    }

    /// Makes a standby a server that is written to, and waits until it is.
    ///
    /// # Panics
    /// When it is none.
    pub fn promote(&self) {
        run(server_program("pg_ctl").args(["promote", "-w", "-s", "-D"]).arg(self.data()));
    }
}
