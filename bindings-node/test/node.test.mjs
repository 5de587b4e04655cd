// What only Node has: its types for rules, promises and signals, threads, the command.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'

import {
  audit,
  auditSync,
  capture,
  captureSync,
  diff,
  diffSync,
  explainSync,
  Firewall,
  parse,
  parseSync,
  provider,
  providers,
  symptom,
  symptomSync,
} from '../index.js'
import { load } from './cases.mjs'

const { rules, options } = load('first-port-missing')
const refused = (code, words) => (error) => error.code === code && words.test(error.message)

test('an answer is plain, with its other forms out of the way', () => {
  const report = auditSync(rules, options)
  assert.equal(report.verdict, 'partly')
  assert.match(report.toText(), /^partly: FTP to SmartFile/)
  assert(!report.toText().includes('\x1b'))
  assert(report.toText({ colours: true }).includes('\x1b'))
  assert(!Object.keys(report).includes('toText'))
})

test('a report has the forms that the command writes', async () => {
  const named = { ...options, file: '<stdin>' }
  const cli = fileURLToPath(new URL('../cli.js', import.meta.url))
  const words = ['audit', '-', '--provider', 'smartfile', '--client', '10.1.0.0/16']
  const forms = ['Markdown', 'Html', 'Sarif', 'Junit', 'Github']
  for (const report of [auditSync(rules, named), await audit(rules, named)]) {
    for (const form of forms) {
      const more = ['--at', 'client-gateway', '--format', form.toLowerCase()]
      const run = spawnSync(process.execPath, [cli, ...words, ...more], { input: rules })
      assert.equal(`${run.stdout}`.trimEnd(), report[`to${form}`]().trimEnd())
      assert(!Object.keys(report).includes(`to${form}`))
    }
  }
  assert.equal(explainSync(rules, { hook: 'forward', dport: 21 }).toHtml, undefined)
})

