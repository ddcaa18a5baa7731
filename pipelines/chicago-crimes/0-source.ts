import { defineSource } from '../../src/index.ts'

/** The city's table as it publishes it: https://data.cityofchicago.org/d/ijzp-q8t2 */
export default defineSource({
  table: 'crimes',
  key: 'id',
  cursor: 'updated_on',
  occurred: 'date',
  required: ['id', 'date', 'primary_type', 'arrest'],
  timezone: 'America/Chicago',
  columns: [
    { name: 'id', type: 'long', doc: 'The city’s identifier of the incident.' },
    {
      name: 'case_number',
      type: 'string',
      doc: 'Records Division number; not unique: homicides have a row for each victim.',
    },
    { name: 'date', type: 'timestamp', doc: 'When the incident happened, sometimes an estimate; Chicago’s wall clock.' },
    { name: 'block', type: 'string', doc: 'Address with its last two digits hidden.' },
    { name: 'iucr', type: 'string', code: { width: 4 }, doc: 'Illinois Uniform Crime Reporting code.' },
    { name: 'primary_type', type: 'string', doc: 'Primary description of the IUCR code.' },
    { name: 'description', type: 'string', doc: 'Secondary description of the IUCR code.' },
    { name: 'location_description', type: 'string', doc: 'Kind of place.' },
    { name: 'arrest', type: 'boolean', doc: 'Whether an arrest was made; no value means unknown.' },
    { name: 'domestic', type: 'boolean', doc: 'Whether it falls under the Illinois Domestic Violence Act.' },
    { name: 'beat', type: 'string', code: { width: 4 }, doc: 'Smallest police area.' },
    { name: 'district', type: 'string', code: { width: 3 }, doc: 'Police district.' },
    { name: 'ward', type: 'int', doc: 'City Council district.' },
    { name: 'community_area', type: 'int', doc: 'One of the 77 community areas; 0 is unknown.' },
    { name: 'fbi_code', type: 'string', code: { digits: 2 }, doc: 'FBI classification (NIBRS).' },
    { name: 'x_coordinate', type: 'int', doc: 'Illinois State Plane East, NAD 1983, in feet, moved within the block.' },
    { name: 'y_coordinate', type: 'int', doc: 'The same, northwards.' },
    { name: 'year', type: 'int', doc: 'Year of the incident.' },
    { name: 'updated_on', type: 'timestamp', doc: 'When the city last touched the row; Chicago’s wall clock.' },
    { name: 'latitude', type: 'double', doc: 'Moved within the block.' },
    { name: 'longitude', type: 'double', doc: 'Moved within the block.' },
    { name: 'location', type: 'string', point: true, doc: 'Latitude and longitude as the city writes them: (lat, lon).' },
  ],
})
