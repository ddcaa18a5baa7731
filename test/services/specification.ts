import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

/**
 * The folder of published specifications that tests hold Blotter to: `BLOTTER_TEST_SPEC`, else `../shared/spec` beside the
 * repository; undefined where `part` is in neither. A test without it is to be skipped loudly: `skip: noSpecification()`.
 */
export function specification(part: string): string | undefined {
  const folder = join(process.env['BLOTTER_TEST_SPEC'] ?? resolve(import.meta.dirname, '../../../shared/spec'), part)
  return existsSync(folder) ? folder : undefined
}

/** The reason to skip a test that needs a specification, or false where it is there. */
export function noSpecification(part: string): string | false {
  return specification(part) === undefined ? `NO SPECIFICATION: set BLOTTER_TEST_SPEC to the folder with ${part}/` : false
}
