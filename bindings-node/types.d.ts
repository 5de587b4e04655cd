// Generated from the types of the core.
/** What the server's reply to PASV says about its address. */
export type AnnouncedAddress = 'peer' | 'private' | 'own' | 'other'

/** The kind of thing that decides about a packet. */
export type ByKind = 'rule' | 'policy' | 'local'

/** How the reading of a capture ended. */
export type CaptureEnd = 'complete' | 'truncated' | 'damaged'

/** The form of a capture. */
export type CaptureForm = 'pcap' | 'pcapng' | 'live'

/** How connections fare otherwise than before. */
export type ChangeKind = 'lost' | 'became-undecided' | 'undecided-otherwise' | 'became-decided' | 'gained'

/** What an audit looks for; a [`Finding`](super::Finding) says where it is the case.
 *
 * Codes are stable for ever. The first letter says what it is about: the control connection (C),
 * the data connection (D), active mode (A), rules that let too much through (L), the order of
 * rules (O), address translation (N), time and rates (T), what is undecided (U). */
export type Check = 'FTP-C1' | 'FTP-C2' | 'FTP-C3' | 'FTP-C4' | 'FTP-D1' | 'FTP-D2' | 'FTP-D3' | 'FTP-D4' | 'FTP-D5' | 'FTP-D6' | 'FTP-D7' | 'FTP-A1' | 'FTP-A2' | 'FTP-A3' | 'FTP-L1' | 'FTP-L2' | 'FTP-L4' | 'FTP-L5' | 'FTP-L6' | 'FTP-L7' | 'FTP-O1' | 'FTP-O2' | 'FTP-O3' | 'FTP-N1' | 'FTP-N2' | 'FTP-N3' | 'FTP-N4' | 'FTP-N5' | 'FTP-T1' | 'FTP-T2' | 'FTP-6' | 'FTP-U1'

/** A number; a decimal string from 2^53 on, which doubles cannot hold. */
export type Count = number | string

/** How the data connection is arranged. */
export type DataMode = 'pasv' | 'epsv' | 'port' | 'eprt'

/** The language that a rule set is written in. */
export type Dialect = 'auto' | 'iptables' | 'ip6tables' | 'nftables' | 'nftables-json' | 'aws' | 'cisco-ios' | 'cisco-asa' | 'pf'

/** One of the two programs of a session. */
export type End = 'client' | 'server'

/** An IP version. */
export type Family = 'ipv4' | 'ipv6'

/** What becomes of a packet. */
export type Fate = 'accept' | 'drop' | 'reject'

/** Whose fault a symptom can be. */
export type Fault = 'client-firewall' | 'server-firewall' | 'nat' | 'server' | 'client' | 'account' | 'certificate-or-dns'

/** How a fix is written. */
export type FixForm = 'own' | 'iptables' | 'ip6tables' | 'nftables' | 'aws' | 'cisco-ios' | 'cisco-asa' | 'pf' | 'words'

/** What a connection is for. */
export type FlowKind = 'control' | 'passive-data' | 'active-data'

/** How much findings are to matter. */
export type Level = 'off' | 'info' | 'warning' | 'error'

/** What became of a connection, or of a transfer and its data connection. */
export type Outcome = 'works' | 'declined' | 'unused' | 'syn-unanswered' | 'not-seen' | 'refused' | 'unreachable' | 'handshake-stopped' | 'idle' | 'reset' | 'stalled' | 'control-lost' | 'wrong-address' | 'reply-missing' | 'tls-failed' | 'hidden' | 'unfinished'

/** Where a firewall stands on the path between client and server. */
export type Placement = 'client-host' | 'client-gateway' | 'server-gateway' | 'server-host'

/** How the needed connections to one target port fare: those from every opener, out of every
 * source port, to every target address. */
export type PortState = 'open' | 'partly' | 'blocked' | 'undecided'

/** What became of something that was tried. */
export type ProbeOutcome = 'works' | 'refused' | 'unreachable' | 'timed-out' | 'closed' | 'silent' | 'tls-failed' | 'declined' | 'bad-reply' | 'failed' | 'not-tried' | 'cancelled'

/** How far a session got. */
export type ProbeStage = 'connect' | 'tls' | 'greeting' | 'login' | 'data'

