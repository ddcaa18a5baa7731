import type { SourceDefinition } from '../../src/model/pipeline.ts'

/** A small table with a column of each type. */
export const trees: SourceDefinition = {
  table: 'trees',
  key: 'id',
  cursor: 'seen_on',
  occurred: 'seen_on',
  required: ['id'],
  timezone: 'America/Chicago',
  columns: [
    { name: 'id', type: 'long', doc: '' },
    { name: 'kind', type: 'string', doc: '' },
    { name: 'felled', type: 'boolean', doc: '' },
    { name: 'rings', type: 'int', doc: '' },
    { name: 'height', type: 'double', doc: '' },
    { name: 'seen_on', type: 'timestamp', doc: '' },
  ],
}
