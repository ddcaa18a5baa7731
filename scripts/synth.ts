/** `npm run synth`: installs the package of infra/ as its lock file says, and writes its CloudFormation templates into infra/cdk.out. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const infra = fileURLToPath(new URL('../infra', import.meta.url))

function run(program: string, words: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    spawn(program, words, { cwd: infra, stdio: 'inherit' }).on('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`${words.join(' ')} ended with exit code ${code}.`)),
    )
  })
}

try {
  if (!existsSync(join(infra, 'node_modules', '.package-lock.json'))) {
    // npm runs this script and says where it is itself; `npm` alone is no program on Windows.
    const npm = process.env.npm_execpath ?? join(dirname(process.execPath), '../lib/node_modules/npm/bin/npm-cli.js')
    await run(process.execPath, [npm, 'ci', '--no-audit', '--no-fund'])
  }
  // `--context NAME=VALUE`, as the CDK takes it; without its own program, which is needed to deploy only.
  const words = process.argv
    .slice(2)
    .flatMap((word, i, all) => (all[i - 1] === '--context' ? [word.split(/=(.*)/s, 2)] : []))
  process.env.CDK_CONTEXT_JSON ??= JSON.stringify(Object.fromEntries(words))
  await run(process.execPath, ['--disable-warning=ExperimentalWarning', 'bin/blotter.ts'])
  process.stdout.write('The templates are in infra/cdk.out.\n')
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`)
  process.exitCode = 1
}
