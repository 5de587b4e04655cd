//! The command that opens real connections.

use std::io::{IsTerminal, Write};
use std::path::Path;

use super::args::{Format, Probe};
use super::interrupt::interruptible;
use super::{colours, compared, files, width, write};
use crate::ask::{self, ProbeOptions, Secret};
use crate::error::{Code, Error};
use crate::probe::ProbeEvent;

pub(super) fn run(arguments: Probe) -> Result<u8, Error> {
    let standard = |path: &Option<_>| path.as_deref().is_some_and(files::is_standard_input);
    if standard(&arguments.rules) && standard(&arguments.password_file) {
        let message = "only one of the password and the rules can come from standard input";
        return Err(Error::new(Code::BadOption, message));
    }
    let rules = compared(arguments.rules.as_deref(), &arguments.reading)?;
    let password = password(&arguments)?;
    let authorities = arguments.ca.iter().map(|path| files::text(path));
    let options = ProbeOptions {
        hosts: arguments.host,
        provider: arguments.provider.map(files::provider).transpose()?,
        protections: arguments.protection,
        user: arguments.user.map(Secret::from),
        password,
        anonymous: arguments.anonymous,
        source: arguments.source,
        interface: arguments.interface,
        ttl: arguments.ttl,
        keepalive: arguments.keepalive,
        timeout: arguments.timeout,
        retries: arguments.retries,
        pause: arguments.pause,
        samples: arguments.samples,
        active: arguments.active,
        insecure: arguments.insecure,
        ca: authorities.collect::<Result<_, _>>()?,
        max_connections: arguments.max_connections,
        at: arguments.at,
        inside: arguments.interfaces.inside,
        outside: arguments.interfaces.outside,
    };
    let report = interruptible(|cancel| ask::probe(rules.as_ref(), &options, cancel, tell))?;
    let answer = match arguments.format {
        Format::Text => report.to_text(colours(&arguments.output), width(&arguments.output)),
        Format::Json => report.to_json(),
    };
    write(&arguments.output, &answer)?;
    Ok(report.exit_code)
}

/// The first line of the password's file, or the variable that holds it.
fn password(arguments: &Probe) -> Result<Option<Secret>, Error> {
    if let Some(name) = &arguments.password_env {
        let value = std::env::var(name).map_err(|_| {
            let message = format!("the environment has no variable {name} with text in it");
            Error::new(Code::BadOption, message)
        })?;
        return Ok(Some(Secret::from(value)));
    }
    let Some(path) = &arguments.password_file else { return Ok(None) };
    Ok(Some(Secret::from(first_line(path)?)))
}

fn first_line(path: &Path) -> Result<String, Error> {
    let (name, bytes) = files::input(path)?;
    let text = String::from_utf8(bytes).map_err(|_| {
        Error::new(Code::NotText, "the password is not UTF-8 text").in_file(Some(&name))
    })?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

/// Whoever watches is told what it waits for.
fn tell(event: &ProbeEvent) {
    let mut err = std::io::stderr();
    if err.is_terminal() {
        let shown: String = event.message.chars().filter(|c| !c.is_control()).collect();
        let _ = writeln!(err, "{} {}: {shown}", event.step, event.server);
    }
}
