// Compiled, never run: what a caller's types must allow, and what they must not.

import {
  type AuditOptions,
  type Change,
  type Fault,
  type Gap,
  type Outcome,
  type PasvauditError,
  type Report,
  audit,
  auditSync,
  capture,
  diff,
  diffSync,
  explain,
  explainSync,
  parseSync,
  symptomSync,
} from '../index.js'

const options: AuditOptions = {
  provider: ['smartfile', { id: 'acme', name: 'Acme', networks: ['192.0.2.0/24'] }],
  client: '10.1.0.0/16',
  at: 'client-gateway',
  idle: 240,
  config: { findings: { 'FTP-A1': { severity: 'off', reason: 'passive only' } } },
}
const report: Report = auditSync(Buffer.from('*filter\n'), options)
const later: Promise<Report> = audit('*filter\n', options, new AbortController().signal)
const gaps: Gap[] = report.providers.flatMap(({ modes }) => modes.flatMap((mode) => mode.gaps))
const difference = diffSync('', parseSync(''), { ...options, before: { kernel: '5.10' } })
const changes: Change[] = difference.providers.flatMap(({ modes }) => modes.flatMap((mode) => mode.changes))
const comment: Promise<string> = diff('', '').then((later) => later.toMarkdown() + later.toGithub())
const why: string = (new Error('') as PasvauditError).code
const text: string = report.toText({ colours: true }) + report.toJson()
const page: string = report.toHtml() + report.toMarkdown()
const fate: Promise<'accept' | 'drop' | 'reject' | undefined> = explain(parseSync(''), {
  hook: 'forward',
  dport: 21,
}).then(({ parts }) => parts[0]?.fate)
const faults: Fault[] = symptomSync('425', { provider: 'smartfile' }).causes.flatMap((cause) => cause.faults)

const outcomes: Promise<Outcome[]> = capture('a.pcap', { rules: '', at: 'client-gateway', tlsPort: 3990 }).then(
  ({ sessions }) => sessions.flatMap(({ transfers }) => transfers.map(({ outcome }) => outcome)),
)

// @ts-expect-error: a misspelled option
auditSync('', { clients: '10.1.0.0/16' })
// @ts-expect-error: no such code
auditSync('', { config: { findings: { 'FTP-X9': { severity: 'off', reason: 'r' } } } })
// @ts-expect-error: no such placement
auditSync('', { at: 'gateway' })
// @ts-expect-error: how to read is no question
diffSync('', '', { before: { client: '10.1.0.0/16' } })
// @ts-expect-error: a difference has no such form
difference.toSarif()
// @ts-expect-error: a question is needed
explain('')
// @ts-expect-error: an explanation has no such form
explainSync('', { hook: 'forward' }).toHtml()
// @ts-expect-error: a verdict is not a number
const verdict: number = report.verdict

void [later, gaps, changes, comment, why, text, page, fate, faults, outcomes, verdict]
