'use strict'

const { setMaxListeners } = require('node:events')

const native = require('./native.js')

const { Firewall } = native

const json = (options) => JSON.stringify(options ?? {})

// The JSON of an answer as an object, and its other forms where they are in nobody's way.
const opened = (answer) =>
  Object.defineProperties(JSON.parse(answer.toJson()), {
    toJson: { value: () => answer.toJson() },
    toText: { value: (options) => answer.toText(options?.colours ?? false) },
  })

// The forms for a pull request.
const reviewed = (answer) =>
  Object.defineProperties(opened(answer), {
    toMarkdown: { value: () => answer.toForm('markdown') },
    toGithub: { value: () => answer.toForm('github') },
  })

// The forms that only a report has.
const reported = (answer) =>
  Object.defineProperties(reviewed(answer), {
    toHtml: { value: () => answer.toForm('html') },
    toSarif: { value: () => answer.toForm('sarif') },
    toJunit: { value: () => answer.toForm('junit') },
    fix: { value: (form = 'own') => JSON.parse(answer.fix(form)) },
    fixedRuleSet: { value: () => answer.fixedRuleSet() },
  })

// Settles with `start`, or rejects as soon as `signal` is aborted; work that waits is cancelled.
async function abortable(signal, start) {
  if (!signal) return start()
  signal.throwIfAborted()
  // The addon takes over the `onabort` of the signal that it gets.
  const own = new AbortController()
  let abort
  const aborted = new Promise((_, reject) => {
    abort = () => {
      own.abort()
      reject(signal.reason)
    }
  })
  // Many questions may share a signal, and each takes its listener away again: that is no leak.
  setMaxListeners(0, signal)
  signal.addEventListener('abort', abort)
  try {
    return await Promise.race([start(own.signal), aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

const parse = async (rules, options, signal) =>
  abortable(signal, (own) => native.parse(rules, json(options), own))

const audit = async (rules, options, signal) =>
  reported(await abortable(signal, (own) => native.audit(rules, json(options), own)))

const allow = async (options, signal) =>
  reported(await abortable(signal, (own) => native.allow(json(options), own)))

const diff = async (old, rules, options, signal) =>
  reviewed(await abortable(signal, (own) => native.diff(old, rules, json(options), own)))

const explain = async (rules, options, signal) =>
  opened(await abortable(signal, (own) => native.explain(rules, json(options), own)))

const symptom = async (text, options, signal) =>
  opened(await abortable(signal, (own) => native.symptom(text, json(options), own)))

const capture = async (file, options, signal) => {
  const { rules, ...others } = options ?? {}
  return opened(
    await abortable(signal, (own) => native.capture(file, rules ?? null, json(others), own)),
  )
}

// Work that waits for the network, which `signal` ends.
const waiting = async (signal, work) => {
  signal?.throwIfAborted()
  const cancel = new native.Cancel()
  const abort = () => cancel.cancel()
  signal?.addEventListener('abort', abort)
  try {
    const begun = work(cancel)
    return opened(await abortable(signal, () => begun))
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}

const live = async (name, options, signal) => {
  const { rules, ...others } = options ?? {}
  return waiting(signal, (cancel) => native.live(name, rules ?? null, json(others), cancel))
}

const probe = async (options, signal) => {
  const { rules, onProgress, ...others } = options ?? {}
  const tell = onProgress && ((event) => onProgress(JSON.parse(event)))
  return waiting(signal, (cancel) =>
    native.probe(rules ?? null, json(others), cancel, tell ?? null),
  )
}

const parseSync = (rules, options) => native.parseSync(rules, json(options))

const auditSync = (rules, options) => reported(native.auditSync(rules, json(options)))

const allowSync = (options) => reported(native.allowSync(json(options)))

const diffSync = (old, rules, options) => reviewed(native.diffSync(old, rules, json(options)))

const explainSync = (rules, options) => opened(native.explainSync(rules, json(options)))

const symptomSync = (text, options) => opened(native.symptomSync(text, json(options)))

const captureSync = (file, options) => {
  const { rules, ...others } = options ?? {}
  return opened(native.captureSync(file, rules ?? null, json(others)))
}

const providers = () => native.providers().map((provider) => JSON.parse(provider))

const provider = (id) => JSON.parse(native.provider(id))

module.exports = {
  Firewall,
  allow,
  allowSync,
  audit,
  auditSync,
  capture,
  captureSync,
  diff,
  diffSync,
  explain,
  explainSync,
  live,
  parse,
  parseSync,
  probe,
  provider,
  providers,
  symptom,
  symptomSync,
}
