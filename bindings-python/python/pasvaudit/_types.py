"""What answers hold. Generated from the types of the core."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

AnnouncedAddress: TypeAlias = Literal["peer", "private", "own", "other"]
"""What the server's reply to PASV says about its address."""
ByKind: TypeAlias = Literal["rule", "policy", "local"]
"""The kind of thing that decides about a packet."""
CaptureEnd: TypeAlias = Literal["complete", "truncated", "damaged"]
"""How the reading of a capture ended."""
CaptureForm: TypeAlias = Literal["pcap", "pcapng", "live"]
"""The form of a capture."""
ChangeKind: TypeAlias = Literal["lost", "became-undecided", "undecided-otherwise", "became-decided", "gained"]
"""How connections fare otherwise than before."""
Check: TypeAlias = Literal["FTP-C1", "FTP-C2", "FTP-C3", "FTP-C4", "FTP-D1", "FTP-D2", "FTP-D3", "FTP-D4", "FTP-D5", "FTP-D6", "FTP-D7", "FTP-A1", "FTP-A2", "FTP-A3", "FTP-L1", "FTP-L2", "FTP-L4", "FTP-L5", "FTP-L6", "FTP-L7", "FTP-O1", "FTP-O2", "FTP-O3", "FTP-N1", "FTP-N2", "FTP-N3", "FTP-N4", "FTP-N5", "FTP-T1", "FTP-T2", "FTP-6", "FTP-U1"]
"""What an audit looks for; a [`Finding`](super::Finding) says where it is the case.

Codes are stable for ever. The first letter says what it is about: the control connection (C),
the data connection (D), active mode (A), rules that let too much through (L), the order of
rules (O), address translation (N), time and rates (T), what is undecided (U)."""
Count: TypeAlias = int
"""A number; a decimal string from 2^53 on, which doubles cannot hold."""
DataMode: TypeAlias = Literal["pasv", "epsv", "port", "eprt"]
"""How the data connection is arranged."""
Dialect: TypeAlias = Literal["auto", "iptables", "ip6tables", "nftables", "nftables-json", "aws", "cisco-ios", "cisco-asa", "pf"]
"""The language that a rule set is written in."""
End: TypeAlias = Literal["client", "server"]
"""One of the two programs of a session."""
Family: TypeAlias = Literal["ipv4", "ipv6"]
"""An IP version."""
Fate: TypeAlias = Literal["accept", "drop", "reject"]
"""What becomes of a packet."""
Fault: TypeAlias = Literal["client-firewall", "server-firewall", "nat", "server", "client", "account", "certificate-or-dns"]
"""Whose fault a symptom can be."""
FixForm: TypeAlias = Literal["own", "iptables", "ip6tables", "nftables", "aws", "cisco-ios", "cisco-asa", "pf", "words"]
"""How a fix is written."""
FlowKind: TypeAlias = Literal["control", "passive-data", "active-data"]
"""What a connection is for."""
Level: TypeAlias = Literal["off", "info", "warning", "error"]
"""How much findings are to matter."""
Outcome: TypeAlias = Literal["works", "declined", "unused", "syn-unanswered", "not-seen", "refused", "unreachable", "handshake-stopped", "idle", "reset", "stalled", "control-lost", "wrong-address", "reply-missing", "tls-failed", "hidden", "unfinished"]
"""What became of a connection, or of a transfer and its data connection."""
Placement: TypeAlias = Literal["client-host", "client-gateway", "server-gateway", "server-host"]
"""Where a firewall stands on the path between client and server."""
PortState: TypeAlias = Literal["open", "partly", "blocked", "undecided"]
"""How the needed connections to one target port fare: those from every opener, out of every
source port, to every target address."""
ProbeOutcome: TypeAlias = Literal["works", "refused", "unreachable", "timed-out", "closed", "silent", "tls-failed", "declined", "bad-reply", "failed", "not-tried", "cancelled"]
"""What became of something that was tried."""
ProbeStage: TypeAlias = Literal["connect", "tls", "greeting", "login", "data"]
"""How far a session got."""
Protection: TypeAlias = Literal["plain", "explicit-tls", "implicit-tls"]
"""How the control connection is protected."""
Severity: TypeAlias = Literal["error", "warning", "info"]
"""How much a finding matters."""
Stage: TypeAlias = Literal["syn", "syn-ack", "opener-data", "peer-data"]
"""Which packet of a connection."""
Status: TypeAlias = Literal["open", "blocked", "undecided"]
"""Whether connections pass."""
Trend: TypeAlias = Literal["same", "better", "undecided", "worse"]
"""What has become of something that is needed, the least bad first."""
Vantage: TypeAlias = Literal["client", "server", "between", "both", "unknown"]
"""Where on the way a capture was taken."""
Verdict: TypeAlias = Literal["works", "partly", "blocked", "undecided"]
"""Whether what was asked about works."""

