//! Servers of FTP on loopback, each connection on a thread of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use pasvaudit::probe::{Credentials, Probe, ProbeReport, ProbedMode, ProbedSession};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{HandshakeKind, ServerConfig, ServerConnection, StreamOwned};

pub(crate) const USER: &str = "carol";
pub(crate) const PASSWORD: &str = "Tr0ub4dor&3";
pub(crate) const LISTING: &[u8] = b"-rw-r--r-- 1 ftp ftp 5 Jan 1 00:00 hello\r\n";

/// How long a probe waits where nothing is to be waited for.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
/// And where something is that never comes.
pub(crate) const SHORT: Duration = Duration::from_secs(1);

/// Where the server's data connection is, of those that are announced in turn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Port {
    Open,
    /// Nobody listens.
    Shut,
    /// Somebody does, and says nothing.
    Idle,
}

/// How a server behaves. What is not said is as it should be.
#[derive(Clone)]
pub(crate) struct Manner {
    pub(crate) greeting: &'static str,
    /// The ports in turn, over and over.
    pub(crate) ports: Vec<Port>,
    /// The address in replies to PASV instead of its own.
    pub(crate) announces: Option<Ipv4Addr>,
    /// Commands that get this reply instead.
    pub(crate) answers: Vec<(&'static str, &'static str)>,
    /// Repeats all that it is told in its replies.
    pub(crate) echoes: bool,
    pub(crate) tls: Option<Secured>,
    /// Connects to the client in active mode from this address first.
    pub(crate) stranger: Option<IpAddr>,
}

impl Default for Manner {
    fn default() -> Self {
        Self {
            greeting: "220 obedient\r\n",
            ports: vec![Port::Open],
            announces: None,
            answers: Vec::new(),
            echoes: false,
            tls: None,
            stranger: None,
        }
    }
}

/// How a server speaks TLS.
#[derive(Clone)]
pub(crate) struct Secured {
    pub(crate) config: Arc<ServerConfig>,
    pub(crate) implicit: bool,
    /// Whether data connections have to go on with the session of the control connection.
    pub(crate) demands_reuse: bool,
}

/// A server that runs until the test ends.
pub(crate) struct Fake {
    pub(crate) at: SocketAddr,
    pub(crate) accepted: Arc<AtomicU32>,
    /// All lines that it was told, and from where.
    pub(crate) heard: Arc<Mutex<Vec<String>>>,
    pub(crate) peers: Arc<Mutex<Vec<SocketAddr>>>,
}

impl Fake {
    pub(crate) fn obedient() -> Self {
        Self::start(Manner::default())
    }

    pub(crate) fn with_ports(ports: &[Port]) -> Self {
        Self::start(Manner { ports: ports.to_vec(), ..Manner::default() })
    }

    pub(crate) fn start(manner: Manner) -> Self {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let turn = Arc::new(AtomicU32::new(0));
        let shared = heard.clone();
        let fake = Self::raw(move |stream| {
            let mut session = Session {
                manner: manner.clone(),
                turn: turn.clone(),
                heard: shared.clone(),
                control: Wire::Plain(stream),
                data: None,
                target: None,
                protected: false,
            };
            // The client may hang up whenever it likes.
            let _ = session.run();
        });
        Self { heard, ..fake }
    }

    /// A server that does this with each connection.
    pub(crate) fn raw(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap();
        let accepted = Arc::new(AtomicU32::new(0));
        let peers = Arc::new(Mutex::new(Vec::new()));
        let (counted, seen) = (accepted.clone(), peers.clone());
        let serve = Arc::new(serve);
        thread::spawn(move || {
            while let Ok((stream, peer)) = listener.accept() {
                counted.fetch_add(1, Ordering::SeqCst);
                seen.lock().unwrap().push(peer);
                let serve = serve.clone();
                thread::spawn(move || serve(stream));
            }
        });
        Self { at, accepted, heard: Arc::default(), peers }
    }

    pub(crate) fn accepted(&self) -> u32 {
        self.accepted.load(Ordering::SeqCst)
    }

    pub(crate) fn heard(&self, verb: &str) -> bool {
        self.heard.lock().unwrap().iter().any(|line| line.starts_with(verb))
    }

