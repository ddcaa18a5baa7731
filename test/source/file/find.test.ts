import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { openFileSource } from '../../../src/source/file/source.ts'
import { failure, inWorkshop, NEVER } from './staged.ts'

test('names may hold spaces, brackets, quotes and other writing systems', () =>
  inWorkshop(async ({ put, extract, folder }) => {
    for (const name of ['größe ß.csv', "it's [1].csv", 'a*b?.csv', '漢/x y.csv']) {
      await put(name, 'id,b\n1,2\n3\n')
      assert.equal((await extract(`file:${name}`)).rows, 2, name)
      assert.equal((await extract(`file:${join(folder, name)}`)).rows, 2, name)
    }
    assert.equal((await extract(`file://${folder}/gr%C3%B6%C3%9Fe%20%C3%9F.csv`)).rows, 2)
    assert.equal((await extract('file:gr%C3%B6%C3%9Fe%20%C3%9F.csv')).rows, 2)
    assert.equal((await extract('file:**/x*.csv')).rows, 2)
  }))

test('where no file matches, the error says where it looked and what is there', () =>
  inWorkshop(async ({ folder }) => {
    const describe = (url: string) => openFileSource(url, { folder }).describe(NEVER)
    await mkdir(join(folder, 'exports'))
    const nothing = failure('source_file_missing', /Looked for .*files.x-\*\.csv: no file matches/)
    await assert.rejects(describe('file:x-*.csv'), nothing)
    await assert.rejects(describe('file:exports'), failure('source_file_missing', /it is a folder: .*exports.\*\.csv/))
    await assert.rejects(
      describe('file:nix/nought/x.csv'),
      failure('source_file_missing', /there is .*files, but no .*nought/),
    )
  }))
