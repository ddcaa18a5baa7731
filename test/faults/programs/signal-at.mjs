// Loaded into a run with `--import`: counts what the run does to the disk and sends it a signal at one such moment, by
// default SIGKILL, as a power cut or kill -9 would. BLOTTER_TEST_MOMENT is a moment's number (`17`) or one of its kind
// (`COPY 3`). SQLITE_FULL is no signal: the transaction fails then as on a full disk. BLOTTER_TEST_MOMENTS names a file for
// the list of all moments of an undisturbed run.
import fs from 'node:fs'
import promises from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { DatabaseSync, StatementSync } from 'node:sqlite'
import { DuckDBConnection } from '@duckdb/node-api'

const { BLOTTER_TEST_MOMENT = '', BLOTTER_TEST_SIGNAL = 'SIGKILL', BLOTTER_TEST_MOMENTS } = process.env
const [, kind, number] = /^(?:(.*) )?(\d+)$/.exec(BLOTTER_TEST_MOMENT) ?? []
const deadly = BLOTTER_TEST_SIGNAL === 'SIGKILL'
const seen = []
let left = Number(number ?? 0)

function strike() {
  if (BLOTTER_TEST_SIGNAL === 'SQLITE_FULL') throw Object.assign(new Error('database or disk is full'), { errcode: 13 })
  process.kill(process.pid, BLOTTER_TEST_SIGNAL)
  while (deadly);
}

/** True if this moment is the one. */
function reached(what) {
  seen.push(what)
  return (kind === undefined || kind === what) && --left === 0
}

function strikeBefore(object, name, what = name) {
  const original = object[name]
  object[name] = function (...args) {
    if (reached(what)) strike()
    return original.apply(this, args)
  }
}

for (const name of ['rename', 'link', 'unlink', 'rm', 'mkdir']) strikeBefore(promises, name)
for (const name of ['mkdirSync', 'renameSync', 'rmSync', 'writeFileSync']) strikeBefore(fs, name)

// Half of what is to be written reaches the file.
const writeFile = promises.writeFile
promises.writeFile = async function (path, data, options) {
  if (reached('writeFile')) {
    if (deadly) fs.writeFileSync(path, data.slice(0, Math.floor(data.length / 2)))
    strike()
  }
  return writeFile.call(this, path, data, options)
}

const probe = await promises.open(new URL(import.meta.url))
const FileHandle = Object.getPrototypeOf(probe)
await probe.close()
const handleWrite = FileHandle.writeFile
FileHandle.writeFile = async function (data, options) {
  if (reached('file.writeFile')) {
    if (deadly) fs.writeSync(this.fd, data.slice(0, Math.floor(data.length / 2)))
    strike()
  }
  return handleWrite.call(this, data, options)
}
for (const name of ['sync', 'datasync']) strikeBefore(FileHandle, name, `file.${name}`)

const exec = DatabaseSync.prototype.exec
DatabaseSync.prototype.exec = function (sql) {
  if (/^(BEGIN|COMMIT)/.test(sql) && reached(sql)) strike()
  return exec.call(this, sql)
}
const run = StatementSync.prototype.run
StatementSync.prototype.run = function (...args) {
  if (reached('statement')) strike()
  return run.apply(this, args)
}

// While the engine writes a file: the process ends with the statement half done.
const copy = DuckDBConnection.prototype.runAndReadAll
DuckDBConnection.prototype.runAndReadAll = function (sql, ...rest) {
  if (!sql.startsWith('COPY') || !reached('COPY')) return copy.call(this, sql, ...rest)
  const done = copy.call(this, sql, ...rest)
  setTimeout(strike, 1)
  return done
}

syncBuiltinESMExports()
if (BLOTTER_TEST_MOMENTS) process.on('exit', () => fs.writeFileSync(BLOTTER_TEST_MOMENTS, JSON.stringify(seen)))
