/** A change to the table that both engines read. */
export interface Edit {
  sql: string
  /** The rule by which the row goes to quarantine, where it does. */
  rule?: string
  /** What has to stand in quarantine as it was found. */
  found?: string
}

/** MySQL knows no OFFSET in an UPDATE. */
const nth = (number: number, set: string, table = 'crimes'): string =>
  `UPDATE ${table} SET ${set} WHERE id = (SELECT id FROM (SELECT id FROM crimes ORDER BY id LIMIT 1 OFFSET ${number}) one)`

/** What a table holds that people have kept by hand: other types than declared, values that are none, and odd texts. */
export const SPOILED: readonly Edit[] = [
  { sql: 'ALTER TABLE crimes MODIFY beat CHAR(6), MODIFY ward VARCHAR(12), MODIFY latitude DECIMAL(12, 9)' },
  {
    sql: 'ALTER TABLE crimes MODIFY y_coordinate DOUBLE, MODIFY updated_on DATETIME(3), ADD note VARCHAR(40), ADD Ranking DECIMAL(6, 2)',
  },
  { sql: nth(3, 'arrest = 2'), rule: 'bad_type' },
  { sql: nth(5, "date = '0000-00-00 00:00:00'"), rule: 'bad_date', found: '0000-00-00 00:00:00' },
  { sql: nth(7, "date = '1899-12-30 00:00:00'"), rule: 'bad_date', found: '1899-12-30 00:00:00' },
  { sql: nth(9, `ward = 'twelve', note = 'by "hand"', Ranking = 1.50`), rule: 'bad_type', found: 'twelve' },
  { sql: nth(11, 'y_coordinate = 1876543.25'), rule: 'bad_type', found: '1876543.25' },
  { sql: nth(13, "date = '2024-03-10 02:30:00', updated_on = '2024-03-10 02:30:00.250'") },
  { sql: nth(15, "iucr = '110', fbi_code = '6', district = '7', beat = '613', ward = '12.0'") },
  { sql: nth(17, "location = 'POINT (-87.623177000 41.881832000)', block = '', description = ' two  spaces '") },
  { sql: nth(19, 'location = \'{"latitude": "41.88", "longitude": "-87.62"}\', block = \'O\'\'HARE \\\\ 🚓\'') },
  { sql: nth(21, 'latitude = NULL, longitude = NULL, location = NULL, x_coordinate = 0, y_coordinate = 0') },
  { sql: nth(23, 'updated_on = NULL, domestic = NULL, arrest = NULL') },
  { sql: nth(25, "year = 1999, fbi_code = 'XX', latitude = 12.5") },
  { sql: nth(27, "ward = ' 7 ', location_description = NULL") },
]

/** What happens to the table before the second batch: rows that go, one that comes back from quarantine, one that stays there. */
export const CHANGES: readonly Edit[] = [
  { sql: 'DELETE FROM crimes WHERE id IN (SELECT id FROM (SELECT id FROM crimes ORDER BY id LIMIT 3 OFFSET 40) some)' },
  { sql: nth(5, "date = '2019-05-01 12:00:00', updated_on = '2026-11-20 10:00:00'") },
  { sql: nth(31, "primary_type = 'NARCOTICS', iucr = '1811', updated_on = '2026-11-20 10:00:00'") },
  { sql: nth(33, "updated_on = '2026-11-20 10:00:00'") },
  { sql: nth(35, "date = '0000-00-00 00:00:00', updated_on = '2026-11-20 10:00:00'") },
]

/** A row of `crimes` again, beside the one that is there. */
const again = (number: number, set = 'id = id'): string =>
  `CREATE TEMPORARY TABLE one AS SELECT * FROM crimes ORDER BY id LIMIT 1 OFFSET ${number};
   UPDATE one SET ${set}; INSERT INTO kept SELECT * FROM one; DROP TEMPORARY TABLE one`

/** Makes the table that is read: the rows of `crimes` under numbers of their own, so that a key can stand in it more than once. */
export const KEPT = [
  'DROP TABLE IF EXISTS kept',
  'CREATE TABLE kept AS SELECT * FROM crimes',
  // An exact repeat, an older version, and a version that contradicts the one with the same stamp.
  again(51),
  again(53, "updated_on = '2001-01-01 00:00:00', block = 'FORMERLY'"),
  again(55, "block = 'ELSEWHERE'"),
  nth(55, "updated_on = '2015-08-17 15:03:40.120'", 'kept'),
  'ALTER TABLE kept ADD number BIGINT AUTO_INCREMENT PRIMARY KEY',
].join(';\n')

/** Rows that the contradiction brings to quarantine: both, since nothing says which is right. */
export const CONTRADICTING = 2
