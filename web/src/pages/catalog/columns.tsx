import { Table } from '../../design/table.tsx'
import { Link } from '../../link.tsx'
import { hrefOf } from '../../url-state.ts'
import type { TableDetail } from './catalog.ts'

/** The columns of a version, each with the way to where it comes from. */
export function Columns({ table }: { table: TableDetail }) {
  return (
    <Table
      className="catalog-columns"
      caption={`Columns of ${table.name}`}
      heads={['Column', 'Type', 'What it is']}
      rows={table.columns.map(({ name, type, doc }) => ({
        key: name,
        cells: [
          <Link key="name" href={hrefOf('/lineage', { table: table.name, column: `${table.name}.${name}` })}>
            {name}
          </Link>,
          <span key="type" className="catalog-type" title={type}>
            {type}
          </span>,
          doc ?? '',
        ],
      }))}
    />
  )
}
