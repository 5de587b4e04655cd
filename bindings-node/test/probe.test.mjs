// Real connections, to a server of FTP on loopback.

import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { test } from 'node:test'

import { live, probe } from '../index.js'

const listing = '-rw-r--r-- 1 ftp ftp 5 Jan 1 00:00 hello\r\n'

// A session in which everything works.
const obey = (control) => {
  let data
  const say = (text) => control.write(`${text}\r\n`)
  const answers = {
    USER: () => say('230 in'),
    QUIT: () => control.end(),
    EPSV: () => {
      data = createServer()
      data.connected = new Promise((resolve) => data.once('connection', resolve))
      data.listen(0, '127.0.0.1', () => say(`229 here (|||${data.address().port}|)`))
    },
    LIST: async () => {
      say('150 now')
      const connection = await data.connected
      connection.on('error', () => {})
      connection.end(listing, () => {
        data.close()
        say('226 done')
      })
    },
  }
  say('220 obedient')
  createInterface({ input: control }).on('line', (line) => {
    const answer = answers[line.split(' ')[0]]
    if (answer) answer()
    else say('502 no')
  })
}

const withServer = async (serve, use) => {
  const sockets = new Set()
  const server = createServer((control) => {
    sockets.add(control)
    control.on('error', () => {})
    serve(control)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    return await use(`127.0.0.1:${server.address().port}`)
  } finally {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
}

test('a probe says what comes about', async () => {
  await withServer(obey, async (host) => {
    const steps = new Set()
    const onProgress = ({ step, server }) => {
      assert.equal(server, host)
      steps.add(step)
    }
    const report = await probe({ host, protection: 'plain', anonymous: true, onProgress })
    assert.deepEqual([report.verdict, report.connections], ['works', 6])
    const [session] = report.sessions
    assert.deepEqual([session.greeting, session.login], ['obedient', 'works'])
    const epsv = session.modes.find(({ data }) => data === 'epsv')
    assert.deepEqual([epsv.tried, epsv.worked, epsv.at_least], [5, 5, 54])
    assert.match(report.toText(), /^works: 1 session, 6 connections/)
    assert(steps.has('connect') && steps.has('session'))
  })
})

test('a password is not shown', async () => {
  await withServer(obey, async (host) => {
    const secret = { user: 'carol', password: 'Tr0ub4dor&3' }
    const report = await probe({ host, protection: 'plain', samples: 1, ...secret })
    assert.equal(report.sessions[0].login, 'works')
    assert(!report.toJson().includes(secret.password))
    assert(!report.toText().includes(secret.password))
    const refused = (error) => error.code === 'bad-option' && !error.message.includes(secret.password)
    await assert.rejects(probe({ host, password: secret.password }), refused)
  })
})

// The server says nothing, and an hour would be waited for it.
test('a signal ends a probe', async () => {
  const abort = new AbortController()
  const closed = new Promise((resolve) => {
    void withServer(
      (control) => {
        control.once('close', resolve)
        abort.abort(new Error('enough'))
      },
      async (host) => {
        const asked = probe({ host, protection: 'plain', timeout: 3600 }, abort.signal)
        await assert.rejects(asked, /enough/)
        // It hangs up by itself.
        await closed
      },
    )
  })
  await closed
  await assert.rejects(probe({ host: '127.0.0.1:1' }, AbortSignal.abort(new Error('no'))), /no/)
})

test('what cannot be asked is refused', async () => {
  for (const options of [{}, { host: 'ftp://a' }, { host: '127.0.0.1:1', at: 'client-host' }]) {
    await assert.rejects(probe(options), (error) => error.code === 'bad-option')
  }
})

test('an interface that is not there is refused', async () => {
  await assert.rejects(live('no such interface', { seconds: 1 }), (error) => {
    assert.equal(error.code, 'bad-option')
    return /lo/.test(error.message)
  })
})
