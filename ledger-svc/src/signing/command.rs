use std::{path::PathBuf, process::Stdio, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use ledger_format::{VerifyingKey, key::SIGNATURE_BYTES};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::Command,
    time::timeout,
};

/// How long a program may take for one signature.
pub const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// Most bytes that are read of an answer; a signature takes fewer.
const ANSWER_MAX_BYTES: u64 = 1_024;

/// A program that holds the private key: it reads the bytes to sign on standard input and writes the Ed25519 signature to standard output.
///
/// The signature is 64 bytes as they are, or their base64 in one line. The program is started without a shell, anew for every signature.
#[derive(Debug, Clone)]
pub struct SignerCommand {
    program: PathBuf,
    key: VerifyingKey,
    answer_within: Duration,
}

/// Why a program gave no signature.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// It can not be started, or its pipes broke.
    #[error("the signer command `{program}` can not be run; check that it is there and may be executed by this user", program = program.display())]
    Io {
        /// The program.
        program: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// It ended with another code than 0.
    #[error("the signer command `{program}` ended with {status}; its own standard error says why", program = program.display())]
    Failed {
        /// The program.
        program: PathBuf,
        /// How it ended.
        status: std::process::ExitStatus,
    },
    /// It did not answer.
    #[error("the signer command `{program}` did not answer within {} s; check what it waits for", within.as_secs_f32(), program = program.display())]
    Late {
        /// The program.
        program: PathBuf,
        /// How long it had.
        within: Duration,
    },
    /// Its answer is no signature.
    #[error("the signer command `{program}` answered {found} bytes that are no signature; it writes 64 bytes, or their base64 in one line", program = program.display())]
    Malformed {
        /// The program.
        program: PathBuf,
        /// Bytes of the answer.
        found: usize,
    },
    /// Its signature is by another key, or over other bytes.
    #[error(
        "the signature of the signer command `{program}` does not verify under `{key}`; give the verifying key that belongs to it",
        program = program.display()
    )]
    OtherKey {
        /// The program.
        program: PathBuf,
        /// The key that it is held to.
        key: String,
    },
}

impl SignerCommand {
    /// Holds a program to the key that it says it has.
    pub const fn new(program: PathBuf, key: VerifyingKey) -> Self {
        Self { program, key, answer_within: ANSWER_WITHIN }
    }

    /// Returns the same with another patience.
    #[must_use]
    pub fn answering_within(self, answer_within: Duration) -> Self {
        Self { answer_within, ..self }
    }

    /// Returns the key that its signatures are by.
    pub const fn verifying_key(&self) -> &VerifyingKey {
        &self.key
    }

    /// Asks for a signature over `message` and verifies it.
    ///
    /// # Errors
    /// See [`CommandError`]. A program that does not answer in time is killed.
    pub async fn sign(&self, message: &[u8]) -> Result<[u8; SIGNATURE_BYTES], CommandError> {
        let answered = timeout(self.answer_within, self.ask(message)).await;
        let late = || CommandError::Late { program: self.program.clone(), within: self.answer_within };
        let answer = answered.map_err(|_| late())??;
        let malformed = || CommandError::Malformed { program: self.program.clone(), found: answer.len() };
        let signature = parse(&answer).ok_or_else(malformed)?;
        if self.key.verifies(message, &signature) {
            Ok(signature)
        } else {
            Err(CommandError::OtherKey { program: self.program.clone(), key: self.key.to_string() })
        }
    }

    async fn ask(&self, message: &[u8]) -> Result<Vec<u8>, CommandError> {
        let failed = |source| CommandError::Io { program: self.program.clone(), source };
        let mut child = Command::new(&self.program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(failed)?;
        let mut stdin = child.stdin.take().expect("invariant: its standard input is a pipe");
        let mut stdout = child.stdout.take().expect("invariant: its standard output is a pipe").take(ANSWER_MAX_BYTES);
        // A program may answer without reading to the end; what it answers is verified all the same.
        let _ = stdin.write_all(message).await;
        drop(stdin);
        let mut answer = Vec::new();
        stdout.read_to_end(&mut answer).await.map_err(failed)?;
        drop(stdout);
        let status = child.wait().await.map_err(failed)?;
        if status.success() { Ok(answer) } else { Err(CommandError::Failed { program: self.program.clone(), status }) }
    }
}

fn parse(answer: &[u8]) -> Option<[u8; SIGNATURE_BYTES]> {
    if let Ok(signature) = answer.try_into() {
        return Some(signature);
    }
    let line = answer.strip_suffix(b"\n").unwrap_or(answer);
    STANDARD.decode(line.strip_suffix(b"\r").unwrap_or(line)).ok()?.try_into().ok()
}
