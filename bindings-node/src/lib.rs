//! The addon behind the npm package `pasvaudit`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use napi::bindgen_prelude::*;
use napi::threadsafe_function::ThreadsafeFunctionCallMode::NonBlocking;
use napi_derive::napi;
use pasvaudit::ask::json::{self, Packets, Rules};

/// A rule set that was read: it can be asked about again and again.
#[napi]
pub struct Firewall(Arc<pasvaudit::Firewall>);

#[napi]
impl Firewall {
    /// The dialect that it was written in, never `auto`.
    #[napi(getter)]
    pub fn dialect(&self) -> &str {
        self.0.dialect().as_str()
    }

    /// The IP families that it governs, of `ipv4` and `ipv6`; it says nothing about the other.
    #[napi(getter)]
    pub fn families(&self) -> Vec<&str> {
        self.0.families().iter().map(|family| family.as_str()).collect()
    }

    /// The name of the file that it was read from, if one was given.
    #[napi(getter)]
    pub fn file(&self) -> Option<&str> {
        self.0.file()
    }

    /// The rule set as it was read.
    #[napi(getter)]
    pub fn text(&self) -> &str {
        self.0.text()
    }
}

/// What came out of a question, not yet put into words.
#[napi]
pub struct Answer(json::Answer);

#[napi]
impl Answer {
    /// As JSON.
    #[napi]
    pub fn to_json(&self) -> String {
        self.0.to_json()
    }

    /// For a person.
    #[napi]
    pub fn to_text(&self, colours: bool) -> String {
        self.0.to_text(colours)
    }

    /// The fix of a report in one of its forms, as JSON.
    #[napi]
    pub fn fix(&self, env: Env, form: String) -> Result<String> {
        self.0.to_fix(&form).map_err(|error| thrown(&env, &error))
    }

    /// The rule set with the fixes of a report in it, if there are any.
    #[napi]
    pub fn fixed_rule_set(&self, env: Env) -> Result<Option<&str>> {
        self.0.fixed_rule_set().map_err(|error| thrown(&env, &error))
    }

    /// A report or a difference in one of its other forms.
    #[napi]
    pub fn to_form(&self, env: Env, form: String) -> Result<String> {
        self.0.to_form(&form).map_err(|error| thrown(&env, &error))
    }
}

type Text = Either<String, Uint8Array>;
type Given<'env> = Either3<ClassInstance<'env, Firewall>, String, Uint8Array>;

fn bytes(text: Text) -> Vec<u8> {
    match text {
        Either::A(text) => text.into_bytes(),
        Either::B(bytes) => bytes.to_vec(),
    }
}

fn packets(captured: Text) -> Packets {
    match captured {
        Either::A(path) => Packets::File(PathBuf::from(path)),
        Either::B(bytes) => Packets::Bytes(bytes.to_vec()),
    }
}

fn rules(given: Given<'_>) -> Rules {
    match given {
        Either3::A(firewall) => Rules::Read(firewall.0.clone()),
        Either3::B(text) => Rules::Text(text.into_bytes()),
        Either3::C(bytes) => Rules::Text(bytes.to_vec()),
    }
}

/// Reads rules with these options, a JSON object.
#[napi(ts_return_type = "Promise<Firewall>")]
pub fn parse(
    #[napi(ts_arg_type = "string | Uint8Array")] text: Text,
    options: String,
    signal: Option<AbortSignal>,
) -> AsyncTask<Job<Firewall>> {
    let text = bytes(text);
    job(signal, move || json::parse(text, &options).map(|read| Firewall(Arc::new(read))))
}

/// Audits rules with these options, a JSON object.
#[napi(ts_return_type = "Promise<Answer>")]
pub fn audit(
    #[napi(ts_arg_type = "Firewall | string | Uint8Array")] given: Given<'_>,
    options: String,
    signal: Option<AbortSignal>,
) -> AsyncTask<Job<Answer>> {
    let rules = rules(given);
    job(signal, move || json::audit(rules, &options).map(Answer))
}

/// Says what has to be permitted, with these options, a JSON object.
#[napi(ts_return_type = "Promise<Answer>")]
pub fn allow(options: String, signal: Option<AbortSignal>) -> AsyncTask<Job<Answer>> {
    job(signal, move || json::allow(&options).map(Answer))
}

