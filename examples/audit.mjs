// Prints what a rule set lacks for FTP.

import { readFile } from 'node:fs/promises'

import { audit } from 'pasvaudit'

const rules = await readFile('examples/rules/router.rules')
const report = await audit(rules, { provider: 'smartfile', inside: 'eth1', outside: 'eth0' })
for (const { code, message } of report.findings) {
  console.log(`${code}: ${message}`)
}
