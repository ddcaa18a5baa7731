import { type ComponentProps, type RefObject, useLayoutEffect, useRef, useState } from 'react'

interface ScrollerProps extends Omit<ComponentProps<'div'>, 'ref'> {
  /** The element that scrolls, for who has to know it. */
  box?: RefObject<HTMLDivElement | null>
  /** Of the frame around it. */
  frameClass?: string
  /** The frame is no wider than this, in pixels. */
  maxWidth?: number | undefined
}

/** A box that scrolls where it is too small for what is in it: shadows at its edges say so, and the tabulator reaches it. */
export function Scroller({ box, frameClass = '', maxWidth, children, ...rest }: ScrollerProps) {
  const own = useRef<HTMLDivElement>(null)
  const element = box ?? own
  const more = useMore(element)
  return (
    <div className={`scroller ${frameClass}`} data-more={more} style={{ maxWidth }}>
      <div ref={element} tabIndex={more === '' ? undefined : 0} {...rest}>
        {children}
      </div>
    </div>
  )
}

/** At which edges there is more than is seen: `right below`; empty where all fits. */
function useMore(box: RefObject<HTMLDivElement | null>): string {
  const [more, setMore] = useState('')
  useLayoutEffect(() => {
    const element = box.current
    if (!element) return
    const look = (): void => setMore(moreOf(element))
    const observer = new ResizeObserver(look)
    for (const one of [element, ...element.children]) observer.observe(one)
    element.addEventListener('scroll', look, { passive: true })
    look()
    return () => {
      observer.disconnect()
      element.removeEventListener('scroll', look)
    }
  }, [box])
  return more
}

function moreOf({ scrollLeft, scrollTop, scrollWidth, scrollHeight, clientWidth, clientHeight }: HTMLElement): string {
  const edges = {
    left: scrollLeft > 1,
    right: scrollLeft + clientWidth < scrollWidth - 1,
    above: scrollTop > 1,
    below: scrollTop + clientHeight < scrollHeight - 1,
  }
  return Object.entries(edges)
    .filter(([, isMore]) => isMore)
    .map(([edge]) => edge)
    .join(' ')
}
