import type { ComponentProps, MouseEvent } from 'react'
import { go } from './url-state.ts'

/** A link within the application: goes there without loading anew, and is a plain link for everything else. */
export function Link({ href = '', onClick, ...rest }: ComponentProps<'a'>) {
  const follow = (event: MouseEvent<HTMLAnchorElement>): void => {
    onClick?.(event)
    const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey
    if (event.defaultPrevented || !isPlain) return
    event.preventDefault()
    go(href)
    scrollTo(0, 0)
  }
  return <a href={href} onClick={follow} {...rest} />
}
