import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { identifier, literal } from '../../../src/model/sql-text.ts'
import { noRealData, realData } from '../../services/real-data.ts'
import { inWorkshop } from './staged.ts'

// Columns, good rows, malformed rows and UTF-8 bytes of all values in good rows. Computed once with Python 3's csv module
// over the decoded file (encoding utf-8-sig, newline=''): a row is good if it has as many fields as the first one.
const CSV: readonly (readonly [string, number, number, number, number])[] = [
  ['distributions/block_geo_2012_2018_plus_2024.csv.gz', 11, 35773, 0, 2528618],
  ['distributions/daily_counts.csv', 2, 6891, 0, 93080],
  ['distributions/iucr_location_counts.csv.gz', 9, 38663, 0, 2804233],
  ['distributions/type_dow_hour.csv', 5, 8619, 0, 173178],
  ['distributions/updated_on_lag_2024.csv', 3, 674, 0, 5955],
  ['distributions/updated_on_values.csv.gz', 3, 6790, 0, 164166],
  ['pairs/A_2024-09_asof_2025-08_vs_2026-05.changes.csv.gz', 4, 165, 0, 6013],
  ['pairs/A_2024-09_asof_2025-08_vs_2026-05.new.csv.gz', 21, 22924, 0, 3758740],
  ['pairs/A_2024-09_asof_2025-08_vs_2026-05.old.csv.gz', 21, 22912, 0, 3757245],
  ['pairs/D_homicides_asof_2018-08_vs_2024-05.changes.csv.gz', 4, 10018, 0, 497790],
  ['pairs/D_homicides_asof_2018-08_vs_2024-05.new.csv.gz', 21, 13174, 0, 2037935],
  ['pairs/D_homicides_asof_2018-08_vs_2024-05.old.csv.gz', 21, 9265, 0, 1430503],
  ['pairs/E_2014-03_asof_2014-04_vs_2018-11.changes.csv.gz', 4, 35017, 0, 1291015],
  ['pairs/E_2014-03_asof_2014-04_vs_2018-11.new.csv.gz', 21, 6919, 0, 1118684],
  ['pairs/E_2014-03_asof_2014-04_vs_2018-11.old.csv.gz', 21, 6957, 0, 1123069],
  ['reference/community_areas_population_iweld.csv', 5, 77, 0, 2258],
  ['reference/community_areas_randomfractals.csv', 3, 78, 0, 2016],
  ['reference/iucr_codes_2018_datastore.csv', 4, 401, 0, 16364],
  ['reference/police_district_stations_2018.csv', 15, 23, 0, 5184],
  ['samples/01_gdcohan_2014-02-28_to_03-15_exported_2014-04.csv', 22, 6957, 0, 1625519],
  ['samples/04_randomfractals_homicides_2001-2018_exported_2018.csv', 22, 9265, 0, 1915242],
  ['samples/07_endangeredconfusion_2015-09_exported_2023_truncated.csv', 22, 5445, 1, 1149435],
  ['samples/09_x0000000001_random_sample_2001-2024_exported_2024.csv', 22, 8071, 0, 1773192],
  ['samples/12_paras18_2024_exported_2025-12_bom.csv', 22, 10000, 0, 2141696],
  ['samples/18_tiffanyluvii_6col_2000peryear_2001-2026.csv', 6, 52000, 0, 3467224],
  ['samples/21_soda_midega_2025_first100.csv', 22, 100, 0, 33381],
  ['samples/23_soda_bektade_2025-10-23_pull1.csv', 22, 500, 0, 89722],
  ['samples/23_soda_bektade_2025-10-23_pull2.csv', 22, 500, 0, 89713],
  ['samples/24_snowflake_variant_abdelrahman_10rows.csv', 22, 10, 0, 2197],
  ['samples/43_yooneuni_2018_excel.csv', 22, 745, 0, 141410],
]

const skip = noRealData()
const real = (name: string): string => `file:${join(realData()!, name)}`

test('every real CSV file has the rows, malformed rows and bytes that Python finds in it', { skip }, () =>
  inWorkshop(async ({ extract, engine }) => {
    for (const [name, columns, good, malformed, bytes] of CSV) {
      const extracted = await extract(real(name))
      const [first, second] = extracted.parts
      assert.equal(extracted.columns.length, columns, name)
      assert.deepEqual([first?.rows, second?.rows ?? 0], [good, malformed], name)
      assert.deepEqual([extracted.rows, extracted.counted], [good + malformed, good + malformed], name)
      const sum = first!.columns.map((column) => `sum(strlen(${identifier(column.name)}))`).join(' + ')
      const [found] = await engine.rows(`SELECT CAST(${sum} AS BIGINT) AS bytes FROM ${literal(first!.files[0]!)}`)
      assert.equal(Number(found!['bytes']), bytes, name)
    }
  }),
)

