import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { BlotterError } from '../../../src/errors.ts'
import { parseSocrataUrl } from '../../../src/source/socrata/url.ts'

describe('A portal’s URL', () => {
  it('names host and dataset; all else has a default', () => {
    const url = 'socrata://data.example.org/ijzp-q8t2'
    assert.deepEqual(parseSocrataUrl(url), {
      url,
      origin: 'https://data.example.org',
      host: 'data.example.org',
      dataset: 'ijzp-q8t2',
      format: 'json',
      pageRows: 50_000,
    })
  })

  it('says which rows, in which form, and how many at a time', () => {
    const options = 'since=30d&where=district%3D%27011%27&limit=500&format=csv&page=1000'
    const { url: _, ...found } = parseSocrataUrl(`socrata://data.example.org:8443/IJZP-Q8T2?${options}`)
    assert.deepEqual(found, {
      origin: 'https://data.example.org:8443',
      host: 'data.example.org:8443',
      dataset: 'ijzp-q8t2',
      format: 'csv',
      pageRows: 1000,
      since: { days: 30 },
      where: "district='011'",
      limit: 500,
    })
    assert.deepEqual(parseSocrataUrl('socrata://h/ijzp-q8t2?since=2024-02-29').since, { day: '2024-02-29' })
  })

  it('goes without encryption to this machine alone', () => {
    for (const host of ['localhost:80', '127.0.0.1:8080', '[::1]:99']) {
      assert.match(parseSocrataUrl(`socrata://${host}/ijzp-q8t2?http=1`).origin, /^http:/)
    }
    for (const host of ['data.example.org', '127.0.0.1.example.org', 'localhost.example.org']) {
      assert.throws(() => parseSocrataUrl(`socrata://${host}/ijzp-q8t2?http=1`), { code: 'source_url_invalid' })
    }
  })

  const wrong = [
    ['socrata:ijzp-q8t2', 'no such URL'],
    ['socrata:///ijzp-q8t2', 'no such URL'],
    ['socrata://h/', 'is no dataset'],
    ['socrata://h/ijzp-q8t2/more', 'is no dataset'],
    ['socrata://h/crimes', 'is no dataset'],
    ['socrata://h/ijzp-q8t2?sinse=3d', '"sinse" is none of its options'],
    ['socrata://h/ijzp-q8t2?since=yesterday', 'instead of days (30d) or a day'],
    ['socrata://h/ijzp-q8t2?since=2023-02-29', 'instead of days (30d) or a day'],
    ['socrata://h/ijzp-q8t2?since=0d', 'instead of days (30d) or a day'],
    ['socrata://h/ijzp-q8t2?limit=-1', 'limit is "-1"'],
    ['socrata://h/ijzp-q8t2?limit=1e3', 'limit is "1e3"'],
    ['socrata://h/ijzp-q8t2?page=100001', 'from 1 to 100000'],
    ['socrata://h/ijzp-q8t2?format=xml', 'one of json, csv'],
    ['socrata://h/ijzp-q8t2?http=yes', 'instead of 1'],
  ] as const
  for (const [url, why] of wrong) {
    it(`is refused where ${why}: ${url}`, () => {
      assert.throws(
        () => parseSocrataUrl(url),
        (error) => {
          assert.ok(error instanceof BlotterError)
          assert.equal(error.code, 'source_url_invalid')
          assert.ok(error.message.includes(why), error.message)
          return true
        },
      )
    })
  }

  it('holds no token, and a refusal does not repeat it', () => {
    for (const url of [
      'socrata://h/ijzp-q8t2?token=s3cr3t',
      'socrata://h/ijzp-q8t2?page=5&$$app_token=s3cr3t&limit=3',
      'socrata://s3cr3t@h/ijzp-q8t2',
      'socrata://me:s3cr3t@h/ijzp-q8t2',
    ]) {
      assert.throws(
        () => parseSocrataUrl(url),
        (error) => {
          assert.ok(error instanceof BlotterError)
          assert.equal(error.code, 'source_url_invalid')
          assert.doesNotMatch(JSON.stringify([error.message, error.todo, error.context]), /s3cr3t/)
          return true
        },
      )
    }
  })
})