/** How the control connection is protected. */
export type Protection = 'plain' | 'explicit-tls' | 'implicit-tls'

/** How much a finding matters. */
export type Severity = 'error' | 'warning' | 'info'

/** Which packet of a connection. */
export type Stage = 'syn' | 'syn-ack' | 'opener-data' | 'peer-data'

/** Whether connections pass. */
export type Status = 'open' | 'blocked' | 'undecided'

/** What has become of something that is needed, the least bad first. */
export type Trend = 'same' | 'better' | 'undecided' | 'worse'

/** Where on the way a capture was taken. */
export type Vantage = 'client' | 'server' | 'between' | 'both' | 'unknown'

/** Whether what was asked about works. */
export type Verdict = 'works' | 'partly' | 'blocked' | 'undecided'

/** What decides about a packet. */
export interface By {
  /** `rule`, `policy` or `local`; where no chain is passed at all, the policy is to accept. */
  kind: ByKind
  /** The name of the rule set, where several were audited. */
  rule_set: string | null
  /** The line in the rule set, if there is one. */
  line: number | null
  /** Its text. */
  text: string
  /** The chain, as `table/CHAIN`. */
  chain: string
}

/** A capture. */
export interface CaptureFacts {
  /** The file, if it has a name. */
  file: string | null
  /** Its form. */
  form: CaptureForm
  /** How the reading of it ended. */
  end: CaptureEnd
  /** The byte at which it is damaged, if it is. */
  damaged_at: number | null
  /** How many bytes of it were read. */
  bytes: number
  /** How many packets it holds. */
  packets: number
  /** How many of them are TCP segments. */
  segments: number
  /** From its first packet to its last, in milliseconds. */
  milliseconds: number
  /** The kinds of link, by name. */
  links: string[]
}

/** What a capture shows of FTP. */
export interface CaptureReport {
  /** [`SCHEMA_VERSION`](crate::audit::SCHEMA_VERSION). */
  schema_version: number
  /** Whether every session and transfer in it worked; `undecided` if there is none. */
  verdict: Verdict
  /** The exit code of the command: 0 works, 1 partly or blocked, 3 undecided. */
  exit_code: number
  /** The capture itself. */
  capture: CaptureFacts
  /** How many there are of what. */
  totals: CaptureTotals
  /** What explains the failures, the worst first. */
  findings: Finding[]
  /** The rule set that the connections were compared with, if one was given. */
  rule_set: RuleSet | null
  /** The sessions, in the order in which they begin; of very many, those that failed and some others. */
  sessions: CapturedSession[]
  /** What was not looked at, or forgotten to keep within memory, and so may be missing above. */
  lost: Loss[]
  /** What else bears on the answer, in words. */
  notes: string[]
}

/** How many there are of what in a capture. */
export interface CaptureTotals {
  /** FTP sessions, those among them of which only a SYN was seen. */
  sessions: number
  /** Of them, those whose control connection failed. */
  sessions_failed: number
  /** Transfers and listings, and what was announced for one. */
  transfers: number
  /** Of them, those that worked. */
  transfers_worked: number
  /** Those that failed. */
  transfers_failed: number
  /** Those that are not decided. */
  transfers_undecided: number
}

/** A data connection. */
export interface CapturedConnection {
  /** The end that opens it. */
  opener: End
  /** The address and port from which it is opened. */
  source: string
  /** Those to which it is. */
  destination: string
  /** How many times the SYN was sent. */
  syns: number
  /** After how many milliseconds the SYN was answered with a SYN-ACK. */
  answered_ms: number | null
  /** How many bytes of data it carried, both ways. */
  bytes: number
  /** How many segments of it were sent again. */
  resent: number
  /** Who sent an ICMP error about it. */
  icmp_from: string | null
  /** Its first packet, by its number in the capture. */
  packet: number
}

