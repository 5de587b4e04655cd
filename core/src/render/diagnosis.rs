use std::fmt::Write;

use super::paint::Paint;
use crate::ftp::{Diagnosis, Fault, LikelyCause};

/// Cause by cause, the likeliest first; or what to send, if none is known.
pub(super) fn text(diagnosis: &Diagnosis, paint: Paint) -> String {
    let mut out = String::new();
    if !diagnosis.known {
        let _ = writeln!(out, "{}", paint.strong("This is not known."));
    }
    for line in &diagnosis.observed {
        let _ = writeln!(out, "{line}");
    }
    for (at, cause) in diagnosis.causes.iter().enumerate() {
        if at > 0 || !diagnosis.observed.is_empty() {
            out.push('\n');
        }
        cause_text(&mut out, at + 1, cause, paint);
    }
    if !diagnosis.send.is_empty() {
        out.push_str("Send, to somebody who can help:\n");
    }
    for line in &diagnosis.send {
        let _ = writeln!(out, "  - {line}");
    }
    out
}

fn cause_text(out: &mut String, at: usize, cause: &LikelyCause, paint: Paint) {
    let _ = writeln!(out, "{at}. {} ({})", paint.strong(&cause.title), cause.id);
    let mut line = |label: &str, text: &str| {
        let _ = writeln!(out, "   {label}: {text}");
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
    let sources = cause.sources.join("; ");
    let _ = writeln!(out, "   {}", paint.dim(format!("sources: {sources}")));
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