/// Says what has changed between two rule sets, with these options, a JSON object.
#[napi(ts_return_type = "Promise<Answer>")]
pub fn diff(
    #[napi(ts_arg_type = "Firewall | string | Uint8Array")] old: Given<'_>,
    #[napi(ts_arg_type = "Firewall | string | Uint8Array")] given: Given<'_>,
    options: String,
    signal: Option<AbortSignal>,
) -> AsyncTask<Job<Answer>> {
    let (old, new) = (rules(old), rules(given));
    job(signal, move || json::diff(old, new, &options).map(Answer))
}

/// Explains what becomes of packets or connections, with these options, a JSON object.
#[napi(ts_return_type = "Promise<Answer>")]
pub fn explain(
    #[napi(ts_arg_type = "Firewall | string | Uint8Array")] given: Given<'_>,
    options: String,
    signal: Option<AbortSignal>,
) -> AsyncTask<Job<Answer>> {
    let rules = rules(given);
    job(signal, move || json::explain(rules, &options).map(Answer))
}

/// Names the likely causes of what somebody sees, with these options, a JSON object.
#[napi(ts_return_type = "Promise<Answer>")]
pub fn symptom(
    #[napi(ts_arg_type = "string | Uint8Array")] text: Text,
    options: String,
    signal: Option<AbortSignal>,
) -> AsyncTask<Job<Answer>> {
    let text = bytes(text);
    job(signal, move || json::symptom(&text, &options).map(Answer))
}

/// Reads a capture, a path or what is in it, with these options, a JSON object.
#[napi(ts_return_type = "Promise<Answer>")]
pub fn capture(
    #[napi(ts_arg_type = "string | Uint8Array")] captured: Text,
    #[napi(ts_arg_type = "Firewall | string | Uint8Array | null")] given: Option<Given<'_>>,
    options: String,
    signal: Option<AbortSignal>,
) -> AsyncTask<Job<Answer>> {
    let (packets, rules) = (packets(captured), given.map(rules));
    job(signal, move || json::capture(packets, rules, &options).map(Answer))
}

/// Ends what waits for the network before its time.
#[derive(Default)]
#[napi]
pub struct Cancel(pasvaudit::probe::Cancel);

#[napi]
impl Cancel {
    /// One that nobody has used.
    #[napi(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Ends it.
    #[napi]
    pub fn cancel(&self) {
        self.0.cancel();
    }
}

/// Listens to an interface with these options, a JSON object.
#[napi(ts_return_type = "Promise<Answer>")]
pub fn live(
    interface: String,
    #[napi(ts_arg_type = "Firewall | string | Uint8Array | null")] given: Option<Given<'_>>,
    options: String,
    cancel: &Cancel,
) -> AsyncTask<Job<Answer>> {
    let (rules, cancel) = (given.map(rules), cancel.0.clone());
    job(None, move || json::live(&interface, rules, &options, &cancel).map(Answer))
}

/// Tries connections with these options, a JSON object. `progress` is called with what happens, as JSON.
#[napi(ts_return_type = "Promise<Answer>")]
pub fn probe(
    #[napi(ts_arg_type = "Firewall | string | Uint8Array | null")] given: Option<Given<'_>>,
    options: String,
    cancel: &Cancel,
    #[napi(ts_arg_type = "((event: string) => void) | null")] progress: Option<
        Function<'_, String, ()>,
    >,
) -> Result<AsyncTask<Job<Answer>>> {
    let (rules, cancel) = (given.map(rules), cancel.0.clone());
    let progress = match progress {
        Some(progress) => Some(progress.build_threadsafe_function::<String>().build()?),
        None => None,
    };
    let tell = move |event: &str| {
        if let Some(progress) = &progress {
            progress.call(event.to_owned(), NonBlocking);
        }
    };
    Ok(job(None, move || json::probe(rules, &options, &cancel, tell).map(Answer)))
}

/// `parse`, on this thread.
#[napi]
pub fn parse_sync(
    env: Env,
    #[napi(ts_arg_type = "string | Uint8Array")] text: Text,
    options: String,
) -> Result<Firewall> {
    let read = json::parse(bytes(text), &options).map_err(|error| thrown(&env, &error))?;
    Ok(Firewall(Arc::new(read)))
}

/// `audit`, on this thread.
#[napi]
pub fn audit_sync(
    env: Env,
    #[napi(ts_arg_type = "Firewall | string | Uint8Array")] given: Given<'_>,
    options: String,
) -> Result<Answer> {
    json::audit(rules(given), &options).map(Answer).map_err(|error| thrown(&env, &error))
}

