use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Decides exactly which FTP sessions a firewall lets through, and what is missing.
///
/// Exit codes: 0 every required mode works, or the question is answered; 1 a gap; 3 undecided, or
/// not known; 2 bad input or usage.
#[derive(Debug, Parser)]
#[command(name = "pasvaudit", version, max_term_width = 100)]
pub(super) struct Command {
    #[command(subcommand)]
    pub(super) action: Action,
}

#[derive(Debug, Subcommand)]
pub(super) enum Action {
    /// Say which FTP session modes a rule set lets through, what is missing and which rule is to
    /// blame.
    Audit(Audit),
    /// Print the rules that close what is missing, and where they go.
    Fix(Fix),
    /// Print all that has to be let through, as rules for a firewall that lets nothing through.
    Allow(Allow),
    /// Say which session modes, addresses and ports one rule set lets through and the other does not,
    /// and by which rules.
    ///
    /// Exit codes: 0 nothing that is required got worse; 1 something was lost; 3 something may have
    /// been; 2 bad input or usage.
    Diff(Diff),
    /// Say what becomes of the packets or connections that you name, and by which rule.
    Explain(Explain),
    /// Name the likely causes of what you see: a sentence, an error message, a client's log.
    Symptom(Symptom),
    /// Say what happened to the FTP sessions in a packet capture, and what explains it.
    ///
    /// Exit codes: 0 everything in it worked; 1 something failed; 3 undecided, or no FTP in it; 2 bad
    /// input or usage.
    Capture(Capture),
    /// Open real connections to a server, and say which FTP sessions come about from here.
    ///
    /// Exit codes: 0 everything that was tried works; 1 something does not; 3 undecided; 2 bad input or
    /// usage. Ctrl-C ends it and prints what was seen so far.
    Probe(Box<Probe>),
    /// List the providers of the catalogue, or print one with its sources.
    Providers(Providers),
}

/// The rule set, and what it does not say itself.
#[derive(Args, Debug)]
pub(super) struct RuleSet {
    /// The rule set (iptables-save, ip6tables-save, nft text or JSON); `-` for standard input.
    #[arg(value_name = "FILE|-")]
    pub(super) file: PathBuf,
    #[command(flatten)]
    pub(super) reading: Reading,
    #[command(flatten)]
    pub(super) interfaces: Interfaces,
}

/// What a rule set does not say itself.
#[derive(Args, Debug)]
pub(super) struct Reading {
    /// The dialect: auto, iptables, ip6tables, nftables, nftables-json, aws, cisco-ios, cisco-asa, pf.
    #[arg(long, value_name = "NAME")]
    pub(super) dialect: Option<String>,
    /// What is in the sets that rules name: the output of `ipset save`.
    #[arg(long, value_name = "FILE")]
    pub(super) ipset: Vec<PathBuf>,
    /// Another file that the rule set needs, such as one that it includes.
    #[arg(long, value_name = "FILE")]
    pub(super) also: Vec<PathBuf>,
    /// What of the rule set applies, where it holds more: the id or name of a security group or ACL.
    #[arg(long, value_name = "NAME")]
    pub(super) attached: Vec<String>,
    /// An address of the device itself, or a block of them.
    #[arg(long, value_name = "ADDR")]
    pub(super) local: Vec<String>,
    /// The version of Linux, if it is older than 6.0: `uname -r`.
    #[arg(long, value_name = "VERSION")]
    pub(super) kernel: Option<String>,
    /// Make what a line that cannot be read may touch undecided, instead of refusing the rule set.
    #[arg(long)]
    pub(super) lenient: bool,
}

#[derive(Args, Debug)]
pub(super) struct Interfaces {
    /// The interface towards the end that the firewall protects.
    #[arg(long, value_name = "IFACE")]
    pub(super) inside: Option<String>,
    /// The interface towards the rest of the world; the only one of a host.
    #[arg(long, value_name = "IFACE")]
    pub(super) outside: Option<String>,
}

/// What is asked of a rule set.
#[derive(Args, Debug)]
pub(super) struct Question {
    #[command(flatten)]
    pub(super) sessions: Sessions,
    /// Another firewall that the connections pass, and where it stands: a file, and options for it
    /// after commas: at (needed), inside, outside, dialect, local, kernel, ipset, also,
    /// attached.
    #[arg(long, value_name = "FILE,at=PLACEMENT,...")]
    pub(super) via: Vec<String>,
}

