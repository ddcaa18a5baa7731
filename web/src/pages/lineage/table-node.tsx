import { Handle, type NodeProps, Position } from '@xyflow/react'
import { createContext, useContext } from 'react'
import { Icon } from '../../design/icon.tsx'
import { count, counted } from '../../format.ts'
import { columnId, type LineageColumn } from './graph.ts'
import type { TableNode } from './flow.ts'

/** What a person can do with a card. */
export interface LineageActs {
  choose(choice: { table: string; column?: string }): void
  fold(table: string): void
  hover(column: string | undefined): void
}

export const Acts = createContext<LineageActs>({ choose() {}, fold() {}, hover() {} })

const KINDS = { source: 'source', reference: 'reference file' }

/** A table as a card; its columns unfold. */
export function TableCard({ data }: NodeProps<TableNode>) {
  const { choose, fold } = useContext(Acts)
  const { table, columns, isOpen, isChosen, light, isNarrow } = data
  const point = table.kind === 'source' ? -1 : table.name.indexOf('.')
  const place = table.kind === 'table' ? table.name.slice(0, point) : KINDS[table.kind]
  return (
    <article className="lineage-card" data-kind={table.kind} data-light={light} data-chosen={isChosen}>
      <Handle id="table" type="target" position={Position.Left} isConnectable={false} />
      <header>
        <button type="button" className="lineage-name" aria-pressed={isChosen} onClick={() => choose({ table: table.name })}>
          <strong title={table.name}>{table.name.slice(point + 1)}</strong>
          <span className="caption numeric">
            {table.rows === null ? place : `${place} · ${counted(table.rows, 'row', 'rows')}`}
          </span>
        </button>
        <button
          type="button"
          className="lineage-fold numeric"
          aria-expanded={isOpen}
          aria-label={`${isOpen ? 'Fold' : 'Unfold'} the ${table.columns.length} columns of ${table.name}`}
          onClick={() => fold(table.name)}
        >
          {count(table.columns.length)}
          <Icon name="down" size={14} />
        </button>
      </header>
      <Handle id="table" type="source" position={isNarrow ? Position.Left : Position.Right} isConnectable={false} />
      {columns.length > 0 && (
        <ul>
          {columns.map((column) => (
            <ColumnRow key={column.name} data={data} column={column} />
          ))}
        </ul>
      )}
    </article>
  )
}

function ColumnRow({ data, column }: { data: TableNode['data']; column: LineageColumn }) {
  const { choose, hover } = useContext(Acts)
  const { table, litColumns, chosenColumn, light, isNarrow } = data
  const id = columnId(table.name, column.name)
  return (
    <li data-light={litColumns.has(id) ? 'lit' : light && 'faded'}>
      <Handle id={column.name} type="target" position={Position.Left} isConnectable={false} />
      <button
        type="button"
        aria-pressed={chosenColumn === id}
        onClick={() => choose({ table: table.name, column: id })}
        onPointerEnter={() => hover(id)}
        onPointerLeave={() => hover(undefined)}
        onFocus={() => hover(id)}
        onBlur={() => hover(undefined)}
      >
        <span>{column.name}</span>
        <span className="caption">{column.type}</span>
      </button>
      <Handle id={column.name} type="source" position={isNarrow ? Position.Left : Position.Right} isConnectable={false} />
    </li>
  )
}
