use super::page::{Line, Look, Page};
use crate::ftp::{Diagnosis, Fault, LikelyCause};

/// Cause by cause, the likeliest first; or what to send, if none is known.
pub(super) fn text(diagnosis: &Diagnosis, mut page: Page) -> String {
    if !diagnosis.known {
        page.line(0, 0, Line::new().look(Look::Strong, "This is not known."));
    }
    for line in &diagnosis.observed {
        page.line(0, 2, Line::new().words(line));
    }
    for (at, cause) in diagnosis.causes.iter().enumerate() {
        if at > 0 || !diagnosis.observed.is_empty() {
            page.blank();
        }
        cause_text(&mut page, at + 1, cause);
    }
    if !diagnosis.send.is_empty() {
        page.line(0, 2, Line::new().words("Send, to somebody who can help:"));
    }
    for line in &diagnosis.send {
        page.line(2, 4, Line::new().words(format!("- {line}")));
    }
    page.finish()
}

fn cause_text(page: &mut Page, at: usize, cause: &LikelyCause) {
    let title = Line::new().words(format!("{at}. ")).look(Look::Strong, &cause.title);
    page.line(0, 3, title.words(format!(" ({})", cause.id)));
    let mut line = |label: &str, text: &str| {
        page.line(3, 5, Line::new().words(format!("{label}: {text}")));
    };
    line("why", &cause.why);
    line("tell apart", &cause.tell_apart);
    line("help", &cause.help);
    for text in &cause.at_provider {
        line("provider", text);
    }
    let faults: Vec<_> = cause.faults.iter().map(|fault| fault_words(*fault)).collect();
    line("whose fault", &faults.join(", or "));
    if !cause.findings.is_empty() {
        line("audit", &cause.findings.join(", "));
    }
    line("because of", &cause.matched.join("; "));
    let sources = format!("sources: {}", cause.sources.join("; "));
    page.line(3, 5, Line::new().look(Look::Dim, sources));
}

fn fault_words(fault: Fault) -> &'static str {
    match fault {
        Fault::ClientFirewall => "a firewall on the client's side",
        Fault::ServerFirewall => "a firewall on the server's side",
        Fault::Nat => "address translation",
        Fault::Server => "the server",
        Fault::Client => "the client",
        Fault::Account => "the account",
        Fault::CertificateOrDns => "a certificate or DNS",
    }
}
