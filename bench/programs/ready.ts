/**
 * Started by `bench/kills.ts`: loads what a command needs, says so, and begins with the command line that it is told then, so that
 * kills fall into the work and not into the loading, which writes nothing.
 */
import '../../src/platform.ts'

process.once('message', (args: string[]) => {
  process.disconnect()
  process.argv.push(...args)
  void import('../../src/cli/main.ts')
})
process.send!('ready')
