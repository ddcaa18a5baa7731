// Loaded into `blotter secret rotate` with `--import`: counts what it does to the disk, to its database and on the network, and
// kills it at one such moment as kill -9 would, before the thing is done. BLOTTER_TEST_MOMENT is a moment's number (`17`) or one
// of its kind (`COMMIT 3`). BLOTTER_TEST_MOMENTS names a file for the list of all moments of an undisturbed rotation.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'
import { DatabaseSync } from 'node:sqlite'

const { BLOTTER_TEST_MOMENT = '', BLOTTER_TEST_MOMENTS } = process.env
const [, kind, number] = /^(?:(.*) )?(\d+)$/.exec(BLOTTER_TEST_MOMENT) ?? []
const seen = []
let left = Number(number ?? 0)

function moment(what) {
  seen.push(what)
  if ((kind !== undefined && kind !== what) || --left !== 0) return
  process.kill(process.pid, 'SIGKILL')
  while (true);
}

for (const name of ['openSync', 'renameSync', 'fsyncSync']) {
  const original = fs[name]
  fs[name] = function (...args) {
    if (name !== 'openSync' || String(args[0]).endsWith('.unfinished')) moment(name)
    return original.apply(this, args)
  }
}

const exec = DatabaseSync.prototype.exec
DatabaseSync.prototype.exec = function (sql) {
  if (sql.startsWith('COMMIT')) moment('COMMIT')
  return exec.call(this, sql)
}

// Each packet to the server: logins and statements.
const write = net.Socket.prototype.write
net.Socket.prototype.write = function (...args) {
  moment('packet')
  return write.apply(this, args)
}

syncBuiltinESMExports()
if (BLOTTER_TEST_MOMENTS) process.on('exit', () => fs.writeFileSync(BLOTTER_TEST_MOMENTS, JSON.stringify(seen)))