/** An FTP session. */
export interface CapturedSession {
  /** The client's address and port. */
  client: string
  /** The server's address and port. */
  server: string
  /** The IP family. */
  family: Family
  /** The ids of the providers of the catalogue that have that address. */
  providers: string[]
  /** How the control connection is protected. */
  protection: Protection
  /** Its first packet, by its number in the capture. */
  packet: number
  /** When that was, in milliseconds since the first packet of the capture. */
  at_ms: number
  /** What became of the control connection. */
  control: Outcome
  /** Whether nothing that was not captured can change that. */
  certain: boolean
  /** The same in a sentence. */
  message: string
  /** What explains it, if it failed. */
  finding: Check | null
  /** What the rule set makes of the control connection, if one was given. */
  decided: Decided | null
  /** Where the capture was taken, as this session shows. */
  vantage: Vantage
  /** Why there. */
  vantage_because: string
  /** Its transfers in their order; of very many, those that failed and some others. */
  transfers: CapturedTransfer[]
  /** How many more there are. */
  more_transfers: number
}

/** A transfer or a listing, and its data connection. */
export interface CapturedTransfer {
  /** What became of it. */
  outcome: Outcome
  /** Whether nothing that was not captured can change that. */
  certain: boolean
  /** The same in a sentence. */
  message: string
  /** What explains it, if it failed. */
  finding: Check | null
  /** What for, such as `LIST`, if it can be read. */
  command: string | null
  /** How the data connection was arranged, if it can be read. */
  mode: DataMode | null
  /** The end that opens the data connection. */
  flow: FlowKind
  /** The address and port that were announced for it. */
  announced: string | null
  /** The data connection, if it is in the capture. */
  connection: CapturedConnection | null
  /** The server's first reply to the command: 150 or 125. */
  opening_reply: number | null
  /** Its last: 226 if all is well. */
  closing_reply: number | null
  /** Where it begins, by the number of the packet in the capture. */
  packet: number
  /** When that was, in milliseconds since the first packet of the capture. */
  at_ms: number
  /** What the rule set makes of the data connection, if one was given. */
  decided: Decided | null
}

/** Connections that fare otherwise than before: all of them alike, by the same two decisions. */
export interface Change {
  /** What has changed. */
  kind: ChangeKind
  /** What that means for who needs them: `worse`, `undecided` or `better`. */
  trend: Trend
  /** The connection. */
  flow: FlowKind
  /** The end that opens it. */
  opener: End
  /** Its headers, as the opener sends them: disjoint boxes. */
  space: Entry[]
  /** How many more boxes there are. */
  more: Count
  /** How many pairs of a target address and a target port there are in all boxes. */
  pairs: Count
  /** How they fared. */
  before: Decision
  /** How they fare now. */
  now: Decision
}

/** Something that a verdict depends on and that is not modelled. */
export interface Condition {
  /** The name of the rule set, where several were audited. */
  rule_set: string | null
  /** The line in the rule set, if it is one. */
  line: number | null
  /** Its text. */
  text: string
  /** What is not modelled there. */
  what: string
  /** What would decide it if it were given along, for instance `--inside`. */
  decided_by: string | null
}

/** What a rule set makes of a connection. */
export interface Decided {
  /** `accept`, `drop` or `reject`. */
  fate: Fate
  /** Whether nothing that is not modelled can change the fate. */
  certain: boolean
  /** What decides. */
  by: By
  /** Whether that is what happened: `null` where either is not decided. */
  agrees: boolean | null
  /** What follows from it. */
  message: string
}

/** How connections fare, and why. */
export interface Decision {
  /** Whether they get through. */
  status: Status
  /** What lets them through or stops them; `null` if nothing in the rule set can be named. */
  by: By | null
  /** `accept`, or `drop` or `reject` if they do not or may not get through. */
  fate: Fate
  /** The packet of the connection that is or may be stopped, if any is. */
  packet: Stage | null
  /** What it depends on, if it is undecided. */
  conditions: Condition[]
}

/** What a text about FTP points to. */
export interface Diagnosis {
  /** Whether any cause is known. If not, `send` says what to look for. */
  known: boolean
  /** The likely causes, the likeliest first. */
  causes: LikelyCause[]
  /** What the addresses, ports and times in the text say. */
  observed: string[]
  /** What would help to find out, if nothing is known. */
  send: string[]
}

