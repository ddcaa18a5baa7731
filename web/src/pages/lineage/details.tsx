import { Fragment, type ReactNode, useContext } from 'react'
import { Card } from '../../design/card.tsx'
import { batchTime, words } from '../../format.ts'
import { Link } from '../../link.tsx'
import { hrefOf } from '../../url-state.ts'
import { columnId, type Graph, type Input, type LineageTable, parentsOf, splitColumn, usesOf } from './graph.ts'
import { Acts } from './table-node.tsx'

/** The chosen table or column in words: what the picture shows, for who cannot see it, and what made it. */
export function Details({ graph, table, column }: { graph: Graph; table: string | undefined; column: string | undefined }) {
  const found = graph.tables.find((one) => one.name === (column === undefined ? table : splitColumn(column).table))
  if (!found) {
    return (
      <Card>
        <p className="nothing">Choose a table or a column: its query, its run and what it is made of stand here.</p>
        <TableList graph={graph} />
      </Card>
    )
  }
  return (
    <Card className="lineage-details">
      {column === undefined ? (
        <TableDetails graph={graph} table={found} />
      ) : (
        <ColumnDetails graph={graph} table={found} id={column} />
      )}
    </Card>
  )
}

function TableList({ graph }: { graph: Graph }) {
  return (
    <ul className="lineage-list lineage-all">
      {graph.tables.map((table) => (
        <li key={table.name}>
          <TableButton name={table.name} />
        </li>
      ))}
    </ul>
  )
}

function TableDetails({ graph, table }: { graph: Graph; table: LineageTable }) {
  const uses = graph.tables.filter((one) => parentsOf(one).includes(table.name)).map((one) => one.name)
  const { made_by: maker } = table
  return (
    <>
      <header>
        <h2>{table.name}</h2>
        {table.doc && <p className="nothing">{table.doc}</p>}
        {table.kind === 'table' && <Link href={hrefOf(`/catalog/${table.name}`)}>Rows, snapshots and files</Link>}
      </header>
      <Part title="Made of">
        <Tables
          names={parentsOf(table)}
          none={table.kind === 'table' ? 'Nothing that is known.' : 'It comes from outside.'}
        />
      </Part>
      <Part title="Used by">
        <Tables names={uses} none="No table." />
      </Part>
      {table.decided_by.length > 0 && (
        <Part title="Which rows there are is decided by">
          <Inputs inputs={table.decided_by} />
        </Part>
      )}
      {maker && (
        <Part title="Made by" className="lineage-maker">
          <p className="numeric">
            {maker.run ? (
              <Link href={hrefOf(`/runs/${maker.run}`, { step: maker.step ?? undefined })}>{`run ${maker.run}`}</Link>
            ) : (
              'an unknown run'
            )}
            {`, ${[maker.step, maker.kind].filter(Boolean).join(', ')}, batch ${batchTime(maker.batch_at)}`}
          </p>
          <p className="caption">{`code ${maker.code_version ?? 'unknown'}, version ${table.version ?? 'unknown'}`}</p>
          {maker.query && (
            <>
              {maker.file && <p className="caption">{maker.file}</p>}
              <pre tabIndex={0}>{maker.query.trim()}</pre>
            </>
          )}
        </Part>
      )}
      <Unresolved words={table.unresolved} />
    </>
  )
}

function ColumnDetails({ graph, table, id }: { graph: Graph; table: LineageTable; id: string }) {
  const column = table.columns.find((one) => columnId(table.name, one.name) === id)
  if (!column) return <p className="nothing">{`${table.name} has no such column as of this batch.`}</p>
  return (
    <>
      <header>
        <h2>{column.name}</h2>
        <p className="nothing">
          {`${column.type ?? 'of unknown type'}, in `}
          <TableButton name={table.name} />
        </p>
      </header>
      {column.expression && (
        <Part title="What is done">
          <pre tabIndex={0}>{column.expression}</pre>
        </Part>
      )}
      <Part title="Made of">
        {column.inputs.length === 0 ? (
          <p>{table.kind === 'table' ? 'Nothing: it is made here.' : 'It comes from outside.'}</p>
        ) : (
          <Inputs inputs={column.inputs} />
        )}
      </Part>
      <Part title="Used by">
        <Columns ids={usesOf(graph, id)} />
      </Part>
      <Unresolved words={column.unresolved} />
    </>
  )
}

function Part({ title, className, children }: { title: string; className?: string; children: ReactNode }) {
  return (
    <section className={className}>
      <h3>{title}</h3>
      {children}
    </section>
  )
}

function Tables({ names, none }: { names: readonly string[]; none: string }) {
  if (names.length === 0) return <p>{none}</p>
  return (
    <ul className="lineage-list">
      {names.map((name) => (
        <li key={name}>
          <TableButton name={name} />
        </li>
      ))}
    </ul>
  )
}

function Inputs({ inputs }: { inputs: readonly Input[] }) {
  return (
    <ul className="lineage-list">
      {inputs.map(({ table, column, kinds }) => (
        <li key={`${table} ${column}`}>
          <ColumnButton id={columnId(table, column)} />
          <span className="caption">{kinds.map((kind) => words(kind.toLowerCase())).join(', ')}</span>
        </li>
      ))}
    </ul>
  )
}

function Columns({ ids }: { ids: readonly string[] }) {
  if (ids.length === 0) return <p>No column.</p>
  return (
    <ul className="lineage-list">
      {ids.map((id) => (
        <li key={id}>
          <ColumnButton id={id} />
        </li>
      ))}
    </ul>
  )
}

function TableButton({ name }: { name: string }) {
  const { choose } = useContext(Acts)
  return (
    <button type="button" className="link lineage-link" onClick={() => choose({ table: name })}>
      <Dotted name={name} />
    </button>
  )
}

function ColumnButton({ id }: { id: string }) {
  const { choose } = useContext(Acts)
  return (
    <button type="button" className="link lineage-link" onClick={() => choose({ table: splitColumn(id).table, column: id })}>
      <Dotted name={id} />
    </button>
  )
}

/** Breaks after its dots, before it breaks elsewhere. */
function Dotted({ name }: { name: string }) {
  const [first, ...parts] = name.split('.')
  return [
    first,
    ...parts.map((part, i) => (
      <Fragment key={i}>
        .<wbr />
        {part}
      </Fragment>
    )),
  ]
}

function Unresolved({ words: told }: { words: readonly string[] }) {
  if (told.length === 0) return null
  return (
    <Part title="What could not be followed">
      <ul className="lineage-list">
        {told.map((one) => (
          <li key={one}>{one}</li>
        ))}
      </ul>
    </Part>
  )
}
