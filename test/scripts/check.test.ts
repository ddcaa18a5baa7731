import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { it } from 'node:test'
import { root } from '../tidy/source-file.ts'

function passes(program: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [program, ...args], { cwd: root, timeout: 60_000 }, (error, stdout, stderr) => {
      if (error === null) resolve()
      else reject(new assert.AssertionError({ message: `${stdout}${stderr}` || error.message }))
    })
  })
}

it('The types hold', () => passes('node_modules/typescript/bin/tsc', ['-p', '.']))

it('The types of the pages hold', () => passes('node_modules/typescript/bin/tsc', ['-p', 'web']))

it('The lint finds nothing', () => passes('node_modules/oxlint/bin/oxlint', ['--deny-warnings', '--format=unix']))
