import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

/**
 * The folder of real city data that tests read: `BLOTTER_TEST_DATA`, else `../shared/data/chicago` beside the repository;
 * undefined where neither is there. A test without it is to be skipped loudly: `skip: noRealData()`.
 */
export function realData(): string | undefined {
  const folder = process.env['BLOTTER_TEST_DATA'] ?? resolve(import.meta.dirname, '../../../shared/data/chicago')
  return existsSync(join(folder, 'samples')) ? folder : undefined
}

/** The reason to skip a test of real data, or false where they are there. */
export function noRealData(): string | false {
  return realData() === undefined ? 'NO REAL DATA: set BLOTTER_TEST_DATA to the folder with samples/ and pairs/' : false
}
