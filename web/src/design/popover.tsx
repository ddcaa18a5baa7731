import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react'

interface PopoverProps {
  /** What the button shows. */
  button: ReactNode
  /** What the button is called where its content does not say so. */
  label?: string
  className?: string
  side?: 'left' | 'right'
  children: (close: () => void) => ReactNode
}

/** A button that opens a panel below it. Escape, and a click elsewhere, close it; arrows walk what is in it. */
export function Popover({ button, label, className = 'button', side = 'left', children }: PopoverProps) {
  const [isOpen, setOpen] = useState(false)
  const id = useId()
  const root = useRef<HTMLDivElement>(null)
  const trigger = useRef<HTMLButtonElement>(null)
  const close = (): void => {
    setOpen(false)
    trigger.current?.focus()
  }
  useEffect(() => {
    if (!isOpen) return
    const leave = (event: PointerEvent): void => void (root.current?.contains(event.target as Node) || setOpen(false))
    document.addEventListener('pointerdown', leave)
    const panel = document.getElementById(id)
    panel?.querySelector<HTMLElement>('[aria-selected="true"], input, button, a')?.focus()
    return () => document.removeEventListener('pointerdown', leave)
  }, [isOpen, id])
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && isOpen) return (event.stopPropagation(), close())
    if (isOpen && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) walk(event, id)
  }
  return (
    <div className="popover" ref={root} onKeyDown={onKeyDown}>
      <button
        type="button"
        ref={trigger}
        className={className}
        aria-label={label}
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onClick={() => setOpen(!isOpen)}
      >
        {button}
      </button>
      {isOpen && (
        <div className="popover-panel" id={id} data-side={side}>
          {children(close)}
        </div>
      )}
    </div>
  )
}

function walk(event: KeyboardEvent, id: string): void {
  const items = [...(document.getElementById(id)?.querySelectorAll<HTMLElement>('button, a, input') ?? [])]
  const at = items.indexOf(document.activeElement as HTMLElement)
  const next = items[at + (event.key === 'ArrowDown' ? 1 : -1)]
  if (!next) return
  event.preventDefault()
  next.focus()
}
