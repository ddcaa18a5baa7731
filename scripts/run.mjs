// Runs the rest of the command line with a Node.js that can run this project's sources, after installing what package-lock.json
// says where node_modules differs from it. The one file that must run on an older Node.js (20.19), without any dependency.
//   node scripts/run.mjs                  only installs
//   node scripts/run.mjs src/cli/main.ts  runs a source file in the working directory; everything after it is passed on
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { basename, delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const oldestInstaller = 20
const oldestRunner = 24

const major = Number.parseInt(process.versions.node, 10)
const say = (message) => process.stderr.write(`${message}\n`)

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(join(root, file), 'utf8')).packages
  } catch {
    return {}
  }
}

// npm writes the hidden lock file at the very end of an install, so an interrupted install is seen as none.
function isInstalled() {
  const locked = packagesOf('package-lock.json')
  const present = packagesOf('node_modules/.package-lock.json')
  if (major < oldestRunner && nodePackages().some((name) => locked[`node_modules/${name}`]) && !packagedNode()) return false
  return Object.entries(locked).every(
    ([path, entry]) =>
      !path.includes('node_modules/') ||
      entry.link ||
      entry.optional ||
      entry.devOptional ||
      present[path]?.version === entry.version,
  )
}

function nodePackages() {
  const system = process.platform === 'win32' ? 'win' : process.platform
  return ['node', 'node-bin'].map((prefix) => `${prefix}-${system}-${process.arch}`)
}

// By path, never node_modules/.bin/node: npm 10 drops that link when several packages offer it.
function packagedNode() {
  const program = process.platform === 'win32' ? 'node.exe' : 'node'
  return nodePackages()
    .map((name) => join(root, 'node_modules', name, 'bin', program))
    .find(existsSync)
}

// A terminal sends Ctrl-C to the whole group itself; passing it on as well would read as "stop at once".
function run(command, args, options) {
  const child = spawn(command, args, options)
  const pass = (signal) => {
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  for (const signal of signals) process.on(signal, pass)
  return new Promise((resolve, reject) =>
    child.on('error', reject).on('exit', (code, signal) => {
      for (const name of signals) process.off(name, pass)
      resolve({ code, signal })
    }),
  )
}

function leave({ code, signal }) {
  if (signal) process.kill(process.pid, signal)
  else process.exit(code)
}

// npm names its own program in npm_execpath: so the npm that was called does the work, with no shell between.
function npm(args) {
  const quiet = { cwd: root, stdio: ['ignore', 2, 2] }
  const called = process.env.npm_execpath
  if (called && basename(called).startsWith('npm-cli')) return run(process.execPath, [called, ...args], quiet)
  return run('npm', args, { ...quiet, shell: process.platform === 'win32' })
}

async function install() {
  if (major < oldestInstaller) {
    say(`Blotter installs itself with Node.js ${oldestInstaller} or later; this is ${process.version}. Nothing was changed.`)
    process.exit(1)
  }
  say('Installing packages as package-lock.json names them (npm ci), once; this takes about half a minute.')
  const outcome = await npm(['ci', '--no-audit', '--no-fund', '--loglevel=error']).catch((error) => {
    say(
      `npm could not be started (${error.message}). Nothing was installed: install npm, which comes with Node.js, and try again.`,
    )
    process.exit(1)
  })
  if (outcome.code === 0) return
  say('npm could not install the packages; what it says stands above. The next start tries again.')
  leave(outcome)
}

const rest = process.argv.slice(2)
if (!isInstalled()) await install()
if (rest.length > 0) {
  const node = major >= oldestRunner ? process.execPath : packagedNode()
  if (!node) {
    say(
      `Blotter runs on Node.js ${oldestRunner} or later. This is ${process.version}, and the npm registry has none for ` +
        `${process.platform}-${process.arch}: install one from your system, then try again.`,
    )
    process.exit(1)
  }
  const env = { ...process.env, PATH: dirname(node) + delimiter + process.env.PATH }
  leave(await run(node, ['--disable-warning=ExperimentalWarning', ...rest], { stdio: 'inherit', env }))
}