test('two rule sets are compared', async () => {
  const { given, options } = load('diff-port-lost')
  const [old, changed] = given
  const difference = diffSync(old, changed, options)
  assert.deepEqual(
    [difference.verdict, difference.old.file, difference.new.file],
    ['worse', 'old.v4', 'new.v4'],
  )
  assert.match(difference.toText(), /^worse: FTP to SmartFile through new\.v4/)
  assert.match(difference.toMarkdown(), /^## ❌ worse: /)
  assert.match(difference.toGithub(), /^::error file=new\.v4,title=FTP worse::/)
  assert.equal(difference.toHtml, undefined)
  const { file, before, ...question } = options
  const read = [parseSync(old, before), await parse(changed, { file })]
  assert.deepEqual(await diff(...read, question), difference)
  await assert.rejects(diff(...read, options), refused('bad-option', /was done before/))
  await assert.rejects(diff(old, changed, options, AbortSignal.abort()), { name: 'AbortError' })
})

test('rules are text or bytes', async () => {
  const report = auditSync(rules, options)
  assert.deepEqual(auditSync(Buffer.from(rules), options), report)
  assert.deepEqual(await audit(new TextEncoder().encode(rules), options), report)
  for (const wrong of [undefined, null, 7, [rules], new Date()]) {
    assert.throws(() => auditSync(wrong, options))
    await assert.rejects(audit(wrong, options))
  }
})

test('bytes may be written over as soon as the question is asked', async () => {
  const bytes = Buffer.from(rules)
  const report = audit(bytes, options)
  bytes.fill(0)
  assert.deepEqual(await report, auditSync(rules, options))
})

test('rules are read once', async () => {
  const firewall = await parse(rules, { file: 'rules.v4' })
  assert(firewall instanceof Firewall)
  assert.equal(firewall.text, parseSync(rules).text)
  const { dialect, families, file } = firewall
  const expected = { dialect: 'iptables', families: ['ipv4'], file: 'rules.v4' }
  assert.deepEqual({ dialect, families, file }, expected)
  const named = auditSync(rules, { ...options, file: 'rules.v4' })
  assert.deepEqual(await audit(firewall, options), named)
  assert.deepEqual(auditSync(firewall, options), named)
  const again = { ...options, lenient: true }
  assert.throws(() => auditSync(firewall, again), refused('bad-option', /lenient/))
  assert.throws(() => new Firewall())
})

test('an option that would be ignored is refused', () => {
  const wrong = (more) => () => auditSync(rules, { ...options, ...more })
  assert.throws(wrong({ clients: '10.1.0.0/16' }), refused('bad-option', /`clients`/))
  assert.throws(wrong({ client: [] }), refused('bad-option', /empty/))
  assert.throws(wrong({ client: new Set(['10.1.0.0/16']) }), refused('bad-option', /client/))
  assert.throws(() => auditSync(rules, 'smartfile'), refused('bad-option', /options/))
  assert.deepEqual(wrong({ inside: undefined, server: null })(), auditSync(rules, options))
})

test('ports are numbers or text', () => {
  const asked = (dport) => explainSync(rules, { hook: 'forward', dport })
  assert.deepEqual(asked(21), asked('21'))
  assert.throws(() => asked(70_000), refused('bad-option', /70000/))
  assert.throws(() => asked(21.5), refused('bad-option', /21\.5/))
})

test('providers are plain specs', () => {
  const smartfile = provider('smartfile')
  assert(providers().some(({ id }) => id === 'smartfile'))
  const report = auditSync(rules, options)
  assert.deepEqual(auditSync(rules, { ...options, provider: smartfile }), report)
  assert.deepEqual(auditSync(rules, { ...options, provider: [JSON.stringify(smartfile)] }), report)
  assert.throws(() => provider('smartfle'), refused('unknown-provider', /smartfile/))
})

test('a signal that is aborted rejects with its reason', async () => {
  const reason = new Error('enough')
  await assert.rejects(audit(rules, options, AbortSignal.abort(reason)), reason)
  const controller = new AbortController()
  let heard = false
  controller.signal.onabort = () => {
    heard = true
  }
  // More than the thread pool starts at once, so that some wait and some run.
  const audits = Array.from({ length: 64 }, () => audit(rules, options, controller.signal))
  controller.abort(reason)
  for (const outcome of await Promise.allSettled(audits)) assert.equal(outcome.reason, reason)
  assert(heard, 'the handler of the caller is left alone')
  const idle = new AbortController()
  assert.equal((await audit(rules, options, idle.signal)).verdict, 'partly')
})

test('the event loop turns meanwhile', async () => {
  const lines = rules.split('\n')
  const extra = Array.from(
    { length: 1000 },
    (_, n) => `-A FORWARD -s 10.1.${n >> 8}.${n & 255} -p tcp --dport 21000:21050 -j ACCEPT`,
  )
  const large = [...lines.slice(0, 4), ...extra, ...lines.slice(4)].join('\n')
  let turns = 0
  let done = false
  const turn = () => {
    turns += 1
    if (!done) setImmediate(turn)
  }
  setImmediate(turn)
  await audit(large, options)
  done = true
  assert(turns > 1, `${turns}`)
})

test('worker threads can ask as well', async () => {
  const code = `
    const { parentPort, workerData } = require('node:worker_threads')
    const { auditSync } = require(workerData.index)
    parentPort.postMessage(auditSync(workerData.rules, workerData.options).toJson())`
  const index = createRequire(import.meta.url).resolve('../index.js')
  const worker = new Worker(code, { eval: true, workerData: { index, rules, options } })
  const json = await new Promise((resolve, reject) => {
    worker.once('message', resolve).once('error', reject)
  })
  assert.equal(json, auditSync(rules, options).toJson())
})

for (const name of ['exact-allowance', 'first-port-missing', 'rate-limited', 'error-bad-port']) {
  test(`the command: ${name}`, () => {
    const asked = load(name)
    const cli = fileURLToPath(new URL('../cli.js', import.meta.url))
    const words = ['audit', '-', '--provider', 'smartfile', '--client', '10.1.0.0/16']
    const more = ['--at', 'client-gateway', '--format', 'json']
    const run = spawnSync(process.execPath, [cli, ...words, ...more], { input: asked.rules })
    assert.equal(run.status, asked.expect.exit ?? 2)
    if (run.status === 2) {
      assert.match(`${run.stderr}`, /^pasvaudit: <stdin>:6:27: /)
    } else {
      const report = auditSync(asked.rules, { ...asked.options, file: '<stdin>' })
      assert.equal(`${run.stdout}`, `${report.toJson()}\n`)
    }
  })
}

test('the package has the version of the core', () => {
  const { version } = createRequire(import.meta.url)('../package.json')
  const cli = fileURLToPath(new URL('../cli.js', import.meta.url))
  const run = spawnSync(process.execPath, [cli, '--version'])
  assert.equal(`${run.stdout}`, `pasvaudit ${version}\n`)
})

test('a symptom has causes', async () => {
  const text = 'login works but listing hangs'
  const diagnosis = symptomSync(text, { provider: 'smartfile' })
  const [cause] = diagnosis.causes
  assert.equal(cause.id, 'data-dropped')
  assert.deepEqual(cause.findings, ['FTP-D1', 'FTP-D4'])
  assert(cause.at_provider.some((fact) => fact.includes('21000-21050')))
  assert.match(diagnosis.toText(), /^1\. A firewall drops the data connections/)
  assert.deepEqual(await symptom(Buffer.from(text), { provider: 'smartfile' }), diagnosis)
  assert.equal(symptomSync('it rains').known, false)
  assert.throws(() => symptomSync(' '), refused('empty-input', /no text/))
  await assert.rejects(symptom(text, { providers: 'smartfile' }), refused('bad-option', /providers/))
})

test('a capture is read from a path or from what is in it', async () => {
  const path = fileURLToPath(new URL('../../examples/captures/one-port-closed.pcap', import.meta.url))
  const rules = new URL('../../examples/rules/router.rules', import.meta.url)
  const report = await capture(path)
  assert.equal(report.verdict, 'partly')
  assert.deepEqual(
    report.sessions[0].transfers.map(({ outcome }) => outcome),
    ['works', 'unreachable', 'works'],
  )
  assert.equal(captureSync(readFileSync(path), { name: path }).toJson(), report.toJson())
  assert.match(report.toText(), /FTP-D2/)

  const options = { rules: readFileSync(rules, 'utf8'), inside: 'eth1', outside: 'eth0' }
  const { decided } = captureSync(path, options).sessions[0].transfers[1]
  assert.deepEqual([decided.fate, decided.agrees, decided.by.line], ['reject', true, 21])
  assert.throws(() => captureSync(new Uint8Array([1, 2, 3])), refused('not-a-capture', /tcpdump/))
  assert.throws(() => captureSync(path, { at: 'client-host' }), refused('bad-option', /rule set/))
})
