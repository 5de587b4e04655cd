import type * as types from './types.js'
import type { Dialect, End, Family, FixForm, Placement, Protection } from './types.js'

export type * from './types.js'

/** A rule set: its text, or what {@link parse} made of it. */
export type Rules = string | Uint8Array | Firewall

/** How to read a rule set, with what it does not say itself. Not for a {@link Firewall}. */
export interface ParseOptions {
  /** The dialect; found out from the text if left out. */
  dialect?: Dialect | null
  /** The name of the file, for errors and reports. */
  file?: string | null
  /** Outputs of `ipset save`: what is in the sets that rules name. */
  ipset?: string | readonly string[] | null
  /** The texts of other files that the rule set needs, by the names by which it calls them. */
  also?: { readonly [name: string]: string } | null
  /** What of the rule set applies, by its ids or names, where it holds more. */
  attached?: string | readonly string[] | null
  /** Addresses of the device itself: single ones or blocks. */
  local?: string | readonly string[] | null
  /** The version of Linux, if it is older than 6.0. */
  kernel?: string | null
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
  /** The address that the server names in its replies to PASV, if it is not the one that it has. */
  advertise?: string | null
  /** Other firewalls that the connections pass. */
  via?: readonly Via[] | null
  /** The most rules that fixes may add, even if they open more than is needed. */
  maxRules?: number | null
  /** After how many seconds something on the path forgets an idle TCP connection. */
  idle?: number | null
  /** What was decided about findings, or the text of a file that says it. */
  config?: string | Config | null
}

/** What somebody decided about findings. No verdict depends on it. */
export interface Config {
  /** How much findings matter, by their code, each with the reason. */
  findings?: { readonly [code in types.Check]?: { severity: types.Level; reason: string } }
}

/** What has to be permitted. */
export interface AllowOptions {
  /** The dialect of the rules. */
  to: Dialect
  /** The providers, by id or as specs; SmartFile and Files.com if left out. */
  provider?: string | ProviderSpec | readonly (string | ProviderSpec)[] | null
  /** Where the firewall stands; at a client gateway if left out. */
  at?: Placement | null
  /** The networks of the clients; anywhere if left out. */
  client?: string | readonly string[] | null
  /** The networks of the servers, instead of where the provider says. */
  server?: string | readonly string[] | null
  /** The interface towards the end that the firewall protects. */
  inside?: string | null
  /** The interface towards the rest of the world; the only one of a host. */
  outside?: string | null
  /** The most rules, even if they open more than is needed. */
  maxRules?: number | null
}

/** What to compare two rule sets for. The options for reading are for both, `file` for the new one. */
export interface DiffOptions extends AuditOptions {
  /** How the old rule set is read, where that is not as the new one; its `file` among that. */
  before?: ParseOptions | null
}