/// The sessions that are asked about.
#[derive(Args, Debug)]
pub(super) struct Sessions {
    /// A provider of the catalogue, or a file with one of your own; SmartFile and Files.com if
    /// none is named.
    #[arg(long, value_name = "ID|FILE.json")]
    pub(super) provider: Vec<String>,
    /// Where the firewall stands: client-gateway, client-host, server-gateway, server-host.
    #[arg(long, value_name = "PLACEMENT")]
    pub(super) at: Option<String>,
    /// Where the clients are; otherwise the report says for which clients each mode works.
    #[arg(long, value_name = "CIDR")]
    pub(super) client: Vec<String>,
    /// Where the servers are, instead of where the provider says.
    #[arg(long, value_name = "CIDR")]
    pub(super) server: Vec<String>,
    /// The address that the server names in its replies to PASV, if it is not the one that it has.
    #[arg(long, value_name = "ADDR")]
    pub(super) advertise: Option<String>,
}

#[derive(Args, Debug)]
pub(super) struct Audit {
    #[command(flatten)]
    pub(super) rules: RuleSet,
    #[command(flatten)]
    pub(super) question: Question,
    /// After how many seconds something on the path forgets an idle TCP connection, if that is known.
    #[arg(long, value_name = "SECONDS")]
    pub(super) idle: Option<u32>,
    /// A file that says which findings not to tell, or how much they matter, and why.
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// The form of the answer.
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub(super) format: ReportFormat,
    #[command(flatten)]
    pub(super) output: Output,
}

#[derive(Args, Debug)]
pub(super) struct Diff {
    /// The rule set as it was, in any dialect; `-` for standard input.
    #[arg(value_name = "OLD|-")]
    pub(super) old: PathBuf,
    /// The rule set as it is now, in any dialect; `-` for standard input.
    #[arg(value_name = "NEW|-")]
    pub(super) new: PathBuf,
    #[command(flatten)]
    pub(super) reading: Reading,
    /// What of that is different for the old rule set, with commas between: dialect, local, kernel,
    /// ipset.
    #[arg(long, value_name = "NAME=VALUE,...")]
    pub(super) before: Option<String>,
    #[command(flatten)]
    pub(super) interfaces: Interfaces,
    #[command(flatten)]
    pub(super) question: Question,
    /// The form of the answer.
    #[arg(long, value_enum, default_value_t = DifferenceFormat::Text)]
    pub(super) format: DifferenceFormat,
    #[command(flatten)]
    pub(super) output: Output,
}

/// Exit codes: 0 with these rules every required mode works; 1 a gap is left; 3 something is undecided; 2 bad
/// input or usage.
#[derive(Args, Debug)]
pub(super) struct Fix {
    #[command(flatten)]
    pub(super) rules: RuleSet,
    #[command(flatten)]
    pub(super) question: Question,
    /// The most rules that may be added, even if they open more than is needed.
    #[arg(long, value_name = "N")]
    pub(super) max_rules: Option<usize>,
    /// How the rules are written: own (the rule set's dialect, with the places where they go),
    /// iptables, ip6tables, nftables, aws, cisco-ios, cisco-asa, pf, words (a request to those who look
    /// after the firewall).
    #[arg(long, value_name = "FORM", default_value = "own")]
    pub(super) to: String,
    /// Print the whole rule set with the rules in it, and everything else as it is.
    #[arg(long, conflicts_with = "to")]
    pub(super) whole: bool,
    /// The form of the answer.
    #[arg(long, value_enum, default_value_t = Format::Text, conflicts_with = "whole")]
    pub(super) format: Format,
    #[command(flatten)]
    pub(super) output: Output,
}

#[derive(Args, Debug)]
pub(super) struct Allow {
    #[command(flatten)]
    pub(super) sessions: Sessions,
    #[command(flatten)]
    pub(super) interfaces: Interfaces,
    /// The dialect of the rules: iptables, ip6tables, nftables, nftables-json, aws, cisco-ios, cisco-asa, pf; or words.
    #[arg(long, value_name = "DIALECT", default_value = "nftables")]
    pub(super) to: String,
    /// The most rules, even if they open more than is needed.
    #[arg(long, value_name = "N")]
    pub(super) max_rules: Option<usize>,
    /// Print a whole rule set that lets nothing else through.
    #[arg(long)]
    pub(super) whole: bool,
    #[command(flatten)]
    pub(super) output: Output,
}