@dataclass(frozen=True)
class By:
    """What decides about a packet."""

    kind: ByKind
    """`rule`, `policy` or `local`; where no chain is passed at all, the policy is to accept."""
    rule_set: str | None
    """The name of the rule set, where several were audited."""
    line: int | None
    """The line in the rule set, if there is one."""
    text: str
    """Its text."""
    chain: str
    """The chain, as `table/CHAIN`."""


@dataclass(frozen=True)
class CaptureFacts:
    """A capture."""

    file: str | None
    """The file, if it has a name."""
    form: CaptureForm
    """Its form."""
    end: CaptureEnd
    """How the reading of it ended."""
    damaged_at: int | None
    """The byte at which it is damaged, if it is."""
    bytes: int
    """How many bytes of it were read."""
    packets: int
    """How many packets it holds."""
    segments: int
    """How many of them are TCP segments."""
    milliseconds: int
    """From its first packet to its last, in milliseconds."""
    links: tuple[str, ...]
    """The kinds of link, by name."""


@dataclass(frozen=True)
class CaptureReport:
    """What a capture shows of FTP."""

    schema_version: int
    """[`SCHEMA_VERSION`](crate::audit::SCHEMA_VERSION)."""
    verdict: Verdict
    """Whether every session and transfer in it worked; `undecided` if there is none."""
    exit_code: int
    """The exit code of the command: 0 works, 1 partly or blocked, 3 undecided."""
    capture: CaptureFacts
    """The capture itself."""
    totals: CaptureTotals
    """How many there are of what."""
    findings: tuple[Finding, ...]
    """What explains the failures, the worst first."""
    rule_set: RuleSet | None
    """The rule set that the connections were compared with, if one was given."""
    sessions: tuple[CapturedSession, ...]
    """The sessions, in the order in which they begin; of very many, those that failed and some others."""
    lost: tuple[Loss, ...]
    """What was not looked at, or forgotten to keep within memory, and so may be missing above."""
    notes: tuple[str, ...]
    """What else bears on the answer, in words."""


@dataclass(frozen=True)
class CaptureTotals:
    """How many there are of what in a capture."""

    sessions: int
    """FTP sessions, those among them of which only a SYN was seen."""
    sessions_failed: int
    """Of them, those whose control connection failed."""
    transfers: int
    """Transfers and listings, and what was announced for one."""
    transfers_worked: int
    """Of them, those that worked."""
    transfers_failed: int
    """Those that failed."""
    transfers_undecided: int
    """Those that are not decided."""


@dataclass(frozen=True)
class CapturedConnection:
    """A data connection."""

    opener: End
    """The end that opens it."""
    source: str
    """The address and port from which it is opened."""
    destination: str
    """Those to which it is."""
    syns: int
    """How many times the SYN was sent."""
    answered_ms: int | None
    """After how many milliseconds the SYN was answered with a SYN-ACK."""
    bytes: int
    """How many bytes of data it carried, both ways."""
    resent: int
    """How many segments of it were sent again."""
    icmp_from: str | None
    """Who sent an ICMP error about it."""
    packet: int
    """Its first packet, by its number in the capture."""


@dataclass(frozen=True)
class CapturedSession:
    """An FTP session."""

    client: str
    """The client's address and port."""
    server: str
    """The server's address and port."""
    family: Family
    """The IP family."""
    providers: tuple[str, ...]
    """The ids of the providers of the catalogue that have that address."""
    protection: Protection
    """How the control connection is protected."""
    packet: int
    """Its first packet, by its number in the capture."""
    at_ms: int
    """When that was, in milliseconds since the first packet of the capture."""
    control: Outcome
    """What became of the control connection."""
    certain: bool
    """Whether nothing that was not captured can change that."""
    message: str
    """The same in a sentence."""
    finding: Check | None
    """What explains it, if it failed."""
    decided: Decided | None
    """What the rule set makes of the control connection, if one was given."""
    vantage: Vantage
    """Where the capture was taken, as this session shows."""
    vantage_because: str
    """Why there."""
    transfers: tuple[CapturedTransfer, ...]
    """Its transfers in their order; of very many, those that failed and some others."""
    more_transfers: int
    """How many more there are."""