/** How the same question is answered by two rule sets. */
export interface Difference {
  /** [`SCHEMA_VERSION`](crate::audit::SCHEMA_VERSION). */
  schema_version: number
  /** What has become of the required modes of all providers. */
  verdict: Trend
  /** The exit code of the command: 0 same or better, 1 worse, 3 undecided. */
  exit_code: number
  /** The rule set as it was. */
  old: RuleSet
  /** The rule set as it is now. */
  new: RuleSet
  /** All rule sets on the path from the client to the server, the new one among them; empty if it
   * is the only one. */
  path: RuleSet[]
  /** The clients that the question was about, as CIDR blocks; `null` if nobody named them, and
   * then it is about all for which a session of the mode is possible. */
  clients: string[] | null
  /** The providers, in the order in which they were named. */
  providers: ProviderDifference[]
}

/** A box in the form in which it is printed.
 *
 * In JSON, `{"src":"10.1.0.0/16","sport":"1024-65535","dst":"209.43.40.0/24","dport":"21"}`. */
export interface Entry {
  /** Source addresses. */
  src: string
  /** Source ports. */
  sport: string
  /** Destination addresses. */
  dst: string
  /** Destination ports. */
  dport: string
}

/** A part of the asked space that fares alike. */
export interface ExplainedPart {
  /** `accept`, `drop` or `reject`; where the part is not certain, the worst that may happen. */
  fate: Fate
  /** Whether nothing that is not modelled can change the fate. */
  certain: boolean
  /** Whether it may be accepted after all. */
  may_accept: boolean
  /** What decides. */
  by: By
  /** The packet of the connection that it befalls. */
  packet: Stage
  /** What the fate depends on, if it is not certain. */
  conditions: Condition[]
  /** The part, as disjoint boxes; addresses are as the opener sends them. */
  space: Entry[]
  /** How many more boxes there are. */
  more: Count
}

/** The decision about the asked space, part by part. */
export interface Explanation {
  /** Disjoint parts that cover the question. */
  parts: ExplainedPart[]
}

/** Something worth knowing. */
export interface Finding {
  /** The stable code. */
  code: Check
  /** How much it matters. */
  severity: Severity
  /** What is the case. */
  message: string
  /** What to do. */
  help: string
  /** The line in the rule set that it is about, if it is about one. */
  line: number | null
  /** The name of the rule set, where several were audited. */
  rule_set: string | null
}

/** Rules to add at one place of the rule set. */
export interface Fix {
  /** The dialect of the text. */
  dialect: Dialect
  /** The rules to add, as they stand in the text of a rule set. */
  text: string
  /** The chain that they belong to, as `table/CHAIN`. */
  chain: string
  /** The rule before which they belong; a policy stands for the end of its chain. */
  insert_before: By
  /** Whether that means after this rule in the text, as in a dialect where the last rule that matches
   * decides. */
  after: boolean
  /** Whether the rule set with all changes was read and audited again: every gap that they are for
   * is closed, and nothing became allowed but what the repair says. */
  proved: boolean
}

/** A fix, written out. */
export interface FixText {
  /** How it is written. */
  form: FixForm
  /** The rules or words; nothing but a comment where nothing is missing. */
  text: string
  /** Whether rules are in it, and the rule set with them in it was read and audited again. */
  proved: boolean
}

/** How one of a mode's connections fares. Counted are the pairs of a server address and a server
 * port; for active data, of a client address and a client port. */
export interface FlowReport {
  /** What the connection is for. */
  kind: FlowKind
  /** Whether it works. */
  verdict: Verdict
  /** How many pairs are needed. */
  needed: Count
  /** How many of them are open, whatever the conditions that are not modelled. */
  open: Count
  /** How many of them may be open. */
  undecided: Count
  /** The target ports, and how many of them are open at every target address. */
  ports: Share
  /** The target ports in ascending order, as the longest ranges of one state: together exactly the
   * ports that are needed, and none twice. */
  port_ranges: PortRangeState[]
  /** The target addresses, and how many of them are open at every target port. */
  addresses: Share
  /** Some of what is open loses its first packet and passes a second later, when that is sent again:
   * a helper expected it as `RELATED`, and only `NEW` is let through. */
  delayed: boolean
}

/** A part of a needed connection that is not surely let through. */
export interface Gap {
  /** The connection. */
  flow: FlowKind
  /** The end that opens it. */
  opener: End
  /** Its headers, as the opener sends them: disjoint boxes. */
  space: Entry[]
  /** How many more boxes there are. */
  more: Count
  /** What stops it. */
  by: By
  /** `drop` or `reject`. */
  fate: Fate
  /** The packet of the connection that is stopped. */
  packet: Stage
  /** Whether it may pass all the same. */
  undecided: boolean
  /** What that depends on. */
  conditions: Condition[]
}