#[derive(Args, Debug)]
#[command(group = clap::ArgGroup::new("question").required(true).args(["hook", "at"]))]
pub(super) struct Explain {
    #[command(flatten)]
    pub(super) rules: RuleSet,
    /// One packet at one hook: forward, input, output.
    #[arg(long)]
    pub(super) hook: Option<String>,
    /// The state of that packet's connection: new, established, related, untracked, none.
    #[arg(long, requires = "hook")]
    pub(super) state: Option<String>,
    /// A whole TCP connection through a firewall that stands here.
    #[arg(long, value_name = "PLACEMENT")]
    pub(super) at: Option<String>,
    /// The end that opens the connection: client, server.
    #[arg(long, requires = "at", value_name = "client|server")]
    pub(super) from: Option<String>,
    /// Source addresses.
    #[arg(long, value_name = "CIDR")]
    pub(super) src: Option<String>,
    /// Source ports.
    #[arg(long, value_name = "RANGE")]
    pub(super) sport: Option<String>,
    /// Destination addresses.
    #[arg(long, value_name = "CIDR")]
    pub(super) dst: Option<String>,
    /// Destination ports.
    #[arg(long, value_name = "RANGE")]
    pub(super) dport: Option<String>,
    /// The interface that the packet comes in by.
    #[arg(long = "in", requires = "hook", value_name = "IFACE")]
    pub(super) incoming: Option<String>,
    /// The interface that the packet goes out by.
    #[arg(long = "out", requires = "hook", value_name = "IFACE")]
    pub(super) outgoing: Option<String>,
    /// The form of the answer.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,
    #[command(flatten)]
    pub(super) output: Output,
}

#[derive(Args, Debug)]
pub(super) struct Symptom {
    /// What you see; `-` for standard input.
    #[arg(required = true, value_name = "TEXT|-", allow_negative_numbers = true)]
    pub(super) text: Vec<String>,
    /// The provider, in the catalogue or in a file of your own, whose own facts are quoted.
    #[arg(long, value_name = "ID|FILE.json")]
    pub(super) provider: Option<String>,
    /// The form of the answer.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,
    #[command(flatten)]
    pub(super) output: Output,
}

#[derive(Args, Debug)]
pub(super) struct Capture {
    /// The capture (pcap or pcapng, as tcpdump -w and Wireshark write it); `-` for standard input.
    #[arg(value_name = "FILE|-", required_unless_present = "live")]
    pub(super) file: Option<PathBuf>,
    /// Listen to this interface of this machine instead, until Ctrl-C. It needs root.
    #[arg(long, value_name = "IFACE", conflicts_with = "file")]
    pub(super) live: Option<String>,
    /// End after so many seconds.
    #[arg(long, value_name = "SECONDS", requires = "live")]
    pub(super) seconds: Option<f64>,
    /// A rule set to compare the connections with.
    #[arg(long, value_name = "FILE")]
    pub(super) rules: Option<PathBuf>,
    /// Where the firewall with that rule set stands: client-gateway, client-host, server-gateway,
    /// server-host.
    #[arg(long, value_name = "PLACEMENT", requires = "rules")]
    pub(super) at: Option<String>,
    /// A provider, in the catalogue or in a file of your own, whose control ports are known then.
    #[arg(long, value_name = "ID|FILE.json")]
    pub(super) provider: Vec<String>,
    /// A control port besides 21 and 990, where nothing that was captured shows that it is one.
    #[arg(long, value_name = "PORT")]
    pub(super) port: Vec<u16>,
    /// The same for implicit TLS.
    #[arg(long, value_name = "PORT")]
    pub(super) tls_port: Vec<u16>,
    #[command(flatten)]
    pub(super) reading: Reading,
    #[command(flatten)]
    pub(super) interfaces: Interfaces,
    /// The form of the answer.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,
    #[command(flatten)]
    pub(super) output: Output,
}