@dataclass(frozen=True)
class CapturedTransfer:
    """A transfer or a listing, and its data connection."""

    outcome: Outcome
    """What became of it."""
    certain: bool
    """Whether nothing that was not captured can change that."""
    message: str
    """The same in a sentence."""
    finding: Check | None
    """What explains it, if it failed."""
    command: str | None
    """What for, such as `LIST`, if it can be read."""
    mode: DataMode | None
    """How the data connection was arranged, if it can be read."""
    flow: FlowKind
    """The end that opens the data connection."""
    announced: str | None
    """The address and port that were announced for it."""
    connection: CapturedConnection | None
    """The data connection, if it is in the capture."""
    opening_reply: int | None
    """The server's first reply to the command: 150 or 125."""
    closing_reply: int | None
    """Its last: 226 if all is well."""
    packet: int
    """Where it begins, by the number of the packet in the capture."""
    at_ms: int
    """When that was, in milliseconds since the first packet of the capture."""
    decided: Decided | None
    """What the rule set makes of the data connection, if one was given."""


@dataclass(frozen=True)
class Change:
    """Connections that fare otherwise than before: all of them alike, by the same two decisions."""

    kind: ChangeKind
    """What has changed."""
    trend: Trend
    """What that means for who needs them: `worse`, `undecided` or `better`."""
    flow: FlowKind
    """The connection."""
    opener: End
    """The end that opens it."""
    space: tuple[Entry, ...]
    """Its headers, as the opener sends them: disjoint boxes."""
    more: Count
    """How many more boxes there are."""
    pairs: Count
    """How many pairs of a target address and a target port there are in all boxes."""
    before: Decision
    """How they fared."""
    now: Decision
    """How they fare now."""


@dataclass(frozen=True)
class Condition:
    """Something that a verdict depends on and that is not modelled."""

    rule_set: str | None
    """The name of the rule set, where several were audited."""
    line: int | None
    """The line in the rule set, if it is one."""
    text: str
    """Its text."""
    what: str
    """What is not modelled there."""
    decided_by: str | None
    """What would decide it if it were given along, for instance `--inside`."""


@dataclass(frozen=True)
class Decided:
    """What a rule set makes of a connection."""

    fate: Fate
    """`accept`, `drop` or `reject`."""
    certain: bool
    """Whether nothing that is not modelled can change the fate."""
    by: By
    """What decides."""
    agrees: bool | None
    """Whether that is what happened: `null` where either is not decided."""
    message: str
    """What follows from it."""


@dataclass(frozen=True)
class Decision:
    """How connections fare, and why."""

    status: Status
    """Whether they get through."""
    by: By | None
    """What lets them through or stops them; `null` if nothing in the rule set can be named."""
    fate: Fate
    """`accept`, or `drop` or `reject` if they do not or may not get through."""
    packet: Stage | None
    """The packet of the connection that is or may be stopped, if any is."""
    conditions: tuple[Condition, ...]
    """What it depends on, if it is undecided."""


@dataclass(frozen=True)
class Diagnosis:
    """What a text about FTP points to."""

    known: bool
    """Whether any cause is known. If not, `send` says what to look for."""
    causes: tuple[LikelyCause, ...]
    """The likely causes, the likeliest first."""
    observed: tuple[str, ...]
    """What the addresses, ports and times in the text say."""
    send: tuple[str, ...]
    """What would help to find out, if nothing is known."""


@dataclass(frozen=True)
class Difference:
    """How the same question is answered by two rule sets."""

    schema_version: int
    """[`SCHEMA_VERSION`](crate::audit::SCHEMA_VERSION)."""
    verdict: Trend
    """What has become of the required modes of all providers."""
    exit_code: int
    """The exit code of the command: 0 same or better, 1 worse, 3 undecided."""
    old: RuleSet
    """The rule set as it was."""
    new: RuleSet
    """The rule set as it is now."""
    path: tuple[RuleSet, ...]
    """All rule sets on the path from the client to the server, the new one among them; empty if it
    is the only one."""
    clients: tuple[str, ...] | None
    """The clients that the question was about, as CIDR blocks; `null` if nobody named them, and
    then it is about all for which a session of the mode is possible."""
    providers: tuple[ProviderDifference, ...]
    """The providers, in the order in which they were named."""


