/** The columns of the city's table, with the types that such a table has in MySQL. */
export const CREATE_TABLE = `CREATE TABLE crimes (id BIGINT PRIMARY KEY, case_number VARCHAR(16), date DATETIME, block VARCHAR(64),
  iucr VARCHAR(8), primary_type VARCHAR(64), description VARCHAR(128), location_description VARCHAR(128), arrest BOOLEAN,
  domestic BOOLEAN, beat VARCHAR(8), district VARCHAR(8), ward INT, community_area INT, fbi_code VARCHAR(4), x_coordinate INT,
  y_coordinate INT, year INT, updated_on DATETIME, latitude DOUBLE, longitude DOUBLE, location VARCHAR(64))`

/** How each column is compared: whatever a candidate's file holds is cast to it. */
export const COMPARED: Readonly<Record<string, string>> = {
  id: 'BIGINT',
  case_number: 'VARCHAR',
  date: 'TIMESTAMP',
  block: 'VARCHAR',
  iucr: 'VARCHAR',
  primary_type: 'VARCHAR',
  description: 'VARCHAR',
  location_description: 'VARCHAR',
  arrest: 'BOOLEAN',
  domestic: 'BOOLEAN',
  beat: 'VARCHAR',
  district: 'VARCHAR',
  ward: 'INT',
  community_area: 'INT',
  fbi_code: 'VARCHAR',
  x_coordinate: 'INT',
  y_coordinate: 'INT',
  year: 'INT',
  updated_on: 'TIMESTAMP',
  latitude: 'DOUBLE',
  longitude: 'DOUBLE',
  location: 'VARCHAR',
}

const list = (...texts: string[]): string => `[${texts.map((text) => `'${text}'`).join(', ')}]`

const TYPES = list(
  'THEFT',
  'BATTERY',
  'CRIMINAL DAMAGE',
  'NARCOTICS',
  'ASSAULT',
  'OTHER OFFENSE',
  'BURGLARY',
  'ROBBERY',
  'MOTOR VEHICLE THEFT',
  'DECEPTIVE PRACTICE',
  'CRIMINAL TRESPASS',
  'WEAPONS VIOLATION',
  'OFFENSE INVOLVING CHILDREN',
  'HOMICIDE',
)
const STREETS = list('MICHIGAN', 'STATE', 'HALSTED', 'DR MARTIN LUTHER KING JR', 'ASHLAND', 'WESTERN', 'PULASKI', 'CICERO')
const PLACES = list(
  'STREET',
  'RESIDENCE',
  'APARTMENT',
  'SIDEWALK',
  'PARKING LOT/GARAGE(NON.RESID.)',
  'ALLEY',
  'SCHOOL, PUBLIC, BUILDING',
)
const DEEDS = list(
  'SIMPLE',
  'OVER $500',
  '$500 AND UNDER',
  'DOMESTIC BATTERY SIMPLE',
  'TO VEHICLE',
  'AGGRAVATED: HANDGUN',
  'RETAIL THEFT',
)

/** SQL of synthetic incidents: as many texts, NULLs and digits as the city's table has, and its spread over 25 years. */
export function generatedRows(rows: number): string {
  return `WITH r AS (SELECT range AS i, CAST(hash(range) >> 2 AS BIGINT) AS h, CAST(hash(range * 7 + 1) >> 2 AS BIGINT) AS k,
      CAST(hash(range * 13 + 5) >> 2 AS BIGINT) AS m FROM range(${rows})),
    s AS (SELECT *, CAST(floor(14 * power((h % 1000000) / 1e6, 2)) AS INT) AS t, CAST(m % 60000 AS INT) AS b,
      TIMESTAMP '2001-01-01' + to_seconds(CAST(i * (25 * 365.25 * 86400 / ${rows}) AS BIGINT) // 60 * 60) AS moment,
      round(41.6445 + (k % 130000) / 130000 * 0.378 + (h % 1000) / 1e7, 9) AS lat,
      round(-87.939 + (h % 90000) / 90000 * 0.415 + (k % 1000) / 1e7, 9) AS lon, m % 90 = 1 AS lost FROM r)
  SELECT CAST(1000000 + i * 3 + m % 3 AS BIGINT) AS id,
    chr(CAST(72 + h % 2 AS INT)) || chr(CAST(65 + k % 26 AS INT)) || lpad(CAST(m % 1000000 AS VARCHAR), 6, '0') AS case_number,
    moment AS date,
    lpad(CAST(b % 120 AS VARCHAR), 3, '0') || 'XX ' || ['N', 'S', 'E', 'W'][1 + b % 4] || ' ' || ${STREETS}[1 + b % 8] || ' AVE' AS block,
    lpad(CAST(t * 12 + k % 12 AS VARCHAR), 4, '0') AS iucr, ${TYPES}[1 + t] AS primary_type,
    CASE WHEN i % 50000 = 7 THEN 'O''Brien said "hi", then' || chr(10) || 'left \\ 😀🚓' WHEN i % 50000 = 8 THEN ''
      ELSE ${DEEDS}[1 + k % 7] END AS description,
    CASE WHEN m % 250 > 0 THEN ${PLACES}[1 + m % 7] END AS location_description,
    CAST(k % 4 = 0 AS INT) AS arrest, CAST(m % 7 = 0 AS INT) AS domestic, lpad(CAST(111 + b % 2424 AS VARCHAR), 4, '0') AS beat,
    CASE WHEN h % 3000 > 1 THEN lpad(CAST(1 + b % 25 AS VARCHAR), 3, '0') END AS district,
    CASE WHEN i > ${rows} * 0.08 THEN 1 + b % 50 END AS ward, CASE WHEN i > ${rows} * 0.08 THEN 1 + b % 77 END AS community_area,
    lpad(CAST(t % 27 AS VARCHAR), 2, '0') || ['', 'A', 'B'][1 + t % 3] AS fbi_code,
    CASE WHEN NOT lost THEN 1100000 + h % 90000 END AS x_coordinate, CASE WHEN NOT lost THEN 1820000 + k % 130000 END AS y_coordinate,
    year(moment) AS year, moment + to_days(CAST(3 + m % 2900 AS INT)) AS updated_on,
    CASE WHEN NOT lost THEN lat END AS latitude, CASE WHEN NOT lost THEN lon END AS longitude,
    CASE WHEN NOT lost THEN '(' || CAST(lat AS VARCHAR) || ', ' || CAST(lon AS VARCHAR) || ')' END AS location FROM s`
}
