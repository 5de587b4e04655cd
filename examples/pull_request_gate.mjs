// Audits the rule files of a pull request and annotates the lines that are to blame.
//
//     git diff --name-only --diff-filter=AM origin/main... -- '*.rules' |
//       xargs -r node examples/pull_request_gate.mjs
//
// Exit codes as those of the command: 0 all work, 1 a gap, 3 undecided, 2 a file that cannot be read.

import { readFile } from 'node:fs/promises'

import { audit } from 'pasvaudit'

const question = { provider: 'smartfile', client: '10.1.0.0/16', inside: 'eth1', outside: 'eth0' }

const worstFirst = [2, 1, 3, 0]
const levels = { error: 'error', warning: 'warning', info: 'notice' }

const escape = (text) =>
  String(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
const property = (value) => escape(value).replaceAll(':', '%3A').replaceAll(',', '%2C')

// https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
function annotate(level, place, message) {
  const known = Object.entries(place).filter(([, value]) => value != null)
  const properties = known.map(([name, value]) => `${name}=${property(value)}`).join(',')
  console.log(`::${level} ${properties}::${escape(message)}`)
}

async function gate(file) {
  try {
    const report = await audit(await readFile(file), { ...question, file })
    for (const { code, severity, message, help, line } of report.findings) {
      annotate(levels[severity], { file, line, title: code }, `${message}\nhelp: ${help}`)
    }
    return report.exit_code
  } catch (error) {
    const { code, line, column: col, message } = error
    annotate('error', { file, line, col, title: code }, message)
    return 2
  }
}

const codes = []
for (const file of process.argv.slice(2)) codes.push(await gate(file))
process.exitCode = worstFirst.find((code) => codes.includes(code)) ?? 0
