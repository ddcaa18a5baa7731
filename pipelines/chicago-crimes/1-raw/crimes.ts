import { defineRaw } from '../../../src/index.ts'

// Texts of the FBI's classification that the city uses; another one is a typing mistake or a new law.
const FBI_CODES = [
  '01A',
  '01B',
  '02',
  '03',
  '04A',
  '04B',
  '05',
  '06',
  '07',
  '08A',
  '08B',
  '09',
  '10',
  '11',
  '12',
  '13',
  '14',
  '15',
  '16',
  '17',
  '18',
  '19',
  '20',
  '22',
  '24',
  '26',
]

/** Every row of the source, as it is, in every version that a batch has seen. */
export default defineRaw({
  warnings: {
    // 0,0 and X = Y = 0 mean "no place" and are no reason to warn.
    outside_city: `latitude IS NOT NULL AND longitude IS NOT NULL AND NOT (latitude = 0 AND longitude = 0)
      AND NOT (coalesce(x_coordinate, -1) = 0 AND coalesce(y_coordinate, -1) = 0)
      AND NOT (latitude BETWEEN 41.60 AND 42.10 AND longitude BETWEEN -87.97 AND -87.48)`,
    year_mismatch: 'year IS NOT NULL AND date IS NOT NULL AND year <> extract(year FROM date)',
    unknown_code: `(fbi_code IS NOT NULL AND fbi_code NOT IN (${FBI_CODES.map((code) => `'${code}'`).join(', ')}))
      OR (iucr IS NOT NULL AND length(iucr) <> 4)`,
    future_date: 'date > :now',
  },
  kinds: {
    arrested: { column: 'arrest', becomes: true },
    arrest_withdrawn: { column: 'arrest', leaves: true },
    reclassified: { columns: ['iucr', 'primary_type', 'description', 'fbi_code'] },
    moved: {
      columns: [
        'block',
        'beat',
        'district',
        'ward',
        'community_area',
        'x_coordinate',
        'y_coordinate',
        'latitude',
        'longitude',
        'location',
      ],
    },
  },
})
