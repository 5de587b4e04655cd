// Audits the rule files of a pull request and annotates the lines that are to blame.
//
//     git diff --name-only --diff-filter=AM origin/main... -- '*.rules' |
//       xargs -r node examples/pull_request_gate.mjs [--since origin/main]
//
// With --since, a file that was there before is compared with what it was, and only what was lost
// since then counts.
//
// Exit codes as those of the command: 0 all work, or nothing got worse; 1 a gap, or something was lost;
// 3 undecided; 2 a file that cannot be read.

import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'

import { audit, diff } from 'pasvaudit'

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

// The file as it was at a commit; nothing if it was not there.
function before(commit, file) {
  const { status, stdout } = spawnSync('git', ['show', `${commit}:./${file}`])
  return status === 0 ? stdout : null
}

async function gate(file, since) {
  const old = since && before(since, file)
  try {
    if (old) {
      const was = { file: `${since}:${file}` }
      const difference = await diff(old, await readFile(file), { ...question, file, before: was })
      process.stdout.write(difference.toGithub())
      return difference.exit_code
    }
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

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { since: { type: 'string' } },
})
const codes = []
for (const file of positionals) codes.push(await gate(file, values.since))
process.exitCode = worstFirst.find((code) => codes.includes(code)) ?? 0
