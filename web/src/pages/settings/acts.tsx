import { useQuery } from '@tanstack/react-query'
import { Table } from '../../design/table.tsx'
import { dayTime, title, valueText } from '../../format.ts'
import { Part, Read } from './part.tsx'
import { type Act, actsQuery, FACTOR_WORDS } from './settings.ts'

/** Who did what: logins and failed ones, users, tokens, secrets. */
export function Acts() {
  const acts = useQuery(actsQuery)
  return (
    <Part title="Log of acts" lead="The newest 200. Rows are only ever added.">
      <Read of={acts}>
        {(all) => (
          <Table
            className="settings-list settings-log"
            narrow="blocks"
            caption="Acts, the newest first"
            heads={['When (UTC)', 'What', 'Whom or what', 'By', 'More']}
            rows={all.map((one, n) => ({
              key: `${one.at} ${n}`,
              cells: [dayTime(one.at), title(one.act), one.subject, one.actor, detailsOf(one)],
            }))}
          />
        )}
      </Read>
    </Part>
  )
}

function detailsOf({ details }: Act): string {
  const told = Object.entries(details).map(([name, value]) => `${name.replaceAll('_', ' ')} ${textOf(value)}`)
  return told.join(' · ') || '–'
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.join(', ')
  if (value === null) return 'no'
  const text = valueText(value)
  return text in FACTOR_WORDS ? FACTOR_WORDS[text as keyof typeof FACTOR_WORDS] : text
}
