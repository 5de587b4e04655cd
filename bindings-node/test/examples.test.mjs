// Runs the programs in `examples` as a user would, from the root of the repository.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))

// A project that has the package among its modules, as after `npm install`.
const project = mkdtempSync(join(tmpdir(), 'pasvaudit-'))
after(() => rmSync(project, { recursive: true }))
mkdirSync(join(project, 'node_modules'))
symlinkSync(join(root, 'bindings-node'), join(project, 'node_modules', 'pasvaudit'), 'junction')

const run = (program, ...files) => {
  cpSync(join(root, 'examples', program), join(project, program))
  const options = { cwd: root, encoding: 'utf8' }
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(project, program), ...files],
    options,
  )
  assert.equal(stderr, '')
  return { status, lines: stdout.split('\n').slice(0, -1), stdout }
}

test('the README says what the first lines print', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  const said = readme.split('```text\n')[1].split('```')[0]
  assert.deepEqual(run('audit.mjs').stdout, said)
})

test('the gate annotates the line to blame', () => {
  const { status, lines } = run('pull_request_gate.mjs', 'examples/rules/router.rules')
  assert.equal(status, 1)
  assert.match(
    lines[0],
    /^::error file=examples\/rules\/router\.rules,line=21,title=FTP-D2::passive data connection to/,
  )
  assert.match(lines[0], /%0Ahelp: allow tcp to 209\.43\.40\.0\/24 port 21025$/)
})

test('the gate has the worst exit code of its files', () => {
  const sample = (name) => `examples/rules/${name}.rules`
  assert.deepEqual(run('pull_request_gate.mjs'), { status: 0, lines: [], stdout: '' })
  assert.equal(run('pull_request_gate.mjs', sample('laptop')).status, 0)
  assert.equal(run('pull_request_gate.mjs', sample('laptop'), sample('rate-limited')).status, 3)
  assert.equal(run('pull_request_gate.mjs', sample('router'), sample('rate-limited')).status, 1)

  const broken = join(project, 'a,b.rules')
  writeFileSync(broken, '*filter\n:FORWARD DROP\n-A FORWARD -p tcp --dport 70000 -j DROP\nCOMMIT\n')
  const { status, lines } = run('pull_request_gate.mjs', sample('router'), broken)
  assert.equal(status, 2)
  assert.match(lines.at(-1), /a%2Cb\.rules,line=3,col=27,title=bad-port::.*70000/)
})

test('the gate says what a change has lost, and lets pass what was so before', () => {
  const repository = join(project, 'repository')
  mkdirSync(repository)
  const git = (...words) => {
    const named = ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...words]
    const { status, stderr } = spawnSync('git', named, { cwd: repository, encoding: 'utf8' })
    assert.equal(status, 0, stderr)
  }
  const file = join(repository, 'router.rules')
  const router = readFileSync(join(root, 'examples/rules/router.rules'), 'utf8')
  writeFileSync(file, router)
  git('init', '-q')
  git('add', '.')
  git('commit', '-q', '-m', 'rules')
  const since = (...words) => {
    const program = join(project, 'pull_request_gate.mjs')
    cpSync(join(root, 'examples', 'pull_request_gate.mjs'), program)
    const options = { cwd: repository, encoding: 'utf8' }
    const run = spawnSync(process.execPath, [program, '--since', 'HEAD', ...words], options)
    assert.equal(run.stderr, '')
    return run
  }
  const unchanged = since('router.rules')
  assert.equal(unchanged.status, 0)
  assert.match(unchanged.stdout, /^::notice file=router\.rules,title=FTP same::/)
  writeFileSync(file, router.replace('21000:21050', '21000:21049'))
  const lost = since('router.rules')
  assert.equal(lost.status, 1)
  assert.match(lost.stdout, /\n::error file=router\.rules,line=12,title=FTP lost::.* port 21050%0Abefore: /)
  writeFileSync(join(repository, 'new.rules'), router)
  const audited = since('new.rules')
  assert.equal(audited.status, 1)
  assert.match(audited.stdout, /^::error file=new\.rules,line=21,title=FTP-D2::/)
})
