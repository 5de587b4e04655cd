//! Opening a TCP connection, as it is asked for.

use std::cell::Cell;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use socket2::{Domain, Protocol, Socket, TcpKeepalive, Type};

use super::missed::{Missed, ended, plain};
use super::report::ProbeOutcome;
use crate::cancel::Cancel;

/// Opens connections, and counts them.
#[derive(Debug)]
pub(super) struct Dialer {
    pub source: Option<IpAddr>,
    pub interface: Option<String>,
    pub ttl: Option<u32>,
    pub keepalive: Duration,
    pub timeout: Duration,
    pub cancel: Cancel,
    /// How many more may be opened.
    pub left: Cell<u32>,
    pub opened: Cell<u32>,
}

/// How often it is looked whether a connection came about: soon at first, for many come about at once.
const FIRST_LOOK: Duration = Duration::from_millis(1);
const LAST_LOOK: Duration = Duration::from_millis(20);

impl Dialer {
    /// Opens a connection; also gives the address that it is opened from, if there is one.
    pub(super) fn dial(&self, to: SocketAddr) -> (Result<TcpStream, Missed>, Option<SocketAddr>) {
        if self.cancel.is_cancelled() {
            return (Err(ended()), None);
        }
        if self.left.get() == 0 {
            let message = format!(
                "not tried: all {} connections that may be opened are used up",
                self.opened.get()
            );
            return (Err(Missed::new(ProbeOutcome::NotTried, message)), None);
        }
        let socket = match self.socket(to) {
            Ok(socket) => socket,
            Err(missed) => return (Err(missed), None),
        };
        self.left.set(self.left.get() - 1);
        self.opened.set(self.opened.get() + 1);
        let connected = self.connect(&socket, to);
        let local = socket.local_addr().ok().and_then(|local| local.as_socket());
        let local = local.filter(|local| !local.ip().is_unspecified());
        (connected.map(|()| socket.into()), local)
    }

    fn socket(&self, to: SocketAddr) -> Result<Socket, Missed> {
        let made = Socket::new(Domain::for_address(to), Type::STREAM, Some(Protocol::TCP));
        let socket = made.map_err(|error| failed("no socket could be made", &error))?;
        self.prepare(&socket, to.is_ipv6())?;
        if let Some(source) = self.source {
            let bound = socket.bind(&SocketAddr::new(source, 0).into());
            bound.map_err(|error| {
                failed(&format!("the source address {source} cannot be used"), &error)
            })?;
        }
        Ok(socket)
    }

    fn prepare(&self, socket: &Socket, ipv6: bool) -> Result<(), Missed> {
        if let Some(interface) = &self.interface {
            let bound = bind_device(socket, interface);
            bound.map_err(|error| {
                failed(&format!("the interface `{interface}` cannot be used"), &error)
            })?;
        }
        if let Some(ttl) = self.ttl {
            let set = if ipv6 { socket.set_unicast_hops_v6(ttl) } else { socket.set_ttl_v4(ttl) };
            set.map_err(|error| failed(&format!("the TTL {ttl} cannot be set"), &error))?;
        }
        // A dialogue of short lines would wait for acknowledgements that are put off.
        let set = socket.set_tcp_nodelay(true);
        set.map_err(|error| failed("the delay of short segments cannot be turned off", &error))?;
        let keepalive = TcpKeepalive::new().with_time(self.keepalive);
        let set = socket.set_tcp_keepalive(&keepalive);
        set.map_err(|error| failed("keepalive cannot be set", &error))
    }

    /// Waits until it came about or failed, and looks up now and then whether it is still wanted.
    fn connect(&self, socket: &Socket, to: SocketAddr) -> Result<(), Missed> {
        let lost = |error: &io::Error| missed(error, to);
        socket.set_nonblocking(true).map_err(|error| lost(&error))?;
        match socket.connect(&to.into()) {
            Ok(()) => {}
            Err(error) if in_progress(&error) => self.connected(socket, to)?,
            Err(error) => return Err(lost(&error)),
        }
        socket.set_nonblocking(false).map_err(|error| lost(&error))
    }