@dataclass(frozen=True)
class Entry:
    """A box in the form in which it is printed.

    In JSON, `{"src":"10.1.0.0/16","sport":"1024-65535","dst":"209.43.40.0/24","dport":"21"}`."""

    src: str
    """Source addresses."""
    sport: str
    """Source ports."""
    dst: str
    """Destination addresses."""
    dport: str
    """Destination ports."""


@dataclass(frozen=True)
class ExplainedPart:
    """A part of the asked space that fares alike."""

    fate: Fate
    """`accept`, `drop` or `reject`; where the part is not certain, the worst that may happen."""
    certain: bool
    """Whether nothing that is not modelled can change the fate."""
    may_accept: bool
    """Whether it may be accepted after all."""
    by: By
    """What decides."""
    packet: Stage
    """The packet of the connection that it befalls."""
    conditions: tuple[Condition, ...]
    """What the fate depends on, if it is not certain."""
    space: tuple[Entry, ...]
    """The part, as disjoint boxes; addresses are as the opener sends them."""
    more: Count
    """How many more boxes there are."""


@dataclass(frozen=True)
class Explanation:
    """The decision about the asked space, part by part."""

    parts: tuple[ExplainedPart, ...]
    """Disjoint parts that cover the question."""


@dataclass(frozen=True)
class Finding:
    """Something worth knowing."""

    code: Check
    """The stable code."""
    severity: Severity
    """How much it matters."""
    message: str
    """What is the case."""
    help: str
    """What to do."""
    line: int | None
    """The line in the rule set that it is about, if it is about one."""
    rule_set: str | None
    """The name of the rule set, where several were audited."""


@dataclass(frozen=True)
class Fix:
    """Rules to add at one place of the rule set."""

    dialect: Dialect
    """The dialect of the text."""
    text: str
    """The rules to add, as they stand in the text of a rule set."""
    chain: str
    """The chain that they belong to, as `table/CHAIN`."""
    insert_before: By
    """The rule before which they belong; a policy stands for the end of its chain."""
    after: bool
    """Whether that means after this rule in the text, as in a dialect where the last rule that matches
    decides."""
    proved: bool
    """Whether the rule set with all changes was read and audited again: every gap that they are for
    is closed, and nothing became allowed but what the repair says."""


@dataclass(frozen=True)
class FixText:
    """A fix, written out."""

    form: FixForm
    """How it is written."""
    text: str
    """The rules or words; nothing but a comment where nothing is missing."""
    proved: bool
    """Whether rules are in it, and the rule set with them in it was read and audited again."""


@dataclass(frozen=True)
class FlowReport:
    """How one of a mode's connections fares. Counted are the pairs of a server address and a server
    port; for active data, of a client address and a client port."""

    kind: FlowKind
    """What the connection is for."""
    verdict: Verdict
    """Whether it works."""
    needed: Count
    """How many pairs are needed."""
    open: Count
    """How many of them are open, whatever the conditions that are not modelled."""
    undecided: Count
    """How many of them may be open."""
    ports: Share
    """The target ports, and how many of them are open at every target address."""
    port_ranges: tuple[PortRangeState, ...]
    """The target ports in ascending order, as the longest ranges of one state: together exactly the
    ports that are needed, and none twice."""
    addresses: Share
    """The target addresses, and how many of them are open at every target port."""
    delayed: bool
    """Some of what is open loses its first packet and passes a second later, when that is sent again:
    a helper expected it as `RELATED`, and only `NEW` is let through."""


@dataclass(frozen=True)
class Gap:
    """A part of a needed connection that is not surely let through."""

    flow: FlowKind
    """The connection."""
    opener: End
    """The end that opens it."""
    space: tuple[Entry, ...]
    """Its headers, as the opener sends them: disjoint boxes."""
    more: Count
    """How many more boxes there are."""
    by: By
    """What stops it."""
    fate: Fate
    """`drop` or `reject`."""
    packet: Stage
    """The packet of the connection that is stopped."""
    undecided: bool
    """Whether it may pass all the same."""
    conditions: tuple[Condition, ...]
    """What that depends on."""


