import { after } from 'node:test'
import type { Source } from '../../../src/source/source.ts'
import { type SocrataServer, startSocrata } from '../../services/socrata.ts'
import { type ContractRow, describeSource } from '../contract.ts'
import { openTest } from './trees.ts'

const servers: SocrataServer[] = []
after(() => Promise.all(servers.map((server) => server[Symbol.asyncDispose]())))

async function contractServer(rows: readonly ContractRow[], parameters: Record<string, string>): Promise<Source> {
  const server = await startSocrata({
    columns: [
      { fieldName: 'id', dataTypeName: 'number' },
      { fieldName: 'name', dataTypeName: 'text' },
      { fieldName: 'size', dataTypeName: 'double' },
      { fieldName: 'seen_on', dataTypeName: 'calendar_date' },
      { fieldName: ':@computed_region_awaf_s7ux', dataTypeName: 'number' },
    ],
    rows: rows.map((row) => ({ ...row, id: String(row.id) })),
  })
  servers.push(server)
  return openTest(server, parameters)
}

describeSource('A portal that answers in JSON', { make: (rows) => contractServer(rows, { page: '4999' }) })
describeSource('A portal that answers in CSV', { make: (rows) => contractServer(rows, { page: '7000', format: 'csv' }) })