/** Another firewall on the path between client and server. */
export interface Via extends ParseOptions {
  /** Its rule set. */
  rules: string
  /** Where it stands. */
  at: Placement
  /** The interface towards the end that it protects. */
  inside?: string | null
  /** The interface towards the rest of the world. */
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

/** What to take into account beside a symptom. */
export interface SymptomOptions {
  /** The provider, by id or as a spec, whose own facts are quoted. */
  provider?: string | ProviderSpec | null
}

/** How to read a capture. The options for reading are for the rule set, if there is one. */
export interface CaptureOptions extends ParseOptions {
  /** A rule set to compare the connections with. */
  rules?: Rules | null
  /** Where the firewall with that rule set stands; chosen by its rules if left out. */
  at?: Placement | null
  /** Its interface towards the end that it protects. */
  inside?: string | null
  /** Its interface towards the rest of the world. */
  outside?: string | null
  /** Providers, by id or as specs, whose control ports are known then. */
  provider?: string | ProviderSpec | readonly (string | ProviderSpec)[] | null
  /** Control ports besides 21 and 990, where nothing that was captured shows that they are. */
  port?: number | readonly number[] | null
  /** The same for implicit TLS. */
  tlsPort?: number | readonly number[] | null
  /** The name of the capture, for errors and reports; a path is its own. */
  name?: string | null
}

/** How to listen to an interface. */
export interface LiveOptions extends Omit<CaptureOptions, 'name'> {
  /** After how many seconds to end; never if left out. */
  seconds?: number | null
}

/** Which connections to try. The options for reading are for the rule set, if there is one. */
export interface ProbeOptions extends ParseOptions {
  /** The servers: names or addresses, with or without a port. */
  host?: string | readonly string[] | null
  /** The provider that they are servers of, by id or as a spec; its own names if there is no host. */
  provider?: string | ProviderSpec | null
  /**
   * What to try; what the provider has, or what is usual, if left out. A password is sent in the clear
   * only if `plain` is named.
   */
  protection?: Protection | readonly Protection[] | null
  /** Who logs in. */
  user?: string | null
  /** With which password. It is in no report, message or log. */
  password?: string | null
  /** Whether to log in as anonymous. */
  anonymous?: boolean | null
  /** The address of this machine to connect from. */
  source?: string | null
  /** The interface of this machine to connect by. */
  interface?: string | null
  /** The TTL of packets. */
  ttl?: number | null
  /** After how many idle seconds TCP asks whether the other side is still there; 60. */
  keepalive?: number | null
  /** How many seconds a connection, a reply or a listing may take; 60. */
  timeout?: number | null
  /** How many times more a control connection is tried; 3. */
  retries?: number | null
  /** How many seconds are between; 10. */
  pause?: number | null
  /** How many data connections are tried by each way; 5. */
  samples?: number | null
  /** Ports of this machine on which to try active mode: `'50000-50100'`. */
  active?: number | string | null
  /** Whether to send the password even where the certificate is not valid. */
  insecure?: boolean | null
  /** Authorities to trust besides, in PEM form. */
  ca?: string | readonly string[] | null
  /** The most connections that are opened; 200. */
  maxConnections?: number | null
  /** Called with what happens. */
  onProgress?: ((event: ProbeEvent) => void) | null
  /** A rule set whose predictions are to stand beside what is seen. */
  rules?: Rules | null
  /** Where the firewall with that rule set stands; chosen by its rules if left out. */
  at?: Placement | null
  /** Its interface towards the end that it protects. */
  inside?: string | null
  /** Its interface towards the rest of the world. */
  outside?: string | null
}

/** Something that happened while a probe runs. */
export interface ProbeEvent {
  /** What it is at. */
  step: 'connect' | 'wait' | 'session' | 'data' | 'done'
  /** The address and port of the server. */
  server: string
  /** What happened, in words. */
  message: string
}

/** The other forms of an answer. They are not enumerable: the answer itself is plain JSON. */
export interface Rendered {
  /** The answer as JSON: the same bytes in every language. */
  toJson(): string
  /** The answer for a person, with terminal colours if asked. */
  toText(options?: { colours?: boolean }): string
}

/** The forms for a pull request, which a report and a difference have, not enumerable either. */
export interface ReviewForms {
  /** The answer as Markdown that fits a comment on a pull request. */
  toMarkdown(): string
  /** The answer as workflow commands of GitHub Actions, which annotate lines. */
  toGithub(): string
}

/** The forms that only a report has, not enumerable either. */
export interface ReportForms extends ReviewForms {
  /** The report as one HTML page that needs nothing else. */
  toHtml(): string
  /** The findings as SARIF 2.1.0, for code scanning. */
  toSarif(): string
  /** The report as JUnit XML, with a test case per session mode. */
  toJunit(): string
  /**
   * What is missing as rules to add: `own`, which is meant if left out, for the dialect of the rule
   * set, with the places where the rules go; another dialect; or `words`, a request to those who look
   * after the firewall.
   */
  fix(form?: FixForm): types.FixText
  /** The rule set with all fixes in it and everything else as it was, if there are any. */
  fixedRuleSet(): string | null
}

/** What an audit found. */
export interface Report extends types.Report, Rendered, ReportForms {}

/** How the same question is answered by two rule sets. */
export interface Difference extends types.Difference, Rendered, ReviewForms {}

/** The decision about the asked space, part by part. */
export interface Explanation extends types.Explanation, Rendered {}

/** What a text about FTP points to, cause by cause. */
export interface Diagnosis extends types.Diagnosis, Rendered {}

/** What a capture shows of FTP. */
export interface CaptureReport extends types.CaptureReport, Rendered {}

/** What a probe saw. */
export interface ProbeReport extends types.ProbeReport, Rendered {}

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

/**
 * Says what has to be permitted, without a rule set: the report on a firewall that lets nothing
 * through, so that its fix is all that is needed.
 */
export declare function allow(options: AllowOptions, signal?: AbortSignal | null): Promise<Report>

/** {@link allow}, on this thread. */
export declare function allowSync(options: AllowOptions): Report

/**
 * Says which sessions and connections the new rules let through and the old ones did not, and the
 * other way round, and by which rules.
 *
 * Rejects as {@link audit} does.
 */
export declare function diff(
  old: Rules,
  rules: Rules,
  options?: DiffOptions | null,
  signal?: AbortSignal | null,
): Promise<Difference>

/** {@link diff}, on this thread. */
export declare function diffSync(
  old: Rules,
  rules: Rules,
  options?: DiffOptions | null,
): Difference

/** Says what becomes of the packets or connections that you name, and by which rule. */
export declare function explain(
  rules: Rules,
  options: ExplainOptions,
  signal?: AbortSignal | null,
): Promise<Explanation>

/** {@link explain}, on this thread. */
export declare function explainSync(rules: Rules, options: ExplainOptions): Explanation

/** Names the likely causes of what you see: a sentence, an error message, a client's log. */
export declare function symptom(
  text: string | Uint8Array,
  options?: SymptomOptions | null,
  signal?: AbortSignal | null,
): Promise<Diagnosis>

/** {@link symptom}, on this thread. */
export declare function symptomSync(
  text: string | Uint8Array,
  options?: SymptomOptions | null,
): Diagnosis

/**
 * Says what happened to the FTP sessions in a packet capture, and what explains it.
 *
 * `capture` is a path, which is the way for large ones, or what is in the file.
 */
export declare function capture(
  capture: string | Uint8Array,
  options?: CaptureOptions | null,
  signal?: AbortSignal | null,
): Promise<CaptureReport>

/** {@link capture}, on this thread. */
export declare function captureSync(
  capture: string | Uint8Array,
  options?: CaptureOptions | null,
): CaptureReport

/**
 * Listens to an interface of this machine, and says what happened to the FTP sessions that passed.
 *
 * It ends after `seconds`; aborting `signal` ends it without an answer. It needs root.
 */
export declare function live(
  name: string,
  options?: LiveOptions | null,
  signal?: AbortSignal | null,
): Promise<CaptureReport>

/**
 * Opens real connections to a server, and says which FTP sessions come about from here.
 *
 * Rejects with a {@link PasvauditError} for what cannot be asked, or with the reason of `signal` once that
 * is aborted, which ends the probe. What does not work is no error. There is no form of it that blocks.
 */
export declare function probe(
  options: ProbeOptions,
  signal?: AbortSignal | null,
): Promise<ProbeReport>

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