    /// A probe of it that waits for nothing.
    pub(crate) fn probe<'a>(&self) -> Probe<'a> {
        let probe = Probe::new().host(&self.at.to_string()).unwrap().retries(0);
        probe.timeout(PATIENCE).unwrap().pause(Duration::ZERO).unwrap()
    }

    /// The same in the clear and with somebody who logs in.
    pub(crate) fn plain<'a>(&self) -> Probe<'a> {
        self.probe()
            .protection(pasvaudit::ftp::Protection::Plain)
            .credentials(Credentials::new(USER, PASSWORD).unwrap())
    }
}

/// The only session of a report.
pub(crate) fn only(report: &ProbeReport) -> &ProbedSession {
    assert_eq!(report.sessions.len(), 1, "{}", report.to_text(false, None));
    report.sessions.first().unwrap()
}

pub(crate) fn mode(session: &ProbedSession, data: pasvaudit::ftp::DataMode) -> &ProbedMode {
    session.modes.iter().find(|mode| mode.data == data).unwrap()
}

pub(crate) fn codes(report: &ProbeReport) -> Vec<&'static str> {
    report.findings.iter().map(|finding| finding.code.as_str()).collect()
}

/// A port of loopback where nobody listens.
pub(crate) fn nobody() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// A certificate for loopback, and a server's configuration with it.
pub(crate) fn certified(names: &[&str], resumes: bool) -> (String, Arc<ServerConfig>) {
    let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
    let made = rcgen::generate_simple_self_signed(names).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    if !resumes {
        config.session_storage = Arc::new(rustls::server::NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
    }
    (made.cert.pem(), Arc::new(config))
}

enum Wire {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ServerConnection, TcpStream>>),
    Gone,
}

impl Wire {
    fn secured(stream: TcpStream, config: &Arc<ServerConfig>) -> std::io::Result<Self> {
        let connection = ServerConnection::new(config.clone()).map_err(std::io::Error::other)?;
        let mut secured = StreamOwned::new(connection, stream);
        while secured.conn.is_handshaking() {
            secured.conn.complete_io(&mut secured.sock)?;
        }
        Ok(Self::Tls(Box::new(secured)))
    }

    fn resumed(&self) -> bool {
        match self {
            Self::Tls(secured) => secured.conn.handshake_kind() == Some(HandshakeKind::Resumed),
            _ => false,
        }
    }

    fn end(&mut self) {
        if let Self::Tls(secured) = self {
            secured.conn.send_close_notify();
            let _ = secured.flush();
        }
    }
}

impl Read for Wire {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(buffer),
            Self::Tls(secured) => secured.read(buffer),
            Self::Gone => Ok(0),
        }
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.write(bytes),
            Self::Tls(secured) => secured.write(bytes),
            Self::Gone => Ok(bytes.len()),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            Self::Plain(stream) => stream.flush(),
            Self::Tls(secured) => secured.flush(),
            Self::Gone => Ok(()),
        }
    }
}

struct Session {
    manner: Manner,
    turn: Arc<AtomicU32>,
    heard: Arc<Mutex<Vec<String>>>,
    control: Wire,
    data: Option<(TcpListener, Port)>,
    target: Option<SocketAddr>,
    protected: bool,
}

impl Session {
    fn run(&mut self) -> std::io::Result<()> {
        if let Some(tls) = self.manner.tls.clone().filter(|tls| tls.implicit) {
            self.secure(&tls)?;
        }
        let greeting = self.manner.greeting;
        self.control.write_all(greeting.as_bytes())?;
        let mut told = String::new();
        while let Some(line) = self.line()? {
            self.heard.lock().unwrap().push(line.clone());
            told.push_str(&line);
            let verb = line.split(' ').next().unwrap_or_default().to_owned();
            let argument = line.get(verb.len()..).unwrap_or_default().trim().to_owned();
            let given = self.manner.answers.iter().find(|(other, _)| *other == verb);
            let reply = match given {
                Some((_, reply)) => (*reply).to_owned(),
                None => self.obey(&verb, &argument)?,
            };
            if verb == "QUIT" {
                return Ok(());
            }
            if reply.is_empty() {
                continue;
            }
            let reply = if self.manner.echoes { format!("{reply} {told}") } else { reply };
            self.control.write_all(format!("{reply}\r\n").as_bytes())?;
            self.control.flush()?;
            if verb == "AUTH" && reply.starts_with("234") {
                let tls = self.manner.tls.clone().unwrap();
                self.secure(&tls)?;
            }
        }
        Ok(())
    }

