// Loaded into a run with `--import`: counts what the run does to the disk and kills it at the Nth such moment, as a power cut or
// kill -9 would. Without BLOTTER_TEST_DIE_AT it only writes what it counted into the file that BLOTTER_TEST_COUNTS names.
import fs from 'node:fs'
import promises from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { DatabaseSync, StatementSync } from 'node:sqlite'
import { DuckDBConnection } from '@duckdb/node-api'

const dieAt = Number(process.env.BLOTTER_TEST_DIE_AT ?? 0)
const counts = process.env.BLOTTER_TEST_COUNTS
const seen = []

function die() {
  process.kill(process.pid, 'SIGKILL')
  for (;;);
}

/** True if this moment is the one. */
function reached(what) {
  seen.push(what)
  return seen.length === dieAt
}

function dieBefore(object, name, what = name) {
  const original = object[name]
  object[name] = function (...args) {
    if (reached(what)) die()
    return original.apply(this, args)
  }
}

for (const name of ['rename', 'link', 'unlink', 'rm', 'mkdir']) dieBefore(promises, name)
for (const name of ['mkdirSync', 'renameSync', 'rmSync', 'writeFileSync']) dieBefore(fs, name)

// Half of what is to be written reaches the file.
const writeFile = promises.writeFile
promises.writeFile = async function (path, data, options) {
  if (reached('writeFile')) {
    fs.writeFileSync(path, data.slice(0, Math.floor(data.length / 2)))
    die()
  }
  return writeFile.call(this, path, data, options)
}

const probe = await promises.open(new URL(import.meta.url))
const FileHandle = Object.getPrototypeOf(probe)
await probe.close()
const handleWrite = FileHandle.writeFile
FileHandle.writeFile = async function (data, options) {
  if (reached('file.writeFile')) {
    fs.writeSync(this.fd, data.slice(0, Math.floor(data.length / 2)))
    die()
  }
  return handleWrite.call(this, data, options)
}
for (const name of ['sync', 'datasync']) dieBefore(FileHandle, name, `file.${name}`)

const exec = DatabaseSync.prototype.exec
DatabaseSync.prototype.exec = function (sql) {
  if (/^(BEGIN|COMMIT)/.test(sql) && reached(sql)) die()
  return exec.call(this, sql)
}
const run = StatementSync.prototype.run
StatementSync.prototype.run = function (...args) {
  if (reached('statement')) die()
  return run.apply(this, args)
}

// While the engine writes a file: the process ends with the statement half done.
const copy = DuckDBConnection.prototype.runAndReadAll
DuckDBConnection.prototype.runAndReadAll = function (sql, ...rest) {
  if (!/^COPY/.test(sql) || !reached('COPY')) return copy.call(this, sql, ...rest)
  const done = copy.call(this, sql, ...rest)
  setTimeout(die, 1)
  return done
}

syncBuiltinESMExports()
if (counts) process.on('exit', () => fs.writeFileSync(counts, JSON.stringify(seen)))
