import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import './design/tokens.css'
import './design/base.css'
import './design/controls.css'
import './design/surfaces.css'
import './design/brand.css'
import './design/page.css'
import './design/popover.css'
import './design/form.css'
import './design/scroller.css'
import './design/table.css'
import './design/data-table.css'
import './frame/frame.css'
import './frame/rail.css'
import './frame/top-bar.css'
import './charts/charts.css'
import './charts/amounts.css'
import './charts/map.css'
import './charts/chart-shell.css'
import './design/forced-colours.css'

const root = document.getElementById('root')
if (root)
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  )