    fn secure(&mut self, tls: &Secured) -> std::io::Result<()> {
        if let Wire::Plain(stream) = std::mem::replace(&mut self.control, Wire::Gone) {
            self.control = Wire::secured(stream, &tls.config)?;
        }
        Ok(())
    }

    /// The next line, byte by byte: nothing that comes after it may be taken from the wire.
    fn line(&mut self) -> std::io::Result<Option<String>> {
        let mut line = Vec::new();
        let mut reader = BufReader::with_capacity(1, &mut self.control);
        if reader.read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        Ok(Some(String::from_utf8_lossy(&line).trim_end().to_owned()))
    }

    fn obey(&mut self, verb: &str, argument: &str) -> std::io::Result<String> {
        Ok(match verb {
            "FEAT" => "211-Features:\r\n EPSV\r\n UTF8\r\n211 End".to_owned(),
            "AUTH" if self.manner.tls.is_some() => "234 go on".to_owned(),
            "PBSZ" => "200 PBSZ=0".to_owned(),
            "PROT" => {
                self.protected = argument == "P";
                "200 protected".to_owned()
            }
            "USER" => "331 password?".to_owned(),
            "PASS" => "230 in".to_owned(),
            "PASV" => {
                let port = self.announce();
                let address = self.manner.announces.unwrap_or(Ipv4Addr::LOCALHOST);
                let [a, b, c, d] = address.octets();
                let [high, low] = port.to_be_bytes();
                format!("227 Entering Passive Mode ({a},{b},{c},{d},{high},{low}).")
            }
            "EPSV" => format!("229 Entering Extended Passive Mode (|||{}|)", self.announce()),
            "PORT" => {
                let target = pasvaudit::ftp::wire::port_argument(argument.as_bytes());
                self.target = target;
                "200 PORT".to_owned()
            }
            "EPRT" => {
                let target = pasvaudit::ftp::wire::eprt_argument(argument.as_bytes());
                self.target = target;
                "200 EPRT".to_owned()
            }
            "LIST" => self.list()?,
            _ => "502 no".to_owned(),
        })
    }

    /// Listens on a port, or leaves one where nobody listens.
    fn announce(&mut self) -> u16 {
        let turn = self.turn.fetch_add(1, Ordering::SeqCst) as usize;
        let port = *self.manner.ports.iter().cycle().nth(turn).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap().port();
        self.data = (port != Port::Shut).then_some((listener, port));
        at
    }

    fn list(&mut self) -> std::io::Result<String> {
        let stream = match (self.target.take(), self.data.take()) {
            (Some(target), _) => {
                if let Some(stranger) = self.manner.stranger {
                    let socket =
                        socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None)?;
                    socket.bind(&SocketAddr::new(stranger, 0).into())?;
                    socket.connect(&target.into())?;
                }
                TcpStream::connect(target)?
            }
            (None, Some((listener, Port::Idle))) => {
                let (stream, _) = listener.accept()?;
                self.control.write_all(b"150 wait\r\n")?;
                // Until the client gives up.
                let _ = (&stream).read(&mut [0]);
                return Ok("426 gone".to_owned());
            }
            (None, Some((listener, _))) => listener.accept()?.0,
            (None, None) => return Ok("425 use PASV first".to_owned()),
        };
        self.control.write_all(b"150 here it comes\r\n")?;
        self.control.flush()?;
        let mut data = match self.manner.tls.clone().filter(|_| self.protected) {
            None => Wire::Plain(stream),
            Some(tls) => {
                let data = Wire::secured(stream, &tls.config)?;
                if tls.demands_reuse && !data.resumed() {
                    return Ok("522 SSL connection failed: session reuse required".to_owned());
                }
                data
            }
        };
        data.write_all(LISTING)?;
        data.flush()?;
        data.end();
        Ok("226 done".to_owned())
    }
}
