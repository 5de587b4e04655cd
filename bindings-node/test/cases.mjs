// The cases that every language runs, in `core/tests`.

import { readdirSync, readFileSync } from 'node:fs'

const core = new URL('../../core/tests/', import.meta.url)

export const read = (path) => readFileSync(new URL(path, core), 'utf8')

export const load = (name) => {
  const found = JSON.parse(read(`cases/${name}.json`))
  const lines = found.text ?? found.rules
  const text = lines?.map((line) => `${line}\n`).join('')
  // What is asked about, where it is asked about a text.
  return { ...found, name, rules: text, given: lines ? [text] : [] }
}

export const cases = readdirSync(new URL('cases/', core)).map((file) =>
  load(file.replace(/\.json$/, '')),
)
