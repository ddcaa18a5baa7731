import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Failed, Skeleton } from '../../design/states.tsx'
import { type Completions, completionsQuery } from './query.ts'

/** What there is to ask: tables with their columns as of the batch, and functions. A click puts a name into the statement. */
export function SchemaPanel({ at, insert }: { at: string; insert: (text: string) => void }) {
  const { data, error } = useQuery(completionsQuery(at))
  const [wanted, setWanted] = useState('')
  return (
    <div className="sql-schema">
      <input
        type="search"
        className="field"
        placeholder="Find a table or column"
        aria-label="Find a table or column"
        value={wanted}
        onChange={(event) => setWanted(event.target.value)}
      />
      {error ? (
        <Failed error={error} />
      ) : data ? (
        <Tables data={data} wanted={wanted} insert={insert} />
      ) : (
        <Skeleton lines={8} />
      )}
    </div>
  )
}

interface TablesProps {
  data: Completions
  wanted: string
  insert: (text: string) => void
}

function Tables({ data, wanted, insert }: TablesProps) {
  const text = wanted.trim().toLowerCase()
  const tables = data.tables.flatMap((table) => {
    const columns = table.columns.filter(({ name }) => text !== '' && name.toLowerCase().includes(text))
    const isNamed = table.name.toLowerCase().includes(text)
    return isNamed || columns.length > 0 ? [{ ...table, columns: isNamed ? table.columns : columns }] : []
  })
  if (tables.length === 0) return <p className="caption">No table or column is called that.</p>
  return (
    <>
      <ul className="sql-tables" aria-label="Tables">
        {tables.map(({ name, doc, columns }) => (
          <li key={name}>
            <details open={text !== ''}>
              <summary title={doc}>{name}</summary>
              <ul className="sql-columns">
                <li>
                  <InsertButton name={name} hint="the whole name" insert={insert} />
                </li>
                {columns.map((column) => (
                  <li key={column.name}>
                    <InsertButton name={column.name} hint={shortType(column.type)} doc={column.doc} insert={insert} />
                  </li>
                ))}
              </ul>
            </details>
          </li>
        ))}
      </ul>
      {text === '' && (
        <ul className="sql-tables" aria-label="Functions">
          {data.functions.map(({ name, example }) => (
            <li key={name}>
              <InsertButton name={example} hint="ƒ" insert={insert} />
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

interface InsertButtonProps {
  name: string
  hint: string
  doc?: string | undefined
  insert: (text: string) => void
}

function InsertButton({ name, hint, doc, insert }: InsertButtonProps) {
  return (
    <button type="button" className="menu-item sql-insert" title={doc} onClick={() => insert(name)}>
      <span className="for-readers">Insert </span>
      <code>{name}</code>
      <span className="caption">{hint}</span>
    </button>
  )
}

/** A struct of all columns is too long to read beside a name. */
function shortType(type: string): string {
  return type.startsWith('STRUCT') ? 'STRUCT' : type.toLowerCase()
}