/** A cause that a text points to. */
export interface LikelyCause {
  /** Its stable name. */
  id: string
  /** What it is, in a line. */
  title: string
  /** Why it makes such symptoms. */
  why: string
  /** How to tell it from the others: a command, or where to look. */
  tell_apart: string
  /** What to do. */
  help: string
  /** Whose fault it can be, the likeliest first. */
  faults: Fault[]
  /** The findings of an audit that go with it; none if no rule set shows it. */
  findings: string[]
  /** What of the text speaks for it: the three signs that say most. */
  matched: string[]
  /** What the named provider says about it. */
  at_provider: string[]
  /** Where all this is from. */
  sources: string[]
}

/** Something that is missing in the answer. */
export interface Loss {
  /** What. */
  what: string
  /** How many. */
  count: number
}

/** What has become of a session mode. */
export interface ModeDifference {
  /** How the control connection is protected. */
  protection: Protection
  /** How the data connection is arranged. */
  data: DataMode
  /** The IP family. */
  family: Family
  /** Whether the overall verdict counts it. */
  required: boolean
  /** What has become of it. */
  verdict: Trend
  /** What an audit of the old rule set says. */
  before: ModeState
  /** What an audit of the new rule set says. */
  now: ModeState
  /** The connections that fare otherwise than before, the worst first. */
  changes: Change[]
  /** How many pairs of address and port are undecided, and were before for the same reasons. */
  still_undecided: Count
  /** What else bears on the verdict, in words. */
  notes: string[]
}

/** How a session mode fares. */
export interface ModeReport {
  /** How the control connection is protected. */
  protection: Protection
  /** How the data connection is arranged. */
  data: DataMode
  /** The IP family. */
  family: Family
  /** Whether the overall verdict needs it to work. */
  required: boolean
  /** Whether it works. */
  verdict: Verdict
  /** Its connections. */
  flows: FlowReport[]
  /** What is missing. */
  gaps: Gap[]
  /** Where nobody named the clients: those for which the mode works, as CIDR blocks or
   * `first-last`. */
  works_for: string[] | null
  /** Where nobody named the clients: those that counts and gaps are about, which are those for
   * which the mode works, or, where there are none, those that get furthest. */
  judged_for: string[] | null
  /** What people and programs notice of what surely fails: of the control connection, or else of
   * the data connection. */
  noticed: Notice[]
  /** What else bears on the verdict, in words. */
  notes: string[]
}

/** How a session mode fares with one of the two rule sets, as in the report of an audit. */
export interface ModeState {
  /** Whether it works. */
  verdict: Verdict
  /** Its connections. */
  flows: FlowReport[]
  /** Where nobody named the clients: those for which the mode works. */
  works_for: string[] | null
  /** Where nobody named the clients: those that verdict and counts are about. */
  judged_for: string[] | null
  /** What else bears on the verdict, in words. */
  notes: string[]
}

/** A session mode without flows. */
export interface NotOffered {
  /** How the control connection would be protected. */
  protection: Protection
  /** How the data connection would be arranged. */
  data: DataMode
  /** The IP family. */
  family: Family
  /** Why there are none. */
  why: string
}

/** What is noticed of a connection that surely fails, in whole or in part. */
export interface Notice {
  /** What people say, in a sentence. */
  summary: string
  /** The `id` of the cause among the symptoms. */
  cause: string
  /** What some clients show and a server answers, as it was measured. */
  programs: Shown[]
}

/** Ports that fare alike, though each for itself. */
export interface PortRangeState {
  /** The ports, as `n` or `first-last`. */
  ports: string
  /** How every one of them fares. */
  state: PortState
}

/** What the rules predict, beside what was observed. */
export interface Predicted {
  /** What they predict. A single connection is `works` or `blocked`, or `undecided`. */
  verdict: Verdict
  /** Whether that is what happened: `null` where either is not decided. */
  agrees: boolean | null
  /** What follows from it. */
  message: string
  /** What decides, if it is one thing: its line or chain, and its text. */
  by: string | null
}

