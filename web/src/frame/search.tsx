import { useEffect, useRef, type FormEvent } from 'react'
import { Icon } from '../design/icon.tsx'
import { go, hrefOf } from '../url-state.ts'

/** An incident by its id or case number, from anywhere; `/` focuses it. */
export function Search() {
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => {
    const focus = (event: KeyboardEvent): void => {
      const isTyping =
        event.target instanceof Element && event.target.closest('input, textarea, select, [contenteditable="true"]')
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || isTyping) return
      event.preventDefault()
      input.current?.focus()
    }
    addEventListener('keydown', focus)
    return () => removeEventListener('keydown', focus)
  }, [])
  const search = (event: FormEvent): void => {
    event.preventDefault()
    const text = input.current?.value.trim()
    if (text) go(hrefOf('/incidents', { q: text }))
  }
  return (
    <form className="search" role="search" onSubmit={search}>
      <Icon name="search" size={16} />
      <input
        ref={input}
        className="field"
        type="search"
        name="q"
        aria-label="Incident id or case number"
        placeholder="Incident or case no."
      />
      <kbd aria-hidden="true">/</kbd>
    </form>
  )
}
