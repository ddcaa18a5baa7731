import { type ReactNode, useDeferredValue, useRef, useState } from 'react'
import { Icon } from '../design/icon.tsx'
import { Popover } from '../design/popover.tsx'
import { batchTime } from '../format.ts'
import { pngOf, saveAs, standaloneSvg } from './save-image.ts'

/** The numbers of a chart as a table: a row’s first cell names it. */
export interface Twin {
  columns: readonly string[]
  rows: readonly (readonly string[])[]
}

interface ChartShellProps {
  id: string
  /** A sentence that says what is seen. */
  title: string
  /** What is counted, and of what. */
  subtitle: string
  /** The batch that the numbers are as of; their files bear its name. */
  batchAt: string
  /** Default: as of which batch they are. */
  foot?: string
  twin: Twin
  /** Addresses of the data. */
  csv?: string | undefined
  parquet?: string | undefined
  /** The menu’s item that leads to the SQL; it is made when the menu opens. */
  sql?: ReactNode
  /** Stands beside the menu. */
  controls?: ReactNode
  className?: string
  children: ReactNode
}

/** Around every chart: what it says, of which batch it is, its numbers as a table, and ways to take it along. */
export function ChartShell(props: ChartShellProps) {
  const { id, title, subtitle, batchAt, twin, controls, className = '', children } = props
  const { foot = `as of ${batchTime(batchAt)} UTC` } = props
  const [isTable, setTable] = useState(false)
  const figure = useRef<HTMLElement>(null)
  return (
    <figure className={`card chart-shell ${className}`} ref={figure} aria-labelledby={`${id}-title`}>
      <header className="chart-head">
        <div>
          <h2 id={`${id}-title`}>{title}</h2>
          <p className="chart-subtitle">{subtitle}</p>
        </div>
        <div className="chart-controls">
          {controls}
          <ChartMenu {...props} foot={foot} figure={figure} isTable={isTable} setTable={setTable} />
        </div>
      </header>
      {!isTable && children}
      <TwinTable twin={twin} caption={title} isShown={isTable} />
      <figcaption className="caption numeric">{foot}</figcaption>
    </figure>
  )
}

type MenuProps = ChartShellProps & {
  foot: string
  figure: { current: HTMLElement | null }
  isTable: boolean
  setTable: (isTable: boolean) => void
}

function ChartMenu({ id, title, subtitle, batchAt, foot, csv, parquet, sql, figure, isTable, setTable }: MenuProps) {
  const name = `${id}-${batchAt.replaceAll(':', '')}`
  const image = (): string | undefined => {
    const drawing = figure.current?.querySelector<SVGSVGElement>('svg[data-chart]')
    return drawing ? standaloneSvg(drawing, { title, subtitle, foot }) : undefined
  }
  const saveSvg = (): void => {
    const svg = image()
    if (svg) saveAs(`${name}.svg`, new Blob([svg], { type: 'image/svg+xml' }))
  }
  const savePng = async (): Promise<void> => {
    const svg = image()
    if (svg) saveAs(`${name}.png`, await pngOf(svg))
  }
  return (
    <Popover
      className="button button-quiet button-icon"
      side="right"
      label={`More of “${title}”`}
      button={<Icon name="more" />}
    >
      {(close) => (
        <>
          <MenuButton onClick={() => (setTable(!isTable), close())}>
            {isTable ? 'Show as chart' : 'Show as table'}
          </MenuButton>
          {!isTable && <MenuButton onClick={() => (void savePng(), close())}>Save as PNG</MenuButton>}
          {!isTable && <MenuButton onClick={() => (saveSvg(), close())}>Save as SVG</MenuButton>}
          {csv && (
            <a className="menu-item" href={csv} download>
              Download CSV
            </a>
          )}
          {parquet && (
            <a className="menu-item" href={parquet} download>
              Download Parquet
            </a>
          )}
          {sql}
        </>
      )}
    </Popover>
  )
}

function MenuButton({ onClick, children }: { onClick: () => void; children: ReactNode }) {
  return (
    <button type="button" className="menu-item" onClick={onClick}>
      {children}
    </button>
  )
}

/** In sight, and for readers: more rows are a file, not a table. */
const SHOWN_AT_MOST = 2000
const READ_AT_MOST = 320

/** For everybody who asks for it, and always for screen readers. Made when nothing else is to be done: charts come first. */
function TwinTable({ twin, caption, isShown }: { twin: Twin; caption: string; isShown: boolean }) {
  const { columns, rows } = useDeferredValue(twin, { columns: [], rows: [] })
  const most = isShown ? SHOWN_AT_MOST : READ_AT_MOST
  return (
    <div
      className={isShown ? 'twin' : 'for-readers'}
      tabIndex={isShown ? 0 : undefined}
      role="region"
      aria-label={`${caption}, as a table`}
    >
      <table>
        <caption className="for-readers">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, most).map((row) => (
            <tr key={row[0]}>
              {row.map((cell, i) =>
                i === 0 ? (
                  <th key={columns[i]} scope="row">
                    {cell}
                  </th>
                ) : (
                  <td key={columns[i]}>{cell}</td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > most && <p className="caption">{`The first ${most} of ${rows.length}; all are in the CSV.`}</p>}
    </div>
  )
}
