//! The `pasvaudit` command: the same from cargo, pip and npx.

mod args;
mod files;
mod interrupt;
mod probe;

use std::ffi::OsString;
use std::io::{IsTerminal, Write};
use std::path::Path;

use anstream::ColorChoice;
use clap::Parser;

use crate::ask::{
    self, AuditOptions, CaptureOptions, ExplainOptions, ParseOptions, SymptomOptions,
};
use crate::error::{Code, Error};
use crate::firewall::{Dialect, Firewall};
use crate::ftp::Provider;
use crate::render::{self, FixForm};
use args::{
    Action, Allow, Audit, Capture, Command, Diff, DifferenceFormat, Explain, Fix, Format,
    Interfaces, Output, Providers, Question, Reading, ReportFormat, RuleSet, Sessions, Symptom,
};
use interrupt::interruptible;

/// The exit code for bad input or usage.
const REFUSED: u8 = 2;
/// The exit code for a symptom that is not known.
const NOT_KNOWN: u8 = 3;

/// The narrowest terminal for which lines are broken.
const NARROWEST: usize = 20;

/// Runs the command with its arguments, of which the first is its own name, and gives the exit code:
/// 0 every required mode works or the question is answered, 1 a gap, 3 undecided or not known, 2 bad
/// input or usage.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let command = match Command::try_parse_from(arguments) {
        Ok(command) => command,
        Err(usage) => {
            // A closed pipe is the reader's choice.
            let _ = usage.print();
            return u8::try_from(usage.exit_code()).unwrap_or(REFUSED);
        }
    };
    let outcome = match command.action {
        Action::Audit(arguments) => audit(arguments),
        Action::Fix(arguments) => fix(arguments),
        Action::Allow(arguments) => allow(arguments),
        Action::Diff(arguments) => diff(arguments),
        Action::Explain(arguments) => explain(arguments),
        Action::Symptom(arguments) => symptom(arguments),
        Action::Capture(arguments) => capture(arguments),
        Action::Probe(arguments) => probe::run(*arguments),
        Action::Providers(arguments) => providers(&arguments),
    };
    outcome.unwrap_or_else(|error| {
        let _ = writeln!(std::io::stderr(), "pasvaudit: {error}");
        REFUSED
    })
}

fn audit(arguments: Audit) -> Result<u8, Error> {
    let firewall = read(&arguments.rules)?;
    let options = AuditOptions {
        idle: arguments.idle,
        config: arguments.config.as_deref().map(files::config).transpose()?,
        ..question(arguments.question, arguments.rules.interfaces)?
    };
    let report = ask::audit(&firewall, &options)?;
    let answer = match arguments.format {
        ReportFormat::Text => report.to_text(colours(&arguments.output), width(&arguments.output)),
        ReportFormat::Json => report.to_json(),
        ReportFormat::Markdown => report.to_markdown(),
        ReportFormat::Html => report.to_html(),
        ReportFormat::Sarif => report.to_sarif(),
        ReportFormat::Junit => report.to_junit(),
        ReportFormat::Github => report.to_github(),
    };
    write(&arguments.output, &answer)?;
    Ok(report.verdict.exit_code())
}

fn fix(arguments: Fix) -> Result<u8, Error> {
    let firewall = read(&arguments.rules)?;
    let asked = question(arguments.question, arguments.rules.interfaces)?;
    let options = AuditOptions { max_rules: arguments.max_rules, ..asked };
    let report = ask::audit(&firewall, &options)?;
    let fix = report.fix(arguments.to.parse()?);
    if arguments.whole {
        // Where nothing is to be changed the rule set is what it was: somebody may load it.
        write(&arguments.output, report.fixed_rule_set().unwrap_or(firewall.text()))?;
        for line in fix.notes() {
            let _ = writeln!(std::io::stderr(), "pasvaudit: {line}");
        }
    } else if arguments.format == Format::Json {
        write(&arguments.output, &fix.to_json())?;
    } else {
        write(&arguments.output, &fix.text)?;
    }
    Ok(report.fixed_verdict().exit_code())
}

