import { type MouseEvent, type PointerEvent, useRef, useState } from 'react'

interface Stroke {
  from: string
  to: string
}

/** Dragging from one mark to another chooses what lies between; a press that stays on one mark is left to be a click. */
export function useBrush(choose: (from: string, to: string) => void) {
  const [stroke, setStroke] = useState<Stroke>()
  const wasStroke = useRef(false)
  const keyAt = (event: PointerEvent): string | undefined =>
    document.elementFromPoint(event.clientX, event.clientY)?.closest<SVGElement>('[data-mark]')?.dataset['mark']
  const brush = {
    onPointerDown: (event: PointerEvent) => {
      wasStroke.current = false
      const key = event.pointerType === 'touch' || event.button !== 0 ? undefined : keyAt(event)
      if (key !== undefined) setStroke({ from: key, to: key })
    },
    onPointerMoveCapture: (event: PointerEvent) => {
      const key = stroke && keyAt(event)
      if (stroke && key !== undefined && key !== stroke.to) setStroke({ ...stroke, to: key })
    },
    onPointerUp: () => {
      if (stroke && stroke.from !== stroke.to) {
        wasStroke.current = true
        choose(stroke.from, stroke.to)
      }
      setStroke(undefined)
    },
    onClickCapture: (event: MouseEvent) => {
      if (wasStroke.current) event.stopPropagation()
      wasStroke.current = false
    },
  }
  const [first = '', last = ''] = stroke ? [stroke.from, stroke.to].sort() : []
  const brushed = stroke && stroke.from !== stroke.to ? (key: string): boolean => key >= first && key <= last : undefined
  return { brush, brushed }
}
