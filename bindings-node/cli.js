#!/usr/bin/env node
'use strict'

const { run } = require('./native.js')

process.exitCode = run(['pasvaudit', ...process.argv.slice(2)])