/** What a probe saw. */
export interface ProbeReport {
  /** [`SCHEMA_VERSION`](crate::audit::SCHEMA_VERSION). */
  schema_version: number
  /** Whether everything that was tried works. */
  verdict: Verdict
  /** The exit code of the command: 0 works, 1 partly or blocked, 3 undecided. */
  exit_code: number
  /** Whether everything was tried that was asked for: not if the probe was ended, or would have needed
   * more connections than it may open. */
  complete: boolean
  /** How many connections were opened, or tried to be. */
  connections: number
  /** The rule set that the observations were compared with, if one was given. */
  rule_set: RuleSet | null
  /** The sessions, in the order in which they were tried. */
  sessions: ProbedSession[]
  /** What explains the failures, the worst first. */
  findings: Finding[]
  /** What else bears on the answer, in words. */
  notes: string[]
}

/** An attempt to transfer data: a listing. */
export interface ProbedData {
  /** What became of it. */
  outcome: ProbeOutcome
  /** The same in a sentence. */
  message: string
  /** Whether the TCP connection came about. */
  connected: boolean
  /** The address and port that were announced: by the server, or in active mode by us. */
  announced: string | null
  /** What that address is. */
  address: AnnouncedAddress | null
  /** Whether the port is in the range that the provider publishes; `null` if that is not known. */
  in_range: boolean | null
  /** The address and port that were connected to; in active mode, from which the server came. */
  peer: string | null
  /** The last reply to the listing. */
  reply: number | null
  /** How many bytes came, of which no more are read than needed. */
  bytes: number
  /** Whether TLS on it went on with the session of the control connection, as many servers demand. */
  resumed: boolean | null
  /** How long it took, in milliseconds. */
  milliseconds: number
  /** What the rule set makes of the connection, if one was given. */
  predicted: Predicted | null
}

/** How a way to transfer data fares in a session. */
export interface ProbedMode {
  /** The way. */
  data: DataMode
  /** `works` only if every attempt did, and so many that a range of which half is shut would have
   * shown it, 95 % sure. */
  verdict: Verdict
  /** The same in a sentence. */
  message: string
  /** What explains it, if something failed. */
  finding: Check | null
  /** How many data connections were tried that say something about the network. */
  tried: number
  /** How many of them worked. */
  worked: number
  /** How many different ports that were. */
  ports: number
  /** Which share of the connections to ports as the server picks them works at least, in percent, 95 %
   * sure (Clopper and Pearson). */
  at_least: number | null
  /** And at most. */
  at_most: number | null
  /** The attempts. */
  samples: ProbedData[]
  /** What the audit of the rule set predicts, if a rule set and a provider were given. */
  predicted: Predicted | null
}

/** A session with one address of a server. */
export interface ProbedSession {
  /** The server's name or address, as it was given. */
  host: string
  /** The address and port that were connected to. */
  server: string
  /** The address from which. */
  client: string | null
  /** The IP family. */
  family: Family
  /** How the control connection is protected. */
  protection: Protection
  /** Whether the session works as far as it was tried: its control connection, and each way to
   * transfer data. */
  verdict: Verdict
  /** What became of the control connection, up to the login. */
  outcome: ProbeOutcome
  /** How far it got. */
  stage: ProbeStage
  /** The same in a sentence. */
  message: string
  /** What explains it, if it failed. */
  finding: Check | null
  /** Every attempt to open the control connection. */
  tries: ProbedTry[]
  /** The first line of the server's greeting, shortened. */
  greeting: string | null
  /** What the server says that it can do (RFC 2389). */
  features: string[]
  /** TLS on the control connection, if it came about. */
  tls: ProbedTls | null
  /** What became of the login. */
  login: ProbeOutcome
  /** The ways to transfer data that were tried. */
  modes: ProbedMode[]
  /** What the rule set makes of the control connection, if one was given. */
  predicted: Predicted | null
}

/** TLS on a control connection. */
export interface ProbedTls {
  /** `1.2` or `1.3`. */
  version: string
  /** Whether the certificate is valid for the server's name. */
  valid: boolean
  /** Why it is not. */
  why: string | null
  /** Whether the server agreed to protect data (PROT P); `null` if it was not asked. */
  data_protected: boolean | null
}

