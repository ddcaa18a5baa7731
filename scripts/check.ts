/** `npm run check`: types, lint, format and house rules side by side; what fails is printed whole, and the exit code is 1. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { styleText } from 'node:util'

const root = fileURLToPath(new URL('..', import.meta.url))
const limitMs = 60_000
const quiet = ['--disable-warning=ExperimentalWarning']

const checks: { name: string; args: string[] }[] = [
  { name: 'types', args: ['node_modules/typescript/bin/tsc', '-p', '.', '--pretty'] },
  { name: 'types of web', args: ['node_modules/typescript/bin/tsc', '-p', 'web', '--pretty'] },
  { name: 'types of infra', args: ['node_modules/typescript/bin/tsc', '-p', 'infra', '--pretty'] },
  { name: 'lint', args: ['node_modules/oxlint/bin/oxlint', '--deny-warnings'] },
  { name: 'format', args: ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'] },
  { name: 'house rules', args: [...quiet, '--test', '--test-reporter=./test/reporter.ts', 'test/tidy.test.ts'] },
]

/** The stacks have packages of their own, 400 MB that only who deploys needs; `npm run test:interop` installs them and looks at their types. */
const lacking = existsSync(`${root}infra/node_modules/.package-lock.json`) ? [] : ['types of infra']

interface Outcome {
  name: string
  passed: boolean
  seconds: number
  output: string
}

function run({ name, args }: { name: string; args: string[] }): Promise<Outcome> {
  const begun = performance.now()
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: root, timeout: limitMs, stdio: ['ignore', 'pipe', 'pipe'] })
    const chunks: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.on('error', reject)
    child.on('close', (code, signal) => {
      const late = signal === null ? '' : `Stopped after ${limitMs / 1000} s.\n`
      const seconds = (performance.now() - begun) / 1000
      resolve({ name, passed: code === 0, seconds, output: Buffer.concat(chunks).toString() + late })
    })
  })
}

const outcomes = await Promise.all(checks.filter(({ name }) => !lacking.includes(name)).map(run))
for (const { output } of outcomes.filter((outcome) => !outcome.passed)) process.stdout.write(`${output.trimEnd()}\n\n`)
for (const { name, passed, seconds } of outcomes) {
  const verdict = passed ? styleText('green', 'clean') : styleText('red', 'failed')
  process.stdout.write(`${name.padEnd(14)} ${verdict} in ${seconds.toFixed(1)} s\n`)
}
for (const name of lacking) process.stdout.write(`${name.padEnd(14)} left out: \`npm run synth\` installs their packages\n`)
process.exitCode = outcomes.every((outcome) => outcome.passed) ? 0 : 1
