//! What a server did, as `strace` saw it: which bytes went to which file, when they were synced, and when who was answered.

mod answers;
mod durability;
mod syscalls;
mod wal;

pub use answers::{Ack, Connection};
pub use durability::{Promise, Violation, check};
pub use syscalls::{Syscall, Trace};

/// Returns `strace` with options for a trace that [`Trace::parse`] reads, written to this file.
pub fn strace(file: &std::path::Path) -> Vec<String> {
    let file = file.to_str().expect("a readable path");
    let calls = "trace=write,writev,sendto,sendmsg,pwrite64,pwritev,fsync,fdatasync";
    // Whole strings, in hexadecimal digits; descriptors with what they are of.
    let options =
        ["strace", "-f", "--seccomp-bpf", "-q", "-yy", "-xx", "-s", "1000000", "-e", "signal=none", "-e", calls];
    options.into_iter().chain(["-o", file]).map(str::to_owned).collect()
}
