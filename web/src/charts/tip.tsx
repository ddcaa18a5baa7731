import { type ReactNode, useLayoutEffect, useRef } from 'react'
import { createPortal } from 'react-dom'

const GAP = 14
const EDGE = 8

/** A small sheet beside a point of the window; it never leaves the window, and nothing on it can be clicked. */
export function Tip({ x, y, children }: { x: number; y: number; children: ReactNode }) {
  const sheet = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const element = sheet.current
    if (!element) return
    const { offsetWidth: width, offsetHeight: height } = element
    const left = x + GAP + width > innerWidth - EDGE ? x - GAP - width : x + GAP
    const top = y - height - GAP < EDGE ? y + GAP : y - height - GAP
    element.style.translate = `${Math.max(EDGE, left)}px ${top}px`
  })
  return createPortal(
    <div className="tip numeric" ref={sheet} aria-hidden="true">
      {children}
    </div>,
    document.body,
  )
}
