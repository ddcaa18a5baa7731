import { useState } from 'react'
import { Icon } from './icon.tsx'

/** Codes to copy, or to keep as a file. */
export function CodeList({ codes }: { codes: readonly string[] }) {
  const [isCopied, setCopied] = useState(false)
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(codes.join('\n'))
    setCopied(true)
  }
  return (
    <div className="code-list">
      <ol>
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ol>
      <button type="button" className="button" onClick={() => void copy()}>
        <Icon name={isCopied ? 'check' : 'copy'} size={16} />
        {isCopied ? 'Copied' : 'Copy all'}
      </button>
    </div>
  )
}
