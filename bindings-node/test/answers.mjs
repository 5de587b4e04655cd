// Writes what the addon answers as a TypeScript file, so that the compiler holds `index.d.ts`
// against it: a field more, a field less or another word is an error.

import { writeFileSync } from 'node:fs'

import { cases, read } from './cases.mjs'

const kinds = {
  allow: 'Report',
  audit: 'Report',
  diff: 'Difference',
  explain: 'Explanation',
  symptom: 'Diagnosis',
}
const constants = cases
  .filter(({ expect }) => !expect.error)
  .map(({ name, ask }) => {
    const constant = name.replaceAll('-', '_')
    return `export const ${constant}: Plain<${kinds[ask]}> = ${read(`answers/${name}.json`)}\n`
  })
const head = `import type { Diagnosis, Difference, Explanation, Rendered, Report, ReportForms } from '../index.js'

type Plain<T> = Omit<T, keyof Rendered | keyof ReportForms>
`
writeFileSync(new URL('answers.ts', import.meta.url), [head, ...constants].join('\n'))