@dataclass(frozen=True)
class LikelyCause:
    """A cause that a text points to."""

    id: str
    """Its stable name."""
    title: str
    """What it is, in a line."""
    why: str
    """Why it makes such symptoms."""
    tell_apart: str
    """How to tell it from the others: a command, or where to look."""
    help: str
    """What to do."""
    faults: tuple[Fault, ...]
    """Whose fault it can be, the likeliest first."""
    findings: tuple[str, ...]
    """The findings of an audit that go with it; none if no rule set shows it."""
    matched: tuple[str, ...]
    """What of the text speaks for it: the three signs that say most."""
    at_provider: tuple[str, ...]
    """What the named provider says about it."""
    sources: tuple[str, ...]
    """Where all this is from."""


@dataclass(frozen=True)
class Loss:
    """Something that is missing in the answer."""

    what: str
    """What."""
    count: int
    """How many."""


@dataclass(frozen=True)
class ModeDifference:
    """What has become of a session mode."""

    protection: Protection
    """How the control connection is protected."""
    data: DataMode
    """How the data connection is arranged."""
    family: Family
    """The IP family."""
    required: bool
    """Whether the overall verdict counts it."""
    verdict: Trend
    """What has become of it."""
    before: ModeState
    """What an audit of the old rule set says."""
    now: ModeState
    """What an audit of the new rule set says."""
    changes: tuple[Change, ...]
    """The connections that fare otherwise than before, the worst first."""
    still_undecided: Count
    """How many pairs of address and port are undecided, and were before for the same reasons."""
    notes: tuple[str, ...]
    """What else bears on the verdict, in words."""


@dataclass(frozen=True)
class ModeReport:
    """How a session mode fares."""

    protection: Protection
    """How the control connection is protected."""
    data: DataMode
    """How the data connection is arranged."""
    family: Family
    """The IP family."""
    required: bool
    """Whether the overall verdict needs it to work."""
    verdict: Verdict
    """Whether it works."""
    flows: tuple[FlowReport, ...]
    """Its connections."""
    gaps: tuple[Gap, ...]
    """What is missing."""
    works_for: tuple[str, ...] | None
    """Where nobody named the clients: those for which the mode works, as CIDR blocks or
    `first-last`."""
    judged_for: tuple[str, ...] | None
    """Where nobody named the clients: those that counts and gaps are about, which are those for
    which the mode works, or, where there are none, those that get furthest."""
    noticed: tuple[Notice, ...]
    """What people and programs notice of what surely fails: of the control connection, or else of
    the data connection."""
    notes: tuple[str, ...]
    """What else bears on the verdict, in words."""


@dataclass(frozen=True)
class ModeState:
    """How a session mode fares with one of the two rule sets, as in the report of an audit."""

    verdict: Verdict
    """Whether it works."""
    flows: tuple[FlowReport, ...]
    """Its connections."""
    works_for: tuple[str, ...] | None
    """Where nobody named the clients: those for which the mode works."""
    judged_for: tuple[str, ...] | None
    """Where nobody named the clients: those that verdict and counts are about."""
    notes: tuple[str, ...]
    """What else bears on the verdict, in words."""


@dataclass(frozen=True)
class NotOffered:
    """A session mode without flows."""

    protection: Protection
    """How the control connection would be protected."""
    data: DataMode
    """How the data connection would be arranged."""
    family: Family
    """The IP family."""
    why: str
    """Why there are none."""


@dataclass(frozen=True)
class Notice:
    """What is noticed of a connection that surely fails, in whole or in part."""

    summary: str
    """What people say, in a sentence."""
    cause: str
    """The `id` of the cause among the symptoms."""
    programs: tuple[Shown, ...]
    """What some clients show and a server answers, as it was measured."""


@dataclass(frozen=True)
class PortRangeState:
    """Ports that fare alike, though each for itself."""

    ports: str
    """The ports, as `n` or `first-last`."""
    state: PortState
    """How every one of them fares."""


@dataclass(frozen=True)
class Predicted:
    """What the rules predict, beside what was observed."""

    verdict: Verdict
    """What they predict. A single connection is `works` or `blocked`, or `undecided`."""
    agrees: bool | None
    """Whether that is what happened: `null` where either is not decided."""
    message: str
    """What follows from it."""
    by: str | None
    """What decides, if it is one thing: its line or chain, and its text."""