test('the cut last row of a real file is kept with the fields that were there', { skip }, () =>
  inWorkshop(async ({ read }) => {
    const [, malformed] = await read(real('samples/07_endangeredconfusion_2015-09_exported_2023_truncated.csv'))
    assert.equal(malformed?.rule, 'few_fields')
    const line =
      '10232673,HY420506,09/12/2015 08:00:00 AM,054XX W WASHINGTON BLVD,4387,OTHER OFFENSE,' +
      'VIOLATE ORDER OF PROTECTION,RESIDENCE,false,true,1522,015,28,25,2'
    const fields = line.split(',')
    assert.deepEqual(malformed.values, [[...fields, ...Array<null>(7).fill(null), null, line]])
    assert.deepEqual(
      malformed.columns.slice(-2).map((column) => column.name),
      ['_surplus', '_line'],
    )
  }),
)

test('the byte order mark is no part of the first name, and a doubled quote is one', { skip }, () =>
  inWorkshop(async ({ extract, engine }) => {
    const { columns, parts } = await extract(real('samples/12_paras18_2024_exported_2025-12_bom.csv'))
    assert.equal(columns[0]?.name, 'ID')
    const sql = `SELECT DISTINCT "Location Description" AS place FROM ${literal(parts[0]!.files[0]!)} WHERE place LIKE '%"%'`
    assert.deepEqual(await engine.rows(sql), [{ place: 'CTA "L" TRAIN' }])
  }),
)

test('two pulls with other column orders are two parts, each under its own order', { skip }, () =>
  inWorkshop(async ({ read, extract }) => {
    const parts = await read(real('samples/23_soda_bektade_*.csv'))
    assert.deepEqual(
      parts.map((part) => [part.rows, part.columns[15]?.name]),
      [
        [500, 'x_coordinate'],
        [500, 'year'],
      ],
    )
    const byId = parts.map((part) => {
      const at = part.columns.findIndex((column) => column.name === 'x_coordinate')
      return new Map(part.values.map((row) => [row[0], row[at]]))
    })
    const both = [...byId[0]!].filter(([id]) => byId[1]!.has(id))
    assert.equal(both.length, 499)
    assert.ok(both.every(([id, x]) => byId[1]!.get(id) === x))
    assert.equal((await extract(real('samples/23_soda_bektade_*.csv'))).columns.length, 22)
  }),
)

test('a real year in Parquet keeps its types, its rows and its nulls', { skip }, () =>
  inWorkshop(async ({ extract, engine }) => {
    const { parts, rows, counted, columns } = await extract(real('crimes_2024.parquet'))
    assert.deepEqual([rows, counted, columns.length], [259_129, 259_129, 21])
    const types = Object.fromEntries(columns.map((column) => [column.name, column.type]))
    assert.deepEqual(
      [types['id'], types['date'], types['arrest'], types['ward'], types['latitude'], types['beat']],
      ['long', 'timestamp', 'boolean', 'long', 'double', 'text'],
    )
    const sql = (from: string): string =>
      `SELECT count(*) FILTER (arrest) AS arrests, sum(hash(id, date, latitude, block)) AS sum FROM ${literal(from)}`
    const source = join(realData()!, 'crimes_2024.parquet')
    const [staged] = await engine.rows(sql(parts[0]!.files[0]!))
    assert.equal(staged!['arrests'], 35_846n)
    assert.deepEqual([staged], await engine.rows(sql(source)))
  }),
)

test('a real pull in Parquet whose columns are all text stays text', { skip }, () =>
  inWorkshop(async ({ extract }) => {
    const { rows, columns } = await extract(real('samples/27_ozxahmed_pull_20240115.parquet'))
    assert.deepEqual([rows, columns.length, columns[0]?.name], [9939, 23, ':id'])
    assert.ok(columns.every((column) => column.type === 'text'))
  }),
)

test('real JSON of the city has its 30 members, its booleans and its location as JSON', { skip }, () =>
  inWorkshop(async ({ read, extract }) => {
    const url = real('samples/44_soda_json_liptiavenica_2019-10.json')
    const { rows, counted } = await extract(url)
    assert.deepEqual([rows, counted], [1000, 1000])
    const [part] = await read(url)
    assert.equal(part?.columns.length, 30)
    const first = Object.fromEntries(part.columns.map((column, i) => [column.name, part.values[0]![i]]))
    assert.deepEqual([first['id'], first['arrest'], first['year']], ['11866292', 'true', '2019'])
    assert.deepEqual(JSON.parse(String(first['location'])), {
      latitude: '41.783084078',
      longitude: '-87.61448099',
      human_address: '{"address": "", "city": "", "state": "", "zip": ""}',
    })
    // By Python's json module: UTF-8 bytes of all top-level values that are strings.
    const strings = part.columns.flatMap((column, i) =>
      ['arrest', 'domestic', 'location'].includes(column.name) ? [] : part.values.map((row) => row[i] as string | null),
    )
    assert.equal(
      strings.reduce((sum, text) => sum + Buffer.byteLength(text ?? ''), 0),
      195_644,
    )
  }),
)
