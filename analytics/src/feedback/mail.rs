//! Reports by mail.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use countersign_api::name::ReportName;
use jiff::Timestamp;
use lettre::message::header::ContentType;
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use serde::Deserialize;

use super::cadence::Cadence;
use super::reports::StoredReport;
use crate::report::HTML_FILE;

/// How long one mail may take.
const TIMEOUT: Duration = Duration::from_mins(1);

/// The most people that one report goes to.
const RECIPIENTS_MAX: usize = 100;

/// Sends reports by SMTP.
#[derive(Clone)]
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    to: Vec<Mailbox>,
}

/// Why mail is not possible, or did not go out.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// A file cannot be read.
    #[error("`{}` can not be read: check that it exists and belongs to this user", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// The file does not say how to send mail.
    #[error("`{}` does not say how to send mail: {reason}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong, and the mend.
        reason: String,
    },
    /// The server does not take it.
    #[error("the mail server did not take the mail")]
    Send(#[from] lettre::transport::smtp::Error),
    /// The mail cannot be written.
    #[error("the mail can not be written")]
    Write(#[from] lettre::error::Error),
}

/// How mail is sent, as its file says it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    /// Name of the server.
    server: String,
    /// Its port; without it, the one that goes with the security.
    port: Option<u16>,
    /// How the connection is kept private.
    #[serde(default)]
    security: Security,
    /// Who sends, e.g. `Countersign <countersign@example.org>`.
    from: String,
    /// Who gets it.
    to: Vec<String>,
    /// With which name to log in; without it, nobody logs in.
    user: Option<String>,
    /// The file that holds the password, relative to this file.
    password_file: Option<PathBuf>,
}

/// How a connection to the mail server is kept private.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Security {
    /// TLS from the first byte, port 465 (RFC 8314).
    Tls,
    /// TLS after STARTTLS, and never without it, port 587.
    #[default]
    Starttls,
    /// None, port 25: for a server on the same machine.
    None,
}

impl Mailer {
    /// Reads how to send mail from a TOML file. Nothing is sent.
    ///
    /// # Errors
    /// [`MailError::File`], [`MailError::Malformed`].
    pub fn read(path: &Path) -> Result<Self, MailError> {
        let text = read_text(path)?;
        let wrong = |reason: String| MailError::Malformed { path: path.to_owned(), reason };
        let said: Said = toml::from_str(&text).map_err(|error| wrong(error.message().to_owned()))?;
        let mailbox = |key: &str, text: &str| {
            text.parse::<Mailbox>().map_err(|_| {
                wrong(format!("`{key}` holds `{text}`, which is no address: write `name@host` or `Name <name@host>`"))
            })
        };
        if said.to.is_empty() || said.to.len() > RECIPIENTS_MAX {
            return Err(wrong(format!("`to` names `{}` people: name 1 to {RECIPIENTS_MAX}", said.to.len())));
        }
        let from = mailbox("from", &said.from)?;
        let to = said.to.iter().map(|text| mailbox("to", text)).collect::<Result<Vec<_>, _>>()?;
        let credentials = match (&said.user, &said.password_file) {
            (None, None) => None,
            (Some(user), Some(file)) => {
                let file = path.parent().unwrap_or(Path::new("")).join(file);
                Some(Credentials::new(user.clone(), read_text(&file)?.trim_end().to_owned()))
            }
            _ => return Err(wrong("`user` and `password_file` go together: give both, or neither".to_owned())),
        };
        if credentials.is_some() && matches!(said.security, Security::None) {
            return Err(wrong("a password never goes unencrypted: set `security` to `tls` or `starttls`".to_owned()));
        }
        let mut builder = match said.security {
            Security::Tls => AsyncSmtpTransport::<Tokio1Executor>::relay(&said.server),
            Security::Starttls => AsyncSmtpTransport::<Tokio1Executor>::starttls_relay(&said.server),
            Security::None => Ok(AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&said.server)),
        }
        .map_err(|error| wrong(format!("`server` can not be used: {error}")))?;
        if let Some(port) = said.port {
            builder = builder.port(port);
        }
        if let Some(credentials) = credentials {
            builder = builder.credentials(credentials);
        }
        Ok(Self { transport: builder.timeout(Some(TIMEOUT)).build(), from, to })
    }

    /// Sends a report, its page attached; returns to how many people. Everybody gets a mail of their own.
    pub(crate) async fn send(
        &self,
        name: &ReportName,
        cadence: Cadence,
        began: Timestamp,
        stored: &StoredReport,
    ) -> Result<usize, MailError> {
        let page_file = stored.folder.join(HTML_FILE);
        let page =
            tokio::fs::read(&page_file).await.map_err(|source| MailError::File { path: page_file.clone(), source })?;
        let day = began.strftime("%Y-%m-%d");
        let subject = format!("Feedback report of {}, {cadence} before {day}", name.workspace);
        for recipient in &self.to {
            let text = SinglePart::plain(stored.markdown.clone());
            let attached = Attachment::new(HTML_FILE.to_owned()).body(page.clone(), ContentType::TEXT_HTML);
            let mail = Message::builder()
                .from(self.from.clone())
                .to(recipient.clone())
                .subject(&subject)
                .multipart(MultiPart::mixed().singlepart(text).singlepart(attached))?;
            self.transport.send(mail).await?;
        }
        Ok(self.to.len())
    }
}

impl std::fmt::Debug for Mailer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Mailer").field("recipients", &self.to.len()).finish_non_exhaustive()
    }
}

fn read_text(path: &Path) -> Result<String, MailError> {
    fs::read_to_string(path).map_err(|source| MailError::File { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOUND: &str =
        "server = \"mail.example.org\"\nfrom = \"Countersign <c@example.org>\"\nto = [\"olga@example.org\"]\n";

    fn read(text: &str) -> Result<Mailer, String> {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("password"), "secret\n").expect("a file");
        let file = folder.path().join("mail.toml");
        fs::write(&file, text).expect("a file");
        Mailer::read(&file).map_err(|error| error.to_string())
    }

    #[test]
    fn a_file_says_how_mail_is_sent() {
        let mailer = read(SOUND).expect("it is sound");
        assert_eq!((mailer.to.len(), mailer.from.email.to_string().as_str()), (1, "c@example.org"));
        read(&format!("{SOUND}user = \"c\"\npassword_file = \"password\"\nsecurity = \"tls\"")).expect("it is sound");
        assert!(!format!("{mailer:?}").contains("example.org"), "nobody's address is in a log");
    }

    #[test]
    fn what_is_wrong_is_named_and_no_password_is_told_or_sent_in_clear() {
        for (text, part) in [
            (SOUND.replace("server", "sever"), "sever"),
            (SOUND.replace("olga@example.org", "olga"), "`to` holds `olga`"),
            (SOUND.replace("[\"olga@example.org\"]", "[]"), "`to` names `0`"),
            (format!("{SOUND}user = \"c\""), "go together"),
            (format!("{SOUND}user = \"c\"\npassword_file = \"gone\""), "gone"),
            (format!("{SOUND}user = \"c\"\npassword_file = \"password\"\nsecurity = \"none\""), "unencrypted"),
            (format!("{SOUND}security = \"ssl\""), "unknown variant"),
        ] {
            let error = read(&text).expect_err(&text);
            assert!(error.contains(part) && !error.contains("secret"), "{error}");
        }
    }
}
