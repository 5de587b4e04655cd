/** Where a firewall stands. */
export type Placement = 'client-host' | 'client-gateway' | 'server-gateway' | 'server-host'

/** The language that a rule set is written in. */
export type Dialect = 'iptables' | 'ip6tables'

/** An IP family. */
export type Family = 'ipv4' | 'ipv6'

/** An end of a session. */
export type End = 'client' | 'server'

/** How a control connection is protected. */
export type Protection = 'plain' | 'explicit-tls' | 'implicit-tls'

/** How a data connection is arranged. */
export type DataMode = 'pasv' | 'epsv' | 'port' | 'eprt'

/** What a connection is for. */
export type FlowKind = 'control' | 'passive-data' | 'active-data'

/** A packet of a connection: the SYN, the SYN-ACK, and what either end sends after them. */
export type Packet = 'syn' | 'syn-ack' | 'opener-data' | 'peer-data'

/**
 * Whether what was asked about works: all of it; not all of it; none of it; or nothing surely
 * fails, and not everything surely works.
 */
export type Verdict = 'works' | 'partly' | 'blocked' | 'undecided'

/** A count: a string of decimal digits where a number would not be exact. */
export type Count = number | string

/** A rule set: its text, or what {@link parse} made of it. */
export type Rules = string | Uint8Array | Firewall

/** How to read a rule set, with what it does not say itself. Not for a {@link Firewall}. */
export interface ParseOptions {
  /** The dialect; found out from the text if left out. */
  dialect?: Dialect | 'auto' | null
  /** The name of the file, for errors and reports. */
  file?: string | null
  /** Outputs of `ipset save`: what is in the sets that rules name. */
  ipset?: string | readonly string[] | null
  /** Addresses of the device itself. */
  local?: string | readonly string[] | null
  /** Whether lines that cannot be read make what they touch undecided instead of being refused. */
  lenient?: boolean | null
}

/** What to audit a rule set for. */
export interface AuditOptions extends ParseOptions {
  /** The providers, by id or as specs; SmartFile and Files.com if left out. */
  provider?: string | ProviderSpec | readonly (string | ProviderSpec)[] | null
  /** Where the firewall stands; chosen by its rules if left out. */
  at?: Placement | null
  /** The networks of the clients; if left out, the report says for which clients modes work. */
  client?: string | readonly string[] | null
  /** The networks of the servers, instead of where the provider says. */
  server?: string | readonly string[] | null
  /** The interface towards the end that the firewall protects. */
  inside?: string | null
  /** The interface towards the rest of the world; the only one of a host. */
  outside?: string | null
}

/**
 * Which packets or connections to explain: with `hook`, single packets there; with `at`, whole TCP
 * connections through a device that stands there.
 */
export interface ExplainOptions extends ParseOptions {
  /** For single packets, the hook. */
  hook?: 'forward' | 'input' | 'output' | null
  /** For single packets, the state of their connection; `new` if left out. */
  state?: 'new' | 'established' | 'related' | 'untracked' | 'none' | null
  /** For connections, where the firewall stands. */
  at?: Placement | null
  /** For connections, the end that opens them; `client` if left out. */
  from?: End | null
  /** Source addresses: one address or CIDR block. */
  src?: string | null
  /** Source ports: `1024`, `'1024'` or `'1024-65535'`. */
  sport?: number | string | null
  /** Destination addresses: one address or CIDR block. */
  dst?: string | null
  /** Destination ports: `21`, `'21'` or `'21000-21050'`. */
  dport?: number | string | null
  /** For single packets, the incoming interface. */
  in?: string | null
  /** For single packets, the outgoing interface. */
  out?: string | null
  /** For connections, the interface towards the end that the firewall protects. */
  inside?: string | null
  /** For connections, the interface towards the rest of the world. */
  outside?: string | null
}

/** The other forms of an answer. They are not enumerable: the answer itself is plain JSON. */
export interface Rendered {
  /** The answer as JSON: the same bytes in every language. */
  toJson(): string
  /** The answer for a person, with terminal colours if asked. */
  toText(options?: { colours?: boolean }): string
}

/** What an audit found. */
export interface Report extends Rendered {
  /** The version of the report's form. */
  schema_version: number
  /** Whether every required mode of every provider works. */
  verdict: Verdict
  /** The rule set that was audited. */
  rule_set: RuleSet
  /**
   * The clients that the question was about, as CIDR blocks; `null` if nobody named them, and then
   * each mode says for which clients it works.
   */
  clients: string[] | null
  /** The providers, in the order in which they were named. */
  providers: ProviderReport[]
  /** What is worth knowing, the worst first. */
  findings: Finding[]
  /** Changes to the rule set that close the gaps. */
  fixes: Fix[]
  /** What in the rule set is not modelled and could concern TCP, in the order of the text. */
  unmodelled: UnmodelledLine[]
}

/** The rule set that was audited. */
export interface RuleSet {
  /** The file, if it has a name. */
  file: string | null
  /** Its dialect. */
  dialect: Dialect
  /** Where it was taken to stand. */
  at: Placement
  /** Why there, if nobody said where. */
  at_because: string | null
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
  /**
   * Where nobody named the clients: those for which the mode works, as CIDR blocks or `first-last`.
   * Counts and gaps are about them, or, where there are none, about those that get furthest.
   */
  works_for: string[] | null
  /** What else bears on the verdict, in words. */
  notes: string[]
}

/**
 * How one of a mode's connections fares. Counted are the pairs of a server address and a server
 * port; for active data, of a client address and a client port.
 */
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
  /** The target addresses, and how many of them are open at every target port. */
  addresses: Share
}

/** A part of a whole. */
export interface Share {
  /** How many there are. */
  needed: Count
  /** How many of them are wholly open. */
  open: Count
}

