//! `pasvaudit._pasvaudit`, the compiled half of the Python package `pasvaudit`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use pasvaudit::ask::json::{self, Packets, Rules};
use pasvaudit::probe::Cancel;
use pyo3::exceptions::PyRuntimeError;
use pyo3::import_exception;
use pyo3::prelude::*;

import_exception!(pasvaudit._error, PasvauditError);

/// A rule set that was read, by `parse()`: it can be asked about again and again, from any thread.
#[pyclass(frozen, module = "pasvaudit")]
struct Firewall {
    read: Arc<pasvaudit::Firewall>,
    options: String,
}

#[pymethods]
impl Firewall {
    #[new]
    #[pyo3(signature = (rules: "bytes", options: "str" = "{}"))]
    fn new(py: Python<'_>, rules: Vec<u8>, options: &str) -> PyResult<Self> {
        let read = py.detach(|| json::parse(rules, options)).map_err(raised)?;
        Ok(Self { read: Arc::new(read), options: options.to_owned() })
    }

    /// What it is made from, for pickle.
    fn __getnewargs__(&self) -> (&[u8], &str) {
        (self.read.text().as_bytes(), &self.options)
    }

    fn __repr__(&self) -> String {
        let file = self.file().map(|file| format!(" {file}")).unwrap_or_default();
        format!("<Firewall {}{file}>", self.dialect())
    }

    /// The dialect that it was written in, never `auto`.
    #[getter]
    fn dialect(&self) -> &str {
        self.read.dialect().as_str()
    }

    /// The IP families that it governs, of `ipv4` and `ipv6`; it says nothing about the other.
    #[getter]
    fn families(&self) -> Vec<&str> {
        self.read.families().iter().map(|family| family.as_str()).collect()
    }

    /// The name of the file that it was read from, if one was given.
    #[getter]
    fn file(&self) -> Option<&str> {
        self.read.file()
    }

    /// The rule set as it was read.
    #[getter]
    fn text(&self) -> &str {
        self.read.text()
    }
}

/// A rule set, read or not.
#[derive(FromPyObject)]
enum Given<'py> {
    Read(PyRef<'py, Firewall>),
    Text(Vec<u8>),
}

impl From<Given<'_>> for Rules {
    fn from(given: Given<'_>) -> Self {
        match given {
            Given::Read(firewall) => Self::Read(firewall.read.clone()),
            Given::Text(text) => Self::Text(text),
        }
    }
}

/// A capture: what is in the file, or the file.
#[derive(FromPyObject)]
enum Captured {
    Bytes(Vec<u8>),
    File(PathBuf),
}

impl From<Captured> for Packets {
    fn from(captured: Captured) -> Self {
        match captured {
            Captured::Bytes(bytes) => Self::Bytes(bytes),
            Captured::File(path) => Self::File(path),
        }
    }
}

/// What came out of a question, not yet put into words.
#[pyclass(frozen, module = "pasvaudit")]
struct Answer(json::Answer);

#[pymethods]
impl Answer {
    /// As JSON.
    fn to_json(&self, py: Python<'_>) -> String {
        py.detach(|| self.0.to_json())
    }

    /// For a person.
    fn to_text(&self, py: Python<'_>, colours: bool) -> String {
        py.detach(|| self.0.to_text(colours))
    }

    /// The fix of a report in one of its forms, as JSON.
    fn fix(&self, py: Python<'_>, form: &str) -> PyResult<String> {
        py.detach(|| self.0.to_fix(form)).map_err(raised)
    }

    /// The rule set with the fixes of a report in it, if there are any.
    fn fixed_rule_set(&self) -> PyResult<Option<&str>> {
        self.0.fixed_rule_set().map_err(raised)
    }

    /// A report or a difference in one of its other forms.
    fn to_form(&self, py: Python<'_>, form: &str) -> PyResult<String> {
        py.detach(|| self.0.to_form(form)).map_err(raised)
    }
}

/// Audits rules with these options, a JSON object.
#[pyfunction]
#[pyo3(signature = (rules: "Firewall | bytes", options: "str") -> "Answer")]
fn audit(py: Python<'_>, rules: Given<'_>, options: &str) -> PyResult<Answer> {
    let rules = rules.into();
    py.detach(|| json::audit(rules, options)).map(Answer).map_err(raised)
}

/// Says what has to be permitted, with these options, a JSON object.
#[pyfunction]
#[pyo3(signature = (options: "str") -> "Answer")]
fn allow(py: Python<'_>, options: &str) -> PyResult<Answer> {
    py.detach(|| json::allow(options)).map(Answer).map_err(raised)
}

/// Says what has changed between two rule sets, with these options, a JSON object.
#[pyfunction]
#[pyo3(signature = (old: "Firewall | bytes", new: "Firewall | bytes", options: "str") -> "Answer")]
fn diff(py: Python<'_>, old: Given<'_>, new: Given<'_>, options: &str) -> PyResult<Answer> {
    let (old, new) = (old.into(), new.into());
    py.detach(|| json::diff(old, new, options)).map(Answer).map_err(raised)
}

