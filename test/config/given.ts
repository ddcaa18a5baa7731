import assert from 'node:assert/strict'
import { type ConfigInputs, loadConfig } from '../../src/config.ts'
import { BlotterError } from '../../src/errors.ts'
import type { Config } from '../../src/model/configuration.ts'

/** The configuration that a file says, with what else is given. */
export function load(
  yaml: string | undefined,
  given: Partial<ConfigInputs> = {},
  files: Record<string, string> = {},
): Config {
  const all: Record<string, string> = { ...files, ...(yaml === undefined ? {} : { '/city/blotter.yaml': yaml }) }
  return loadConfig({ env: {}, flags: {}, cwd: '/city', readFile: (path) => all[path], ...given })
}

/** The refusal of one. */
export function refused(yaml: string | undefined, given: Partial<ConfigInputs> = {}): BlotterError {
  try {
    load(yaml, given)
  } catch (error) {
    assert.ok(error instanceof BlotterError)
    assert.equal(error.code, 'config_invalid')
    assert.equal(error.exitCode, 2)
    return error
  }
  return assert.fail('nothing was refused')
}
