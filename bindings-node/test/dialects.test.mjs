// One policy in every dialect: the answers are the same but for what is quoted of the rules.

import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'

import pasvaudit from '../index.js'
import { core, read } from './cases.mjs'

// What quotes rules, says where they stand, is made of them, or counts them.
const QUOTED = ['by', 'chain', 'commands', 'dialect', 'fixes', 'line', 'message', 'rules']

const load = (folder, name) => JSON.parse(read(`dialects/${folder}/${name}.json`))

// Rules that stand in the case, or those of the one that it names.
const rules = (value) => (typeof value === 'string' ? load('cases', value).rules : value)

const unquoted = (answer) =>
  JSON.parse(JSON.stringify(answer), (key, value) => (QUOTED.includes(key) ? undefined : value))

// Puts a value where a JSON pointer says.
const put = (answer, place, value) => {
  const way = place.split('/').slice(1)
  const last = way.pop()
  way.reduce((at, step) => at[step], answer)[last] = value
}

for (const file of readdirSync(new URL('dialects/cases/', core))) {
  const name = file.replace(/\.json$/, '')
  const asked = load('cases', name)
  for (const dialect of Object.keys(rules(asked.rules))) {
    test(`${name} in ${dialect}`, () => {
      const texts = [asked.old, asked.rules].filter(Boolean).map((text) => rules(text)[dialect])
      const given = texts.map((lines) => lines.map((line) => `${line}\n`).join(''))
      const found = pasvaudit[`${asked.ask}Sync`](...given, asked.options)
      const expected = load('answers', name)
      for (const [place, value] of Object.entries(asked.differs?.[dialect]?.is ?? {})) {
        put(expected, place, value)
      }
      assert.deepEqual(unquoted(found), expected)
    })
  }
}
