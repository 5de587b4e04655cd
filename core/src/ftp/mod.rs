//! What FTP needs of a network: who connects to whom, at which address and port.
//!
//! A [`Provider`] says what is known of a service or a server. [`flows`] turns it and a
//! [`SessionMode`] into the TCP connections that a session of that mode is made of. [`diagnose`] names
//! the causes of what people see when it goes wrong, and [`noticed`] what they see of a cause.
mod catalogue;
mod facts;
mod flow;
mod locate;
mod needs;
mod offer;
mod ports;
mod provider;
mod shorthand;
mod spec;
mod symptoms;
mod validate;
pub mod wire;
mod words;

pub use facts::{
    Advice, Announced, AnnouncedForm, Cause, Configuration, DataDirection, Recommended, Resolved,
    Source, Symptom, Timers, Topic, VariesBy,
};
pub use flow::{Absent, Because, Endpoint, Ends, Flow, FlowKind, ModeFlows, Needs, Peers};
pub(crate) use locate::read_json;
pub use needs::flows;
pub use offer::{Offer, offer, offered};
pub use ports::PortRange;
pub use provider::{PassivePorts, Provider, ProviderBuilder};
pub use spec::{
    Active, AddressOwner, Confidence, Control, Kind, Network, Passive, PassiveRange, PortChoice,
    SourcePort, SourceRule, Spec, Status,
};
pub use symptoms::{
    Diagnosis, Failure, Fault, LikelyCause, Noticed, Program, Reply, Stopped, diagnose, noticed,
};
pub use words::{DataMode, End, Protection, SessionMode};