    fn connected(&self, socket: &Socket, to: SocketAddr) -> Result<(), Missed> {
        let deadline = Instant::now() + self.timeout;
        let mut look = FIRST_LOOK;
        loop {
            match socket.take_error() {
                Ok(None) => {}
                Ok(Some(error)) | Err(error) => return Err(missed(&error, to)),
            }
            if socket.peer_addr().is_ok() {
                return Ok(());
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                let message = format!("nobody answered at {to} within {}", seconds(self.timeout));
                return Err(Missed::new(ProbeOutcome::TimedOut, message));
            }
            if self.cancel.wait(look.min(left)) {
                return Err(ended());
            }
            look = (look * 2).min(LAST_LOOK);
        }
    }

    /// Listens for a connection of the server on one of these ports of `address`.
    pub(super) fn listen(&self, address: IpAddr, port: u16) -> io::Result<TcpListener> {
        let at = SocketAddr::new(address, port);
        let socket = Socket::new(Domain::for_address(at), Type::STREAM, Some(Protocol::TCP))?;
        #[cfg(unix)]
        socket.set_reuse_address(true)?;
        socket.bind(&at.into())?;
        socket.listen(1)?;
        socket.set_nonblocking(true)?;
        Ok(socket.into())
    }
}

#[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
fn bind_device(socket: &Socket, interface: &str) -> io::Result<()> {
    socket.bind_device(Some(interface.as_bytes()))
}

#[cfg(not(any(target_os = "android", target_os = "fuchsia", target_os = "linux")))]
fn bind_device(_: &Socket, _: &str) -> io::Result<()> {
    Err(io::Error::new(
        ErrorKind::Unsupported,
        "this system has no such option; give the source address",
    ))
}

/// EINPROGRESS, or what other systems say instead.
fn in_progress(error: &io::Error) -> bool {
    let code = error.raw_os_error();
    error.kind() == ErrorKind::WouldBlock
        || (cfg!(target_os = "linux") && code == Some(115))
        || (cfg!(any(target_os = "macos", target_os = "freebsd")) && code == Some(36))
}

fn failed(what: &str, error: &io::Error) -> Missed {
    Missed::new(ProbeOutcome::Failed, format!("{what}: {}", plain(error)))
}

/// Why a connection did not come about, as far as the system tells: an ICMP error arrives as an error
/// number, and several kinds share one.
fn missed(error: &io::Error, to: SocketAddr) -> Missed {
    use ProbeOutcome::{Closed, Failed, Refused, TimedOut, Unreachable};
    let (outcome, message) = match error.kind() {
        ErrorKind::ConnectionRefused => (
            Refused,
            format!(
                "{to} refused: nobody listens there, or a firewall rejects (a reset and ICMP port \
                 unreachable look the same here)"
            ),
        ),
        ErrorKind::HostUnreachable => (
            Unreachable,
            format!(
                "host unreachable: a router or firewall on the way to {to} says so (ICMP host \
                 unreachable, host or communication prohibited, or time exceeded), or nobody in this \
                 network has the address"
            ),
        ),
        ErrorKind::NetworkUnreachable => (
            Unreachable,
            format!(
                "network unreachable: this machine knows no way to {to}, or a router says so (ICMP \
                 network unreachable or prohibited)"
            ),
        ),
        ErrorKind::PermissionDenied => (
            Unreachable,
            format!(
                "prohibited: a rule or route of this machine forbids {to}, or a firewall says so (ICMPv6 \
                 administratively prohibited)"
            ),
        ),
        ErrorKind::TimedOut => {
            (TimedOut, format!("nobody answered at {to} before the system gave up"))
        }
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => {
            (Closed, format!("{to} reset the connection at once"))
        }
        ErrorKind::AddrNotAvailable | ErrorKind::AddrInUse | ErrorKind::InvalidInput => {
            (Failed, format!("this machine cannot connect to {to}: {}", plain(error)))
        }
        _ if icmp_only(error) => {
            (Unreachable, format!("an ICMP error came about {to}: {}", plain(error)))
        }
        _ => (Failed, format!("this machine cannot connect to {to}: {}", plain(error))),
    };
    Missed::new(outcome, message)
}

/// Errors of Linux that only ICMP makes of a connect: host down (host unknown), no network (host
/// isolated), protocol not available (protocol unreachable).
fn icmp_only(error: &io::Error) -> bool {
    cfg!(target_os = "linux") && matches!(error.raw_os_error(), Some(64 | 92 | 112))
}

/// A time for people.
pub(super) fn seconds(time: Duration) -> String {
    let millis = time.as_millis();
    if millis.is_multiple_of(1000) {
        format!("{} s", millis / 1000)
    } else {
        format!("{millis} ms")
    }
}
