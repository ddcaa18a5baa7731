import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { SHELLS, type Shell } from '../../src/cli/completion.ts'
import { onPath } from '../services/debian-packages.ts'
import { blotter } from './fake-platform.ts'

/** What each shell itself offers for lines of a command that was typed so far. */
const OFFERED: Record<Shell, (script: string, lines: readonly string[]) => string[]> = {
  bash(script, lines) {
    const call =
      'source "$0"; for line; do read -ra COMP_WORDS <<<"$line"; [[ $line == *" " ]] && COMP_WORDS+=(""); ' +
      'COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMPREPLY=(); _blotter; echo " ${COMPREPLY[*]} "; done'
    return spoken('bash', ['-c', call, script, ...lines]).split('\n')
  },
  zsh(script, lines) {
    return spoken('zsh', ['-f', join(import.meta.dirname, 'complete.zsh'), script, ...lines]).split('listed\r\n')
  },
  fish(script, lines) {
    const call = 'source $argv[1]; for line in $argv[2..]; complete -C $line; echo listed; end'
    return spoken('fish', ['--no-config', '-c', call, script, ...lines]).split('listed\n')
  },
}

function spoken(program: string, args: readonly string[]): string {
  const options = { encoding: 'utf8', timeout: 30_000, env: { ...process.env, TERM: 'dumb', COLUMNS: '200' } } as const
  const { status, stdout, stderr, error } = spawnSync(program, args, options)
  assert.equal(status, 0, `${stdout}${stderr}${error?.message ?? ''}`)
  return stdout
}

/** A line, words that are offered for it, and words that are not. */
const LINES: readonly [line: string, offered: string[], not: string[]][] = [
  ['blotter ru', ['run', 'runs'], ['restore']],
  ['blotter --lake run runs re', ['resume', 'release'], ['restore', 'list']],
  ['blotter query --format n', ['ndjson'], ['json']],
  ['blotter runs show --', ['--json', '--lake'], ['--engine']],
  ['blotter run --engine ', ['duckdb', 'spark'], ['batches']],
  ['blotter completion ', [...SHELLS], ['batches']],
  ['blotter load --', ['--into', '--from'], ['--source']],
]

describe('Completion', () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'blotter-'))
  })
  after(() => rm(folder, { recursive: true }))

  for (const shell of SHELLS) {
    const skip = onPath(shell) === undefined && `${shell} is missing: install it`
    it(`in ${shell} offers verbs, options and their words`, { skip }, async () => {
      const script = join(folder, `blotter.${shell}`)
      await writeFile(script, (await blotter(['completion', shell])).stdout)
      const offered = OFFERED[shell](
        script,
        LINES.map(([line]) => line),
      )
      for (const [i, [line, words, others]] of LINES.entries()) {
        const isOffered = (word: string): boolean => new RegExp(`(?:^|\\s)${word}\\s`).test(offered[i]!)
        for (const word of words) assert.ok(isOffered(word), `${line}: no ${word} in ${offered[i]}`)
        for (const word of others) assert.ok(!isOffered(word), `${line}: ${word} in ${offered[i]}`)
      }
      // What explains an option has colons, which have a meaning of their own in zsh.
      if (shell !== 'bash') assert.match(offered[LINES.length - 1]!, /mysql:\/\/USER@HOST:PORT\/DB\?table=crimes\s/)
    })
  }
})
