/** Column lineage of the shipped SQL files, written by hand from reading them: by column, what goes in or decides. */
interface Expected {
  columns: Record<string, string[]>
  rows: string[]
}

const raw = (column: string): string[] => [`raw.crimes.${column} IDENTITY`]
const processed = (column: string, kind: string): string => `processed.crimes_without_arrest.${column} ${kind}`
const crimeType = [processed('crime_type', 'IDENTITY')]

/** 0,0 and X = Y = 0 are no place: all four decide, one is the value. */
const place = (column: string): string[] =>
  [
    ...['latitude', 'longitude', 'x_coordinate', 'y_coordinate'].map((name) => `raw.crimes.${name} CONDITIONAL`),
    `raw.crimes.${column} TRANSFORMATION`,
  ].sort()

export const SHIPPED: Record<string, Expected> = {
  'processed.crimes_without_arrest': {
    columns: {
      id: raw('id'),
      case_number: raw('case_number'),
      date: raw('date'),
      year: raw('year'),
      block: raw('block'),
      iucr: raw('iucr'),
      primary_type: raw('primary_type'),
      crime_type: ['raw.crimes.primary_type TRANSFORMATION', 'reference.crime_types.crime_type TRANSFORMATION'],
      description: raw('description'),
      location_description: raw('location_description'),
      domestic: raw('domestic'),
      beat: raw('beat'),
      district: raw('district'),
      ward: raw('ward'),
      community_area: raw('community_area'),
      latitude: place('latitude'),
      longitude: place('longitude'),
      batch_at: raw('batch_at'),
      processed_at: [],
    },
    rows: ['raw.crimes.arrest FILTER', 'raw.crimes.primary_type JOIN', 'reference.crime_types.primary_type JOIN'],
  },
  'aggregates.by_type': {
    columns: {
      crime_type: crimeType,
      incidents: [],
      share: [],
      first_date: [processed('date', 'AGGREGATION')],
      last_date: [processed('date', 'AGGREGATION')],
    },
    rows: [processed('crime_type', 'GROUP_BY'), processed('crime_type', 'SORT')],
  },
  'aggregates.by_type_area': {
    columns: {
      crime_type: crimeType,
      district: [processed('district', 'IDENTITY')],
      community_area: [processed('community_area', 'IDENTITY')],
      incidents: [],
    },
    rows: ['community_area', 'crime_type', 'district'].flatMap((name) => [
      processed(name, 'GROUP_BY'),
      processed(name, 'SORT'),
    ]),
  },
  'aggregates.by_type_hour': {
    columns: {
      crime_type: crimeType,
      weekday: [processed('date', 'CONDITIONAL'), processed('date', 'TRANSFORMATION')],
      hour: [processed('date', 'TRANSFORMATION')],
      incidents: [],
    },
    rows: ['crime_type', 'date'].flatMap((name) => [processed(name, 'GROUP_BY'), processed(name, 'SORT')]),
  },
  'aggregates.by_type_month': {
    columns: {
      crime_type: crimeType,
      month: [processed('date', 'TRANSFORMATION')],
      incidents: [],
    },
    rows: ['crime_type', 'date'].flatMap((name) => [processed(name, 'GROUP_BY'), processed(name, 'SORT')]),
  },
}
