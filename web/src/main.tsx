import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import './design/tokens.css'
import './design/base.css'
import './design/controls.css'
import './design/surfaces.css'
import './design/data-table.css'
import './frame/frame.css'
import './charts/charts.css'
import './charts/chart-shell.css'

const root = document.getElementById('root')
if (root)
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  )
