// Runs the cases that every language runs: the same questions must give the same bytes.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import pasvaudit from '../index.js'
import { cases, read } from './cases.mjs'

for (const { name, ask, given, options, expect } of cases) {
  test(name, async () => {
    const later = () => pasvaudit[ask](...given, options)
    const now = () => pasvaudit[`${ask}Sync`](...given, options)
    if (expect.error) {
      const message = read(`answers/${name}.txt`)
      const refused = (error) => {
        const { code, line, column } = error
        assert.deepEqual({ code, line, column }, expect.error)
        assert.equal(error.message, message)
        return error instanceof Error
      }
      assert.throws(now, refused)
      await assert.rejects(later(), refused)
    } else {
      const bytes = read(`answers/${name}.json`)
      for (const answer of [now(), await later()]) {
        assert.equal(answer.toJson(), bytes)
        assert.equal(JSON.stringify(answer, null, 2), bytes)
        assert.deepEqual(structuredClone(answer), JSON.parse(bytes))
      }
    }
  })
}

test('every case is found', () => assert(cases.length >= 30))
