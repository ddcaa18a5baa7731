import { useQuery } from '@tanstack/react-query'
import { Background, ReactFlow, ReactFlowProvider } from '@xyflow/react'
import '@xyflow/react/dist/base.css'
import { useMemo, useState } from 'react'
import { Problem } from '../../api.ts'
import { useTimeMachine } from '../../batches.ts'
import { PageHead } from '../../design/page-head.tsx'
import { Empty, Failed, Skeleton } from '../../design/states.tsx'
import { useNarrow } from '../../design/use-narrow.ts'
import { useWidth } from '../../charts/use-width.ts'
import { batchTime, counted } from '../../format.ts'
import { set, usePlace } from '../../url-state.ts'
import { ArcEdge } from './arc-edge.tsx'
import { Details } from './details.tsx'
import { flowOf } from './flow.ts'
import type { Graph } from './graph.ts'
import { NODE_WIDTH } from './layout.ts'
import { lineageQuery } from './lineage-query.ts'
import { Acts, type LineageActs, TableCard } from './table-node.tsx'
import './lineage.css'

/** Around the drawing, in pixels. */
const MARGIN = 24
/** Rows that are lower than this makes them are hard to hit. */
const SMALLEST = 0.93

const NODE_TYPES = { table: TableCard }
const EDGE_TYPES = { arc: ArcEdge }

/** Where every table and column of a batch comes from, left to right. */
export function Page() {
  const { at } = useTimeMachine()
  const { data, error, refetch } = useQuery(lineageQuery(at))
  if (error) {
    const isEmpty = ['lake_missing', 'batch_missing'].includes(Problem.of(error).code ?? '')
    if (isEmpty && at === 'latest') return <Empty title="There is no batch yet." command="blotter run" />
    return <Failed error={error} retry={() => void refetch()} />
  }
  if (!data) return <Skeleton height={640} label="Loading the lineage" />
  return (
    <div className="page">
      <PageHead
        title="Lineage"
        news={`Where the ${counted(data.tables.length, 'table', 'tables')} of ${batchTime(data.batch_at)} UTC come from, as it was written then. Point at a column to follow it.`}
      />
      <ReactFlowProvider>
        <Flow graph={data} />
      </ReactFlowProvider>
    </div>
  )
}

function Flow({ graph }: { graph: Graph }) {
  const { params } = usePlace()
  const [hovered, setHovered] = useState<string>()
  const isNarrow = useNarrow(960)
  const open = useMemo(() => params.getAll('open'), [params])
  const [table, column] = [params.get('table') ?? undefined, params.get('column') ?? undefined]
  const acts = useMemo(
    (): LineageActs => ({
      choose: (choice) => set({ table: choice.table, column: choice.column }),
      fold: (name) => set({ open: open.includes(name) ? open.filter((one) => one !== name) : [...open, name] }),
      hover: setHovered,
    }),
    [open],
  )
  const { nodes, edges } = useMemo(
    () => flowOf(graph, { open, table, column, hovered, isNarrow }),
    [graph, open, table, column, hovered, isNarrow],
  )
  const [box, width] = useWidth()
  const [right, bottom] = [
    Math.max(...nodes.map((node) => node.position.x)) + NODE_WIDTH,
    Math.max(...nodes.map((node) => node.position.y + (node.height ?? 0))),
  ]
  // As large as it is drawn, or a little smaller so that all of it is in sight; what does not fit then is dragged into it.
  const zoom = Math.min(1, Math.max(SMALLEST, (width - 2 * MARGIN) / right))
  return (
    <Acts value={acts}>
      <div className="lineage-parts">
        <div
          ref={box}
          role="region"
          className="lineage-flow"
          aria-label="Tables and what they are made of"
          style={{ height: Math.round(bottom * zoom) + 2 * MARGIN }}
        >
          {width > 0 && (
            <ReactFlow
              key={`${isNarrow} ${zoom}`}
              nodes={nodes}
              edges={edges}
              nodeTypes={NODE_TYPES}
              edgeTypes={EDGE_TYPES}
              nodesDraggable={false}
              nodesConnectable={false}
              nodesFocusable={false}
              edgesFocusable={false}
              elementsSelectable={false}
              disableKeyboardA11y
              preventScrolling={false}
              zoomOnScroll={false}
              zoomOnPinch={false}
              zoomOnDoubleClick={false}
              // On a phone a finger scrolls the page.
              panOnDrag={!isNarrow}
              minZoom={SMALLEST}
              defaultViewport={{ x: MARGIN, y: MARGIN, zoom }}
              proOptions={{ hideAttribution: true }}
            >
              <Background gap={24} size={1} />
            </ReactFlow>
          )}
        </div>
        <Details graph={graph} table={table} column={column} />
      </div>
    </Acts>
  )
}