fn allow(arguments: Allow) -> Result<u8, Error> {
    let words = arguments.to == FixForm::Words.as_str();
    let to = if words { Dialect::Nftables.as_str() } else { &arguments.to };
    let options = AuditOptions {
        max_rules: arguments.max_rules,
        ..sessions(arguments.sessions, arguments.interfaces)?
    };
    let report = ask::allow(to, &options)?;
    let fix = report.fix(if words { FixForm::Words } else { FixForm::Own });
    let whole = report.fixed_rule_set().filter(|_| arguments.whole);
    write(&arguments.output, whole.unwrap_or(&fix.text))?;
    Ok(report.fixed_verdict().exit_code())
}

fn diff(arguments: Diff) -> Result<u8, Error> {
    if [&arguments.old, &arguments.new].iter().all(|path| files::is_standard_input(path)) {
        let message = "only one of the two rule sets can come from standard input";
        return Err(Error::new(Code::BadOption, message));
    }
    let reading = reading(&arguments.reading)?;
    let before = match &arguments.before {
        Some(before) => files::before(before, &reading)?,
        None => reading.clone(),
    };
    let old = parse(&arguments.old, before)?;
    let new = parse(&arguments.new, reading)?;
    let options = question(arguments.question, arguments.interfaces)?;
    let difference = ask::diff(&old, &new, &options)?;
    let answer = match arguments.format {
        DifferenceFormat::Text => {
            difference.to_text(colours(&arguments.output), width(&arguments.output))
        }
        DifferenceFormat::Json => difference.to_json(),
        DifferenceFormat::Markdown => difference.to_markdown(),
        DifferenceFormat::Github => difference.to_github(),
    };
    write(&arguments.output, &answer)?;
    Ok(difference.exit_code)
}

/// The options of an audit.
fn question(question: Question, interfaces: Interfaces) -> Result<AuditOptions, Error> {
    Ok(AuditOptions {
        via: question.via.iter().map(|via| files::via(via)).collect::<Result<_, _>>()?,
        ..sessions(question.sessions, interfaces)?
    })
}

fn sessions(sessions: Sessions, interfaces: Interfaces) -> Result<AuditOptions, Error> {
    let providers = sessions.provider.into_iter().map(files::provider);
    Ok(AuditOptions {
        providers: providers.collect::<Result<_, _>>()?,
        at: sessions.at,
        client: sessions.client,
        server: sessions.server,
        inside: interfaces.inside,
        outside: interfaces.outside,
        advertise: sessions.advertise,
        ..AuditOptions::default()
    })
}

fn explain(arguments: Explain) -> Result<u8, Error> {
    let firewall = read(&arguments.rules)?;
    let options = ExplainOptions {
        hook: arguments.hook,
        state: arguments.state,
        at: arguments.at,
        from: arguments.from,
        src: arguments.src,
        sport: arguments.sport,
        dst: arguments.dst,
        dport: arguments.dport,
        incoming: arguments.incoming,
        outgoing: arguments.outgoing,
        inside: arguments.rules.interfaces.inside,
        outside: arguments.rules.interfaces.outside,
    };
    let explanation = ask::explain(&firewall, &options)?;
    let answer = match arguments.format {
        Format::Text => explanation.to_text(colours(&arguments.output), width(&arguments.output)),
        Format::Json => explanation.to_json(),
    };
    write(&arguments.output, &answer)?;
    Ok(0)
}

fn symptom(arguments: Symptom) -> Result<u8, Error> {
    let text = match arguments.text.as_slice() {
        [one] if one == "-" => files::standard_input()?,
        words => words.join(" ").into_bytes(),
    };
    let options = SymptomOptions { provider: arguments.provider.map(files::provider).transpose()? };
    let diagnosis = ask::symptom(&text, &options)?;
    let answer = match arguments.format {
        Format::Text => diagnosis.to_text(colours(&arguments.output), width(&arguments.output)),
        Format::Json => diagnosis.to_json(),
    };
    write(&arguments.output, &answer)?;
    Ok(if diagnosis.known { 0 } else { NOT_KNOWN })
}

