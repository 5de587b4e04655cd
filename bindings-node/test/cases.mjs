// The cases that every language runs, in `core/tests`.

import { readdirSync, readFileSync } from 'node:fs'

export const core = new URL('../../core/tests/', import.meta.url)

export const read = (path) => readFileSync(new URL(path, core), 'utf8')

export const load = (name) => {
  const found = JSON.parse(read(`cases/${name}.json`))
  const text = (lines) => lines.map((line) => `${line}\n`).join('')
  // What is asked about, where it is asked about texts.
  const given = [found.old, found.text, found.rules].filter(Boolean).map(text)
  return { ...found, name, rules: given.at(-1), given }
}

export const cases = readdirSync(new URL('cases/', core)).map((file) =>
  load(file.replace(/\.json$/, '')),
)