@dataclass(frozen=True)
class ProbeReport:
    """What a probe saw."""

    schema_version: int
    """[`SCHEMA_VERSION`](crate::audit::SCHEMA_VERSION)."""
    verdict: Verdict
    """Whether everything that was tried works."""
    exit_code: int
    """The exit code of the command: 0 works, 1 partly or blocked, 3 undecided."""
    complete: bool
    """Whether everything was tried that was asked for: not if the probe was ended, or would have needed
    more connections than it may open."""
    connections: int
    """How many connections were opened, or tried to be."""
    rule_set: RuleSet | None
    """The rule set that the observations were compared with, if one was given."""
    sessions: tuple[ProbedSession, ...]
    """The sessions, in the order in which they were tried."""
    findings: tuple[Finding, ...]
    """What explains the failures, the worst first."""
    notes: tuple[str, ...]
    """What else bears on the answer, in words."""


@dataclass(frozen=True)
class ProbedData:
    """An attempt to transfer data: a listing."""

    outcome: ProbeOutcome
    """What became of it."""
    message: str
    """The same in a sentence."""
    connected: bool
    """Whether the TCP connection came about."""
    announced: str | None
    """The address and port that were announced: by the server, or in active mode by us."""
    address: AnnouncedAddress | None
    """What that address is."""
    in_range: bool | None
    """Whether the port is in the range that the provider publishes; `null` if that is not known."""
    peer: str | None
    """The address and port that were connected to; in active mode, from which the server came."""
    reply: int | None
    """The last reply to the listing."""
    bytes: int
    """How many bytes came, of which no more are read than needed."""
    resumed: bool | None
    """Whether TLS on it went on with the session of the control connection, as many servers demand."""
    milliseconds: int
    """How long it took, in milliseconds."""
    predicted: Predicted | None
    """What the rule set makes of the connection, if one was given."""


@dataclass(frozen=True)
class ProbedMode:
    """How a way to transfer data fares in a session."""

    data: DataMode
    """The way."""
    verdict: Verdict
    """`works` only if every attempt did, and so many that a range of which half is shut would have
    shown it, 95 % sure."""
    message: str
    """The same in a sentence."""
    finding: Check | None
    """What explains it, if something failed."""
    tried: int
    """How many data connections were tried that say something about the network."""
    worked: int
    """How many of them worked."""
    ports: int
    """How many different ports that were."""
    at_least: int | None
    """Which share of the connections to ports as the server picks them works at least, in percent, 95 %
    sure (Clopper and Pearson)."""
    at_most: int | None
    """And at most."""
    samples: tuple[ProbedData, ...]
    """The attempts."""
    predicted: Predicted | None
    """What the audit of the rule set predicts, if a rule set and a provider were given."""


@dataclass(frozen=True)
class ProbedSession:
    """A session with one address of a server."""

    host: str
    """The server's name or address, as it was given."""
    server: str
    """The address and port that were connected to."""
    client: str | None
    """The address from which."""
    family: Family
    """The IP family."""
    protection: Protection
    """How the control connection is protected."""
    verdict: Verdict
    """Whether the session works as far as it was tried: its control connection, and each way to
    transfer data."""
    outcome: ProbeOutcome
    """What became of the control connection, up to the login."""
    stage: ProbeStage
    """How far it got."""
    message: str
    """The same in a sentence."""
    finding: Check | None
    """What explains it, if it failed."""
    tries: tuple[ProbedTry, ...]
    """Every attempt to open the control connection."""
    greeting: str | None
    """The first line of the server's greeting, shortened."""
    features: tuple[str, ...]
    """What the server says that it can do (RFC 2389)."""
    tls: ProbedTls | None
    """TLS on the control connection, if it came about."""
    login: ProbeOutcome
    """What became of the login."""
    modes: tuple[ProbedMode, ...]
    """The ways to transfer data that were tried."""
    predicted: Predicted | None
    """What the rule set makes of the control connection, if one was given."""


@dataclass(frozen=True)
class ProbedTls:
    """TLS on a control connection."""

    version: str
    """`1.2` or `1.3`."""
    valid: bool
    """Whether the certificate is valid for the server's name."""
    why: str | None
    """Why it is not."""
    data_protected: bool | None
    """Whether the server agreed to protect data (PROT P); `null` if it was not asked."""


@dataclass(frozen=True)
class ProbedTry:
    """An attempt to open a control connection."""

    outcome: ProbeOutcome
    """What became of it."""
    message: str
    """The same in a sentence."""
    milliseconds: int
    """How long that took, in milliseconds."""