/** An attempt to open a control connection. */
export interface ProbedTry {
  /** What became of it. */
  outcome: ProbeOutcome
  /** The same in a sentence. */
  message: string
  /** How long that took, in milliseconds. */
  milliseconds: number
}

/** What has become of a provider's modes. */
export interface ProviderDifference {
  /** The provider's id. */
  id: string
  /** Its name for people. */
  name: string
  /** What has become of the modes that are required. */
  verdict: Trend
  /** The session modes that could be asked about. */
  modes: ModeDifference[]
}

/** How a provider fares. */
export interface ProviderReport {
  /** The provider's id. */
  id: string
  /** Its name for people. */
  name: string
  /** Whether every required mode works. */
  verdict: Verdict
  /** The session modes that could be decided about. */
  modes: ModeReport[]
  /** The session modes that do not exist at this provider, or of which too little is known. */
  not_offered: NotOffered[]
}

/** The changes to the rule set as a whole, and what they achieve. */
export interface Repair {
  /** The verdict on the rule set with all changes in it; `null` if there are none. */
  verdict: Verdict | null
  /** How many rules are added. */
  rules: number
  /** What adds them to the firewall while it runs: for `iptables-restore --noflush`,
   * `ip6tables-restore --noflush` or `nft -f`. `null` where that cannot be said for sure: then
   * load the whole rule set. */
  commands: string | null
  /** How many pairs of a server address and a server port become allowed that nobody needs: the
   * price of a budget of rules. */
  needless: Count
  /** Some of them. */
  needless_example: string | null
  /** What no change helps, and what to do. */
  unfixed: Unfixed[]
}

/** What an audit found. */
export interface Report {
  /** [`SCHEMA_VERSION`]. */
  schema_version: number
  /** Whether every required mode of every provider works. */
  verdict: Verdict
  /** The exit code of the command: 0 works, 1 partly or blocked, 3 undecided. */
  exit_code: number
  /** The rule set that was audited. */
  rule_set: RuleSet
  /** All rule sets on the path from the client to the server, this one among them; empty if it is
   * the only one. */
  path: RuleSet[]
  /** The clients that the question was about, as CIDR blocks; `null` if nobody named them, and
   * then each mode says for which clients it works. */
  clients: string[] | null
  /** The providers, in the order in which they were named. */
  providers: ProviderReport[]
  /** What is worth knowing, the worst first. */
  findings: Finding[]
  /** What was left out of the findings or made milder, because somebody decided so. */
  silenced: Silenced[]
  /** Changes to the rule set that close the gaps of the modes that are required, place by place. */
  fixes: Fix[]
  /** What these changes are as a whole and what they achieve; `null` if nothing is missing. */
  repair: Repair | null
  /** What in the rule set is not modelled and could concern TCP, in the order of the text. */
  unmodelled: UnmodelledLine[]
}

/** The rule set that was audited. */
export interface RuleSet {
  /** The file, if it has a name. */
  file: string | null
  /** Whether somebody gave it; if nobody did, it is one that lets nothing through, and what is missing
   * in it is all that is needed. */
  given: boolean
  /** Its dialect. */
  dialect: Dialect
  /** Where it was taken to stand. */
  at: Placement
  /** Why there, if nobody said where. */
  at_because: string | null
}

/** A part of a whole. */
export interface Share {
  /** How many there are. */
  needed: Count
  /** How many of them are wholly open. */
  open: Count
}

/** What a program shows or answers: `HOST` is the server as the user named it, `PORT` its control
 * port, `N` a number. */
export interface Shown {
  /** The program and its version. */
  program: string
  /** When it shows that, if it is not always. */
  when: string | null
  /** Its words. */
  text: string
}

/** Findings that were left out or made milder. */
export interface Silenced {
  /** Their code. */
  code: Check
  /** How much they are to matter. */
  severity: Level
  /** Why, in the words of whoever decided so. */
  reason: string
  /** How many there are. */
  count: number
}

/** Something that no added rule helps, or none that can be proved. */
export interface Unfixed {
  /** What stops it. */
  by: By | null
  /** What to do. */
  help: string
}

/** A line of the rule set that is not fully modelled. */
export interface UnmodelledLine {
  /** The name of the rule set, where several were audited. */
  rule_set: string | null
  /** The line. */
  line: number
  /** Its text. */
  text: string
  /** What in it is not modelled. */
  what: string
}
