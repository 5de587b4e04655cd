//! Packets of an interface, as they pass.

use std::io::{Error as IoError, ErrorKind};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use pnet_datalink::{Channel, Config, DataLinkReceiver, NetworkInterface};

use super::framing::{End, Frame, Taken};
use super::link::Link;
use super::report::CaptureForm;
use crate::cancel::Cancel;
use crate::error::{Code, Error};

/// More than what the system puts together of several packets (64 KiB and headers).
const LONGEST: usize = 128 * 1024;
/// How long nobody looks whether it is to end.
const SLICE: Duration = Duration::from_millis(100);

/// Gives every packet to `take`, until somebody cancels or the time is over.
pub(super) fn each(
    name: &str,
    longest: Option<Duration>,
    cancel: &Cancel,
    mut take: impl FnMut(Frame<'_>),
) -> Result<Taken, Error> {
    let interface = found(name)?;
    let link = link(&interface);
    let mut receiver = listening(&interface)?;
    let deadline = longest.and_then(|longest| Instant::now().checked_add(longest));
    let over = || deadline.is_some_and(|deadline| Instant::now() >= deadline);
    // Where packets come back to who sends them, all are seen twice, one time behind the other.
    let mut twice = interface.is_loopback().then(Vec::new);
    let (mut packets, mut bytes) = (0, 0);
    while !cancel.is_cancelled() && !over() {
        let data = match receiver.next() {
            Ok(data) => data,
            Err(error) if waiting(&error) => continue,
            Err(error) => {
                let message = format!("{name} cannot be listened to any more: {error}");
                return Err(Error::new(Code::Io, message));
            }
        };
        if let Some(last) = &mut twice {
            if last == data {
                last.clear();
                continue;
            }
            data.clone_into(last);
        }
        packets += 1;
        bytes += data.len() as u64;
        let length = u32::try_from(data.len()).unwrap_or(u32::MAX);
        take(Frame { number: packets, time: now(), link, data, length });
    }
    Ok(Taken {
        form: CaptureForm::Live,
        end: End::Complete,
        packets,
        bytes,
        unreadable: 0,
        missed: 0,
    })
}

fn found(name: &str) -> Result<NetworkInterface, Error> {
    let interfaces = pnet_datalink::interfaces();
    let names: Vec<_> = interfaces.iter().map(|one| one.name.clone()).collect();
    interfaces.into_iter().find(|one| one.name == name).ok_or_else(|| {
        let message = format!("no interface is named {name:?}; there are {}", names.join(", "));
        Error::new(Code::BadOption, message)
    })
}

/// What stands before the IP packet: nothing on tunnels, which have no hardware address.
fn link(interface: &NetworkInterface) -> Link {
    let framed = interface.is_loopback() || interface.mac.is_some_and(|mac| !mac.is_zero());
    if framed { Link::Ethernet } else { Link::Raw }
}

fn listening(interface: &NetworkInterface) -> Result<Box<dyn DataLinkReceiver>, Error> {
    let config = Config {
        read_timeout: Some(SLICE),
        read_buffer_size: LONGEST,
        // What goes to others is none of ours.
        promiscuous: false,
        ..Config::default()
    };
    let name = &interface.name;
    match pnet_datalink::channel(interface, config) {
        Ok(Channel::Ethernet(_, receiver)) => Ok(receiver),
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            let message = format!(
                "this user may not listen to {name}: do it as root, or let `tcpdump -i {name} -w FILE` \
                 write a file"
            );
            Err(Error::new(Code::Io, message))
        }
        Err(error) => Err(Error::new(Code::Io, format!("{name} cannot be listened to: {error}"))),
        Ok(_) => Err(Error::new(Code::Io, format!("{name} cannot be listened to"))),
    }
}

/// Whether nothing came in this slice of time.
fn waiting(error: &IoError) -> bool {
    matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::WouldBlock | ErrorKind::Interrupted)
}

/// In nanoseconds since 1970.
fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}
