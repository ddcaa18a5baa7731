import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// Nothing is inlined: the pages' policy allows no inline script or style, and no data: address.
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700,
  },
})