@dataclass(frozen=True)
class ProviderDifference:
    """What has become of a provider's modes."""

    id: str
    """The provider's id."""
    name: str
    """Its name for people."""
    verdict: Trend
    """What has become of the modes that are required."""
    modes: tuple[ModeDifference, ...]
    """The session modes that could be asked about."""


@dataclass(frozen=True)
class ProviderReport:
    """How a provider fares."""

    id: str
    """The provider's id."""
    name: str
    """Its name for people."""
    verdict: Verdict
    """Whether every required mode works."""
    modes: tuple[ModeReport, ...]
    """The session modes that could be decided about."""
    not_offered: tuple[NotOffered, ...]
    """The session modes that do not exist at this provider, or of which too little is known."""


@dataclass(frozen=True)
class Repair:
    """The changes to the rule set as a whole, and what they achieve."""

    verdict: Verdict | None
    """The verdict on the rule set with all changes in it; `null` if there are none."""
    rules: int
    """How many rules are added."""
    commands: str | None
    """What adds them to the firewall while it runs: for `iptables-restore --noflush`,
    `ip6tables-restore --noflush` or `nft -f`. `null` where that cannot be said for sure: then
    load the whole rule set."""
    needless: Count
    """How many pairs of a server address and a server port become allowed that nobody needs: the
    price of a budget of rules."""
    needless_example: str | None
    """Some of them."""
    unfixed: tuple[Unfixed, ...]
    """What no change helps, and what to do."""


@dataclass(frozen=True)
class Report:
    """What an audit found."""

    schema_version: int
    """[`SCHEMA_VERSION`]."""
    verdict: Verdict
    """Whether every required mode of every provider works."""
    exit_code: int
    """The exit code of the command: 0 works, 1 partly or blocked, 3 undecided."""
    rule_set: RuleSet
    """The rule set that was audited."""
    path: tuple[RuleSet, ...]
    """All rule sets on the path from the client to the server, this one among them; empty if it is
    the only one."""
    clients: tuple[str, ...] | None
    """The clients that the question was about, as CIDR blocks; `null` if nobody named them, and
    then each mode says for which clients it works."""
    providers: tuple[ProviderReport, ...]
    """The providers, in the order in which they were named."""
    findings: tuple[Finding, ...]
    """What is worth knowing, the worst first."""
    silenced: tuple[Silenced, ...]
    """What was left out of the findings or made milder, because somebody decided so."""
    fixes: tuple[Fix, ...]
    """Changes to the rule set that close the gaps of the modes that are required, place by place."""
    repair: Repair | None
    """What these changes are as a whole and what they achieve; `null` if nothing is missing."""
    unmodelled: tuple[UnmodelledLine, ...]
    """What in the rule set is not modelled and could concern TCP, in the order of the text."""


@dataclass(frozen=True)
class RuleSet:
    """The rule set that was audited."""

    file: str | None
    """The file, if it has a name."""
    given: bool
    """Whether somebody gave it; if nobody did, it is one that lets nothing through, and what is missing
    in it is all that is needed."""
    dialect: Dialect
    """Its dialect."""
    at: Placement
    """Where it was taken to stand."""
    at_because: str | None
    """Why there, if nobody said where."""


@dataclass(frozen=True)
class Share:
    """A part of a whole."""

    needed: Count
    """How many there are."""
    open: Count
    """How many of them are wholly open."""


@dataclass(frozen=True)
class Shown:
    """What a program shows or answers: `HOST` is the server as the user named it, `PORT` its control
    port, `N` a number."""

    program: str
    """The program and its version."""
    when: str | None
    """When it shows that, if it is not always."""
    text: str
    """Its words."""


@dataclass(frozen=True)
class Silenced:
    """Findings that were left out or made milder."""

    code: Check
    """Their code."""
    severity: Level
    """How much they are to matter."""
    reason: str
    """Why, in the words of whoever decided so."""
    count: int
    """How many there are."""


@dataclass(frozen=True)
class Unfixed:
    """Something that no added rule helps, or none that can be proved."""

    by: By | None
    """What stops it."""
    help: str
    """What to do."""


@dataclass(frozen=True)
class UnmodelledLine:
    """A line of the rule set that is not fully modelled."""

    rule_set: str | None
    """The name of the rule set, where several were audited."""
    line: int
    """The line."""
    text: str
    """Its text."""
    what: str
    """What in it is not modelled."""
