use std::io::Read;
use std::path::Path;

use crate::ask::{ConfigChoice, ParseOptions, ProviderChoice, Via};
use crate::error::{Code, Error};

const STANDARD_INPUT: &str = "<stdin>";

/// All of standard input.
pub(super) fn standard_input() -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let read = std::io::stdin().lock().read_to_end(&mut bytes);
    read.map_err(|error| unreadable(STANDARD_INPUT, &error))?;
    Ok(bytes)
}

/// Whether a path stands for standard input.
pub(super) fn is_standard_input(path: &Path) -> bool {
    path == Path::new("-")
}

/// The name of a file for errors and reports.
pub(super) fn name(path: &Path) -> String {
    match is_standard_input(path) {
        true => STANDARD_INPUT.to_owned(),
        false => path.display().to_string(),
    }
}

/// A file that is read bit by bit; `-` is standard input.
pub(super) fn stream(path: &Path) -> Result<Box<dyn Read>, Error> {
    if is_standard_input(path) {
        return Ok(Box::new(std::io::stdin().lock()));
    }
    let file = std::fs::File::open(path).map_err(|error| unreadable(&name(path), &error))?;
    Ok(Box::new(file))
}

/// The name and the bytes of a rule set's file; `-` is standard input.
pub(super) fn input(path: &Path) -> Result<(String, Vec<u8>), Error> {
    if is_standard_input(path) {
        return Ok((STANDARD_INPUT.to_owned(), standard_input()?));
    }
    let name = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|error| unreadable(&name, &error))?;
    Ok((name, bytes))
}

/// The text of a file.
pub(super) fn text(path: &Path) -> Result<String, Error> {
    let name = path.display().to_string();
    std::fs::read_to_string(path).map_err(|error| unreadable(&name, &error))
}

/// The provider that an argument names: a file if it ends in `.json`, else an id.
pub(super) fn provider(argument: String) -> Result<ProviderChoice, Error> {
    let path = Path::new(&argument);
    if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")) {
        return Ok(ProviderChoice::Spec { json: text(path)?, file: Some(argument) });
    }
    Ok(ProviderChoice::Id(argument))
}

/// What a configuration file decides about findings.
pub(super) fn config(path: &Path) -> Result<ConfigChoice, Error> {
    Ok(ConfigChoice { json: text(path)?, file: Some(path.display().to_string()) })
}

/// Another firewall: `FILE,at=PLACEMENT,inside=IFACE,...`.
pub(super) fn via(argument: &str) -> Result<Via, Error> {
    let mut parts = argument.split(',');
    let file = parts.next().unwrap_or_default();
    let mut via = Via { rules: text(Path::new(file))?, ..Via::default() };
    via.reading.file = Some(file.to_owned());
    for part in parts {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let value = value.to_owned();
        match name {
            "at" => via.at = value,
            "inside" => via.inside = Some(value),
            "outside" => via.outside = Some(value),
            _ if reading(&mut via.reading, name, &value)? => {}
            _ => {
                let message = format!(
                    "option via: `{part}` is none of at=, inside=, outside=, dialect=, local=, \
                     kernel=, ipset=, also=, attached="
                );
                return Err(Error::new(Code::BadOption, message));
            }
        }
    }
    if via.at.is_empty() {
        let message = format!(
            "option via: `{argument}` does not say where that firewall stands; add `,at=PLACEMENT`"
        );
        return Err(Error::new(Code::BadOption, message));
    }
    Ok(via)
}

/// How the old rule set is read, where that is not as the new one: `kernel=VERSION,ipset=FILE,...`.
pub(super) fn before(argument: &str, as_new: &ParseOptions) -> Result<ParseOptions, Error> {
    let mut other = ParseOptions::default();
    for part in argument.split(',') {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        if !reading(&mut other, name, value)? {
            let message = format!(
                "option before: `{part}` is none of dialect=, local=, kernel=, ipset=, also=, attached="
            );
            return Err(Error::new(Code::BadOption, message));
        }
    }
    let list = |other: Vec<String>, as_new: &[String]| {
        if other.is_empty() { as_new.to_vec() } else { other }
    };
    Ok(ParseOptions {
        dialect: other.dialect.or_else(|| as_new.dialect.clone()),
        kernel: other.kernel.or_else(|| as_new.kernel.clone()),
        local: list(other.local, &as_new.local),
        ipset: list(other.ipset, &as_new.ipset),
        also: if other.also.is_empty() { as_new.also.clone() } else { other.also },
        attached: list(other.attached, &as_new.attached),
        ..as_new.clone()
    })
}

/// Sets an option for reading; whether there is one of this name.
fn reading(options: &mut ParseOptions, name: &str, value: &str) -> Result<bool, Error> {
    match name {
        "dialect" => options.dialect = Some(value.to_owned()),
        "kernel" => options.kernel = Some(value.to_owned()),
        "local" => options.local.push(value.to_owned()),
        "also" => options.also.extend([also(Path::new(value))?]),
        "attached" => options.attached.push(value.to_owned()),
        "ipset" => options.ipset.push(text(Path::new(value))?),
        _ => return Ok(false),
    }
    Ok(true)
}

/// The name and the text of a file.
pub(super) fn also(path: &Path) -> Result<(String, String), Error> {
    Ok((path.display().to_string(), text(path)?))
}

fn unreadable(name: &str, error: &std::io::Error) -> Error {
    let message = format!("the file cannot be read: {error}");
    Error::new(Code::Io, message).in_file(Some(name))
}