/// `allow`, on this thread.
#[napi]
pub fn allow_sync(env: Env, options: String) -> Result<Answer> {
    json::allow(&options).map(Answer).map_err(|error| thrown(&env, &error))
}

/// `diff`, on this thread.
#[napi]
pub fn diff_sync(
    env: Env,
    #[napi(ts_arg_type = "Firewall | string | Uint8Array")] old: Given<'_>,
    #[napi(ts_arg_type = "Firewall | string | Uint8Array")] given: Given<'_>,
    options: String,
) -> Result<Answer> {
    let compared = json::diff(rules(old), rules(given), &options);
    compared.map(Answer).map_err(|error| thrown(&env, &error))
}

/// `explain`, on this thread.
#[napi]
pub fn explain_sync(
    env: Env,
    #[napi(ts_arg_type = "Firewall | string | Uint8Array")] given: Given<'_>,
    options: String,
) -> Result<Answer> {
    json::explain(rules(given), &options).map(Answer).map_err(|error| thrown(&env, &error))
}

/// `symptom`, on this thread.
#[napi]
pub fn symptom_sync(
    env: Env,
    #[napi(ts_arg_type = "string | Uint8Array")] text: Text,
    options: String,
) -> Result<Answer> {
    json::symptom(&bytes(text), &options).map(Answer).map_err(|error| thrown(&env, &error))
}

/// `capture`, on this thread.
#[napi]
pub fn capture_sync(
    env: Env,
    #[napi(ts_arg_type = "string | Uint8Array")] captured: Text,
    #[napi(ts_arg_type = "Firewall | string | Uint8Array | null")] given: Option<Given<'_>>,
    options: String,
) -> Result<Answer> {
    let read = json::capture(packets(captured), given.map(rules), &options);
    read.map(Answer).map_err(|error| thrown(&env, &error))
}

/// Every provider of the catalogue, as JSON.
#[napi]
pub fn providers() -> Vec<String> {
    pasvaudit::Provider::all().iter().map(pasvaudit::render::provider_to_text).collect()
}

/// The provider of the catalogue with this id, as JSON.
#[napi]
pub fn provider(env: Env, id: String) -> Result<String> {
    let known = pasvaudit::Provider::builtin(&id).map_err(|error| thrown(&env, &error))?;
    Ok(pasvaudit::render::provider_to_text(known))
}

/// Runs the command with its arguments, the first of which is its name, and gives the exit code.
#[napi]
pub fn run(arguments: Vec<String>) -> u8 {
    pasvaudit::cli::run(arguments.into_iter().map(OsString::from))
}

/// Work for the thread pool.
pub struct Job<T>(Option<Work<T>>);

type Outcome<T> = std::result::Result<T, pasvaudit::Error>;
type Work<T> = Box<dyn FnOnce() -> Outcome<T> + Send>;

fn job<T>(
    signal: Option<AbortSignal>,
    work: impl FnOnce() -> Outcome<T> + Send + 'static,
) -> AsyncTask<Job<T>>
where
    Job<T>: Task,
{
    AsyncTask::with_optional_signal(Job(Some(Box::new(work))), signal)
}

impl<T: ToNapiValue + TypeName + Send + 'static> Task for Job<T> {
    type Output = Outcome<T>;
    type JsValue = T;

    fn compute(&mut self) -> Result<Outcome<T>> {
        let work = self.0.take().ok_or_else(|| Error::from_reason("the work was done before"))?;
        Ok(work())
    }

    fn resolve(&mut self, env: Env, outcome: Outcome<T>) -> Result<T> {
        outcome.map_err(|error| thrown(&env, &error))
    }
}

/// A JavaScript error with what `error` knows of itself.
fn thrown(env: &Env, error: &pasvaudit::Error) -> Error {
    object(env, error).map_or_else(|failure| failure, |object| object.to_unknown().into())
}

fn object<'env>(env: &'env Env, error: &pasvaudit::Error) -> Result<Object<'env>> {
    let place = error.place();
    let mut object = env.create_error(Error::from_reason(error.to_string()))?;
    object.set("code", error.code().as_str())?;
    object.set("file", error.file())?;
    object.set("line", place.map(|place| place.line))?;
    object.set("column", place.map(|place| place.column))?;
    object.set("text", place.map(|place| place.text.as_str()))?;
    Ok(object)
}
