/**
 * `npm run test:interop`: makes the environment of other readers outside the checkout, then lets them read a lake, and lets a real
 * browser look at every page.
 */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { prepareEnvironment } from '../interop/environment.ts'
import { prepareOracle } from '../interop/oracle.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

try {
  const say = (message: string): boolean => process.stderr.write(`${message}\n`)
  const { python, javaHome, jars } = await prepareEnvironment(say)
  const oracle = await prepareOracle(say)
  const found = {
    JAVA_HOME: javaHome,
    BLOTTER_INTEROP_PYTHON: python,
    BLOTTER_INTEROP_JARS: jars,
    BLOTTER_INTEROP_ORACLE: oracle,
  }
  const env = { ...process.env, ...found, PYTHONDONTWRITEBYTECODE: '1' }
  const wanted = process.argv.slice(2)
  const files = wanted.length > 0 ? wanted : ['interop/**/*.test.ts']
  const args = ['--disable-warning=ExperimentalWarning', '--test', '--test-reporter=./test/reporter.ts', ...files]
  const tests = spawn(process.execPath, args, { cwd: root, env, stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => tests.kill(signal))
  tests.on('exit', (code) => {
    process.exitCode = code ?? 1
  })
} catch (error) {
  const { message, stderr } = error as Error & { stderr?: string }
  process.stderr.write(`${message}\n${stderr ?? ''}No test was run; nothing in the checkout was changed.\n`)
  process.exitCode = 1
}