fn capture(arguments: Capture) -> Result<u8, Error> {
    let standard = |path: &Option<_>| path.as_deref().is_some_and(files::is_standard_input);
    if standard(&arguments.rules) && standard(&arguments.file) {
        let message = "only one of the capture and the rules can come from standard input";
        return Err(Error::new(Code::BadOption, message));
    }
    let rules = compared(arguments.rules.as_deref(), &arguments.reading)?;
    let providers = arguments.provider.into_iter().map(files::provider);
    let options = CaptureOptions {
        name: arguments.file.as_deref().map(files::name),
        providers: providers.collect::<Result<_, _>>()?,
        ports: arguments.port,
        tls_ports: arguments.tls_port,
        at: arguments.at,
        inside: arguments.interfaces.inside,
        outside: arguments.interfaces.outside,
        seconds: arguments.seconds,
    };
    let report = match (arguments.file, arguments.live) {
        (Some(file), _) => ask::capture(files::stream(&file)?, rules.as_ref(), &options)?,
        (None, interface) => {
            let interface = interface.unwrap_or_default();
            if std::io::stderr().is_terminal() {
                eprintln!("listening to {interface}; Ctrl-C ends it");
            }
            interruptible(|cancel| ask::live(&interface, rules.as_ref(), &options, cancel))?
        }
    };
    let answer = match arguments.format {
        Format::Text => report.to_text(colours(&arguments.output), width(&arguments.output)),
        Format::Json => report.to_json(),
    };
    write(&arguments.output, &answer)?;
    Ok(report.exit_code)
}

fn providers(arguments: &Providers) -> Result<u8, Error> {
    let json = arguments.format == Format::Json;
    let answer = match &arguments.id {
        Some(id) => render::provider_to_text(Provider::builtin(id)?),
        None if json => render::to_json(&Provider::all()),
        None => render::providers_to_text(Provider::all()),
    };
    write(&arguments.output, &answer)?;
    Ok(0)
}

/// The rule set that something is compared with, if there is one; without one there are no options for it.
fn compared(rules: Option<&Path>, options: &Reading) -> Result<Option<Firewall>, Error> {
    let reading = reading(options)?;
    match rules {
        Some(path) => parse(path, reading).map(Some),
        None if reading == ParseOptions::default() => Ok(None),
        None => {
            let message = "options for reading a rule set go with --rules FILE, and there is none";
            Err(Error::new(Code::BadOption, message))
        }
    }
}

fn read(rules: &RuleSet) -> Result<Firewall, Error> {
    parse(&rules.file, reading(&rules.reading)?)
}

fn reading(reading: &Reading) -> Result<ParseOptions, Error> {
    let ipset = reading.ipset.iter().map(|path| files::text(path));
    Ok(ParseOptions {
        dialect: reading.dialect.clone(),
        file: None,
        ipset: ipset.collect::<Result<_, _>>()?,
        also: reading.also.iter().map(|path| files::also(path)).collect::<Result<_, _>>()?,
        attached: reading.attached.clone(),
        local: reading.local.clone(),
        kernel: reading.kernel.clone(),
        lenient: reading.lenient,
    })
}

fn parse(file: &Path, reading: ParseOptions) -> Result<Firewall, Error> {
    let (name, bytes) = files::input(file)?;
    ask::parse(bytes, &ParseOptions { file: Some(name), ..reading })
}

/// Colours are for terminals, unless `NO_COLOR` or the like says otherwise.
fn colours(output: &Output) -> bool {
    let to_terminal = output.output.is_none();
    let choice = anstream::AutoStream::choice(&std::io::stdout());
    to_terminal && choice != ColorChoice::Never
}

/// How wide a terminal is, of which `COLUMNS` may say something else. What goes elsewhere keeps its
/// lines, for programs that look for words in them.
fn width(output: &Output) -> Option<usize> {
    if output.output.is_some() || !std::io::stdout().is_terminal() {
        return None;
    }
    let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let found = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    said.or_else(found).filter(|width| *width >= NARROWEST)
}

fn write(output: &Output, answer: &str) -> Result<(), Error> {
    let mut answer = answer.to_owned();
    if !answer.ends_with('\n') {
        answer.push('\n');
    }
    let written = match &output.output {
        Some(path) => std::fs::write(path, answer),
        None => std::io::stdout().lock().write_all(answer.as_bytes()),
    };
    written.or_else(|error| match error.kind() {
        // The reader has seen enough.
        std::io::ErrorKind::BrokenPipe => Ok(()),
        _ => {
            let path = output.output.as_ref().map(|path| path.display().to_string());
            let message = format!("the answer cannot be written: {error}");
            Err(Error::new(Code::Io, message).in_file(path.as_deref()))
        }
    })
}