/// Explains what becomes of packets or connections, with these options, a JSON object.
#[pyfunction]
#[pyo3(signature = (rules: "Firewall | bytes", options: "str") -> "Answer")]
fn explain(py: Python<'_>, rules: Given<'_>, options: &str) -> PyResult<Answer> {
    let rules = rules.into();
    py.detach(|| json::explain(rules, options)).map(Answer).map_err(raised)
}

/// Names the likely causes of what somebody sees, with these options, a JSON object.
#[pyfunction]
#[pyo3(signature = (text: "bytes", options: "str") -> "Answer")]
fn symptom(py: Python<'_>, text: Vec<u8>, options: &str) -> PyResult<Answer> {
    py.detach(|| json::symptom(&text, options)).map(Answer).map_err(raised)
}

/// Reads a capture with these options, a JSON object.
#[pyfunction]
#[pyo3(signature = (captured: "bytes | str", rules: "Firewall | bytes | None", options: "str") -> "Answer")]
fn capture(
    py: Python<'_>,
    captured: Captured,
    rules: Option<Given<'_>>,
    options: &str,
) -> PyResult<Answer> {
    let (packets, rules) = (captured.into(), rules.map(Rules::from));
    py.detach(|| json::capture(packets, rules, options)).map(Answer).map_err(raised)
}

/// How long Python is left alone before it is asked whether somebody has pressed Ctrl-C.
const SLICE: Duration = Duration::from_millis(100);

/// Listens to an interface with these options, a JSON object.
#[pyfunction]
#[pyo3(signature = (interface: "str", rules: "Firewall | bytes | None", options: "str") -> "Answer")]
fn live(
    py: Python<'_>,
    interface: String,
    rules: Option<Given<'_>>,
    options: String,
) -> PyResult<Answer> {
    let rules = rules.map(Rules::from);
    waited(py, None, move |cancel, _| json::live(&interface, rules, &options, cancel))
}

/// Tries connections with these options, a JSON object. `progress` is called with what happens, as JSON.
#[pyfunction]
#[pyo3(signature = (rules: "Firewall | bytes | None", options: "str", progress: "object") -> "Answer")]
fn probe(
    py: Python<'_>,
    rules: Option<Given<'_>>,
    options: String,
    progress: Option<Py<PyAny>>,
) -> PyResult<Answer> {
    let rules = rules.map(Rules::from);
    waited(py, progress, move |cancel, tell| json::probe(rules, &options, cancel, tell))
}

/// The answer of work that waits for the network; Ctrl-C, and whatever `progress` raises, end it.
fn waited(
    py: Python<'_>,
    progress: Option<Py<PyAny>>,
    work: impl FnOnce(&Cancel, &mut dyn FnMut(&str)) -> Result<json::Answer, pasvaudit::Error>
    + Send
    + 'static,
) -> PyResult<Answer> {
    let cancel = Cancel::new();
    let (events, received) = mpsc::channel::<String>();
    let cancelled = cancel.clone();
    // Signals come to this thread, which has to look for them.
    let working = thread::spawn(move || {
        work(&cancelled, &mut |event| {
            // Nobody may be listening any more.
            let _ = events.send(event.to_owned());
        })
    });
    // It is waited for without Python, as if by another thread.
    let received = Mutex::new(received);
    let mut stopped = None;
    loop {
        let next = py
            .detach(|| received.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(SLICE));
        let told = match (&next, &progress) {
            (Ok(event), Some(progress)) if stopped.is_none() => {
                progress.call1(py, (event,)).map(|_| ())
            }
            (Err(mpsc::RecvTimeoutError::Disconnected), _) => break,
            _ => Ok(()),
        };
        if let Err(error) = told.and_then(|()| py.check_signals()) {
            cancel.cancel();
            stopped.get_or_insert(error);
        }
    }
    let done = py.detach(|| working.join());
    match (stopped, done) {
        (Some(error), _) => Err(error),
        (None, Ok(answer)) => answer.map(Answer).map_err(raised),
        (None, Err(_)) => Err(PyRuntimeError::new_err("it ended by itself")),
    }
}

/// Every provider of the catalogue, as JSON.
#[pyfunction]
fn providers() -> Vec<String> {
    pasvaudit::Provider::all().iter().map(pasvaudit::render::provider_to_text).collect()
}

/// The provider of the catalogue with this id, as JSON.
#[pyfunction]
fn provider(id: &str) -> PyResult<String> {
    pasvaudit::Provider::builtin(id).map(pasvaudit::render::provider_to_text).map_err(raised)
}

/// Runs the command with its arguments, the first of which is its name, and gives the exit code.
#[pyfunction]
#[pyo3(signature = (arguments: "list[str]") -> "int")]
fn run(py: Python<'_>, arguments: Vec<OsString>) -> u8 {
    py.detach(|| pasvaudit::cli::run(arguments))
}

fn raised(error: pasvaudit::Error) -> PyErr {
    let place = error.place();
    PasvauditError::new_err((
        error.to_string(),
        error.code().as_str(),
        error.file().map(str::to_owned),
        place.map(|place| place.line),
        place.map(|place| place.column),
        place.map(|place| place.text.clone()),
    ))
}

#[pymodule]
mod _pasvaudit {
    #[pymodule_export]
    use super::{
        Answer, Firewall, allow, audit, capture, diff, explain, live, probe, provider, providers,
        run, symptom,
    };
}