/** A part of a needed connection that is not surely let through. */
export interface Gap {
  /** The connection. */
  flow: FlowKind
  /** The end that opens it. */
  opener: End
  /** Its headers, as the opener sends them: disjoint boxes. */
  space: Box[]
  /** How many more boxes there are. */
  more: Count
  /** What stops it. */
  by: By
  /** What is done to it. */
  fate: 'drop' | 'reject'
  /** The packet of the connection that is stopped. */
  packet: Packet
  /** Whether it may pass all the same. */
  undecided: boolean
  /** What that depends on. */
  conditions: Condition[]
}

/** TCP headers: every combination of these addresses and ports. */
export interface Box {
  /** Source addresses: one CIDR block or `first-last`. */
  src: string
  /** Source ports: `n` or `first-last`. */
  sport: string
  /** Destination addresses: one CIDR block or `first-last`. */
  dst: string
  /** Destination ports: `n` or `first-last`. */
  dport: string
}

/** What decides about a packet. */
export interface By {
  /** A rule, or what happens where no rule decides. */
  kind: 'rule' | 'policy'
  /** The line in the rule set, if there is one. */
  line: number | null
  /** Its text. */
  text: string
  /** The chain, as `table/CHAIN`. */
  chain: string
}

/** Something that a verdict depends on and that is not modelled. */
export interface Condition {
  /** The line in the rule set, if it is one. */
  line: number | null
  /** Its text. */
  text: string
  /** What is not modelled there. */
  what: string
  /** What would decide it if it were given along, for instance `--inside`. */
  decided_by: string | null
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

/** Something worth knowing. */
export interface Finding {
  /** The stable code. */
  code: string
  /** How much it matters. */
  severity: 'error' | 'warning' | 'info'
  /** What is the case. */
  message: string
  /** What to do. */
  help: string
  /** The line in the rule set that it is about, if it is about one. */
  line: number | null
}

/** A change to the rule set that closes gaps. */
export interface Fix {
  /** The dialect of the text. */
  dialect: Dialect
  /** The rules to add. */
  text: string
  /** The rule or policy before which they belong. */
  insert_before: By
  /** Whether the rule set with the change was read and audited again. */
  proved: boolean
}

/** A line of the rule set that is not fully modelled. */
export interface UnmodelledLine {
  /** The line. */
  line: number
  /** Its text. */
  text: string
  /** What in it is not modelled. */
  what: string
}

/** The decision about the asked space, part by part. */
export interface Explanation extends Rendered {
  /** Disjoint parts that cover the question. */
  parts: ExplainedPart[]
}

/** A part of the asked space that fares alike. */
export interface ExplainedPart {
  /** What becomes of it; where it is not certain, the worst that may happen. */
  fate: 'accept' | 'drop' | 'reject'
  /** Whether nothing that is not modelled can change the fate. */
  certain: boolean
  /** Whether it may be accepted after all. */
  may_accept: boolean
  /** What decides. */
  by: By
  /** The packet of the connection that it befalls. */
  packet: Packet
  /** What the fate depends on, if it is not certain. */
  conditions: Condition[]
  /** The part, as disjoint boxes; addresses are as the opener sends them. */
  space: Box[]
  /** How many more boxes there are. */
  more: Count
}

/** A provider: what is known of an FTP service or server. A fact that is left out is not known. */
export interface ProviderSpec {
  /** The name for options. */
  id: string
  /** The name for people. */
  name: string
  /** Every other fact, as in a provider file. */
  [fact: string]: unknown
}

/** A rule set that was read: it can be asked about again and again. */
export declare class Firewall {
  private constructor()
  /** The dialect that it was written in. */
  get dialect(): Dialect
  /** The IP families that it governs; it says nothing about the other. */
  get families(): Family[]
  /** The name of the file that it was read from, if one was given. */
  get file(): string | null
  /** The rule set as it was read. */
  get text(): string
}

/** What is thrown where rules cannot be read or a question cannot be asked. */
export interface PasvauditError extends Error {
  /** The stable name of the kind of error, such as `bad-port`. */
  code: string
  /** The file that was named, if any. */
  file: string | null
  /** The line, from 1. */
  line: number | null
  /** The column, from 1, in characters (Unicode scalar values, not UTF-16 units). */
  column: number | null
  /** The text of the line, shortened where it is very long. */
  text: string | null
}

/**
 * Says which FTP sessions the rules let through, what is missing and which rule is to blame.
 *
 * Rejects with a {@link PasvauditError}, or with the reason of `signal` once that is aborted.
 */
export declare function audit(
  rules: Rules,
  options?: AuditOptions | null,
  signal?: AbortSignal | null,
): Promise<Report>

/** {@link audit}, on this thread. */
export declare function auditSync(rules: Rules, options?: AuditOptions | null): Report

/** Says what becomes of the packets or connections that you name, and by which rule. */
export declare function explain(
  rules: Rules,
  options: ExplainOptions,
  signal?: AbortSignal | null,
): Promise<Explanation>

/** {@link explain}, on this thread. */
export declare function explainSync(rules: Rules, options: ExplainOptions): Explanation

/** Reads a rule set, to ask about it more than once. */
export declare function parse(
  rules: string | Uint8Array,
  options?: ParseOptions | null,
  signal?: AbortSignal | null,
): Promise<Firewall>

/** {@link parse}, on this thread. */
export declare function parseSync(
  rules: string | Uint8Array,
  options?: ParseOptions | null,
): Firewall

/** Every provider of the catalogue, ascending by id. */
export declare function providers(): ProviderSpec[]

/** The provider of the catalogue with this id. */
export declare function provider(id: string): ProviderSpec