#[derive(Args, Debug)]
#[command(group = clap::ArgGroup::new("whom").required(true).multiple(true).args(["host", "provider"]))]
pub(super) struct Probe {
    /// The server: a name or an address, with or without a port.
    #[arg(long, value_name = "HOST[:PORT]")]
    pub(super) host: Vec<String>,
    /// The provider, in the catalogue or in a file of your own, whose control ports and passive range are
    /// known then.
    #[arg(long, value_name = "ID|FILE.json")]
    pub(super) provider: Option<String>,
    /// What to try: plain, explicit-tls, implicit-tls. A password is sent in the clear only if plain is
    /// asked for.
    #[arg(long, value_name = "PROTECTION")]
    pub(super) protection: Vec<String>,
    /// Log in as this user.
    #[arg(long, value_name = "NAME", conflicts_with = "anonymous")]
    pub(super) user: Option<String>,
    /// The file with the password in its first line; `-` for standard input.
    #[arg(long, value_name = "FILE|-", requires = "user", conflicts_with = "password_env")]
    pub(super) password_file: Option<PathBuf>,
    /// The environment variable with the password.
    #[arg(long, value_name = "NAME", requires = "user")]
    pub(super) password_env: Option<String>,
    /// Log in as anonymous.
    #[arg(long)]
    pub(super) anonymous: bool,
    /// Connect from this address of this machine.
    #[arg(long, value_name = "ADDR")]
    pub(super) source: Option<String>,
    /// Connect by this interface of this machine.
    #[arg(long, value_name = "IFACE")]
    pub(super) interface: Option<String>,
    /// The TTL of packets.
    #[arg(long, value_name = "N")]
    pub(super) ttl: Option<u32>,
    /// After how many idle seconds TCP asks whether the other side is still there [default: 60].
    #[arg(long, value_name = "SECONDS")]
    pub(super) keepalive: Option<f64>,
    /// How many seconds a connection, a reply or a listing may take [default: 60].
    #[arg(long, value_name = "SECONDS")]
    pub(super) timeout: Option<f64>,
    /// How many times more a control connection is tried [default: 3].
    #[arg(long, value_name = "N")]
    pub(super) retries: Option<u32>,
    /// How many seconds are between [default: 10].
    #[arg(long, value_name = "SECONDS")]
    pub(super) pause: Option<f64>,
    /// How many data connections are tried by each way [default: 5].
    #[arg(long, value_name = "N")]
    pub(super) samples: Option<u32>,
    /// Try active mode, too, on these ports of this machine.
    #[arg(long, value_name = "FIRST-LAST")]
    pub(super) active: Option<String>,
    /// Send the password even where the certificate is not valid.
    #[arg(long)]
    pub(super) insecure: bool,
    /// A PEM file with authorities to trust besides those of Mozilla's list.
    #[arg(long, value_name = "FILE")]
    pub(super) ca: Vec<PathBuf>,
    /// The most connections that are opened [default: 200].
    #[arg(long, value_name = "N")]
    pub(super) max_connections: Option<u32>,
    /// A rule set whose predictions are to stand beside what is seen.
    #[arg(long, value_name = "FILE")]
    pub(super) rules: Option<PathBuf>,
    /// Where the firewall with that rule set stands: client-gateway, client-host, server-gateway,
    /// server-host.
    #[arg(long, value_name = "PLACEMENT", requires = "rules")]
    pub(super) at: Option<String>,
    #[command(flatten)]
    pub(super) reading: Reading,
    #[command(flatten)]
    pub(super) interfaces: Interfaces,
    /// The form of the answer.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,
    #[command(flatten)]
    pub(super) output: Output,
}

#[derive(Args, Debug)]
pub(super) struct Providers {
    /// The provider to print.
    pub(super) id: Option<String>,
    /// The form of the answer.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,
    #[command(flatten)]
    pub(super) output: Output,
}

/// Where the answer is written.
#[derive(Args, Debug)]
pub(super) struct Output {
    /// Write the answer to this file instead of standard output.
    #[arg(long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(super) enum Format {
    /// For a person.
    Text,
    /// For a machine.
    Json,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(super) enum DifferenceFormat {
    /// For a person.
    Text,
    /// For a machine.
    Json,
    /// For a comment on a pull request.
    Markdown,
    /// Annotations in GitHub Actions.
    Github,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(super) enum ReportFormat {
    /// For a person.
    Text,
    /// For a machine.
    Json,
    /// For a comment on a pull request.
    Markdown,
    /// A page for a browser or a printer.
    Html,
    /// For code scanning (SARIF 2.1.0).
    Sarif,
    /// For the test report of a pipeline (JUnit XML).
    Junit,
    /// Annotations in GitHub Actions.
    Github,
}
