//! A mail server that takes everything (RFC 5321), and hands it to the test.

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// A mail that arrived.
pub(crate) struct Mail {
    /// Who gets it.
    pub(crate) to: String,
    /// Head and body.
    pub(crate) text: String,
}

/// The server; it ends with the test.
pub(crate) struct MailServer {
    pub(crate) port: u16,
    mails: mpsc::UnboundedReceiver<Mail>,
}

impl MailServer {
    #[expect(clippy::disallowed_methods, reason = "the server of a test ends with the test")]
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (sender, mails) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, sender.clone()));
            }
        });
        Self { port, mails }
    }

    /// Waits for the next mail.
    pub(crate) async fn next(&mut self) -> Mail {
        self.mails.recv().await.expect("the server lives")
    }
}

async fn converse(stream: TcpStream, mails: mpsc::UnboundedSender<Mail>) -> std::io::Result<()> {
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).lines();
    let mut to = String::new();
    writer.write_all(b"220 ready\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        if let Some(recipient) = line.strip_prefix("RCPT TO:<") {
            to = recipient.trim_end_matches('>').to_owned();
        }
        match verb.as_str() {
            "DATA" => {
                writer.write_all(b"354 go on\r\n").await?;
                let mut text = String::new();
                while let Some(line) = lines.next_line().await? {
                    if line == "." {
                        break;
                    }
                    text.push_str(&line);
                    text.push('\n');
                }
                writer.write_all(b"250 taken\r\n").await?;
                // The test may have ended.
                let _ = mails.send(Mail { to: to.clone(), text });
            }
            "QUIT" => {
                writer.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            _ => writer.write_all(b"250 fine\r\n").await?,
        }
    }
    Ok(())
}
