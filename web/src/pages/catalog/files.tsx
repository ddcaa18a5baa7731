import { useQueries } from '@tanstack/react-query'
import { useState } from 'react'
import { DataTable } from '../../design/data-table.tsx'
import { Failed } from '../../design/states.tsx'
import { bytes, count } from '../../format.ts'
import { filesQuery, type TableFile } from './catalog.ts'

const PAGE = 200

/** The files that a version reads, loaded as they come in sight. */
export function Files({ name, version }: { name: string; version: string }) {
  const [sight, setSight] = useState({ first: 0, last: 0 })
  const pages = [...new Set([0, Math.floor(sight.first / PAGE), Math.floor(sight.last / PAGE)])]
  const loaded = useQueries({ queries: pages.map((page) => filesQuery(name, version, page, PAGE)) })
  const byPage = new Map(pages.map((page, n) => [page, loaded[n]?.data]))
  const error = loaded.find((one) => one.error)?.error
  if (error) return <Failed error={error} />
  return (
    <DataTable<TableFile>
      label={`Files of ${name}`}
      columns={[
        { name: 'path', label: 'File', width: 420, least: 120, grow: 1, cell: fileName },
        {
          name: 'content',
          label: 'Holds',
          width: 90,
          isSpare: true,
          cell: (file) => (file.content === 'data' ? 'rows' : 'deletes'),
        },
        { name: 'rows', label: 'Rows', width: 90, isFigure: true, cell: (file) => count(file.rows) },
        { name: 'size', label: 'Size', width: 96, isFigure: true, cell: (file) => bytes(file.size_bytes) },
      ]}
      count={byPage.get(0)?.total ?? 4}
      rowAt={(index) => byPage.get(Math.floor(index / PAGE))?.files[index % PAGE]}
      onSight={(first, last) => (first !== sight.first || last !== sight.last) && setSight({ first, last })}
    />
  )
}

/** A file's path begins as its neighbours' do: where it is cut, its end is seen. */
function fileName({ path }: TableFile) {
  return (
    <bdi className="catalog-path" title={path}>
      {path}
    </bdi>
  )
}
