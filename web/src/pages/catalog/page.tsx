import { usePlace } from '../../url-state.ts'
import { QualityPage } from './quality.tsx'
import { QuarantinePage } from './quarantine.tsx'
import { TablePage } from './table-page.tsx'
import { TablesPage } from './tables.tsx'
import './catalog.css'
import './quality.css'
import './quarantine.css'
import './snapshots.css'

/** `/catalog`, `/catalog/quality`, `/catalog/quarantine`, `/catalog/raw.crimes`. */
export function Page() {
  const name = decodeURIComponent(usePlace().path.split('/')[2] ?? '')
  if (name === '') return <TablesPage />
  if (name === 'quality') return <QualityPage />
  if (name === 'quarantine') return <QuarantinePage />
  return <TablePage key={name} name={name} />
}
