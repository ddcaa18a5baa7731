import { readFileSync } from 'node:fs'
import { findings, lineAt, root } from './source-file.ts'
import type { Finding, SourceFile } from './source-file.ts'

/** Words that say nothing of what they name, and what to look for instead. */
const emptyWords = /^(?:utils?|commons?|helpers?|misc|shared|stuff)$/i

export function namesSaySomething(files: readonly SourceFile[]): Finding[] {
  const places = files.flatMap(({ path }) => {
    const word = path.split(/[/.-]/).find((part) => emptyWords.test(part))
    return word === undefined ? [] : [{ path, instead: `name the idea, not "${word}"` }]
  })
  const declared = files.flatMap((file) => {
    const pattern = /\b(?:class|interface|type|function|const|let)\s+(\w*(?:Manager|Helper|Utils?|Impl)|I[A-Z][a-z]\w*)\b/g
    return findings(file, 'bare', pattern, 'name what it is or does ($&)').filter(isNotInternational)
  })
  return [...places, ...declared]
}

// `Iceberg` begins with an I that is no prefix; `IThing` would be.
const isNotInternational = ({ instead }: Finding): boolean => !/\bI[a-z]/.test(instead)

export function filesAreKebabCase(files: readonly SourceFile[]): Finding[] {
  return files.flatMap(({ path }) => {
    const name = path.split('/').at(-1) ?? ''
    // A file of a pipeline bears the name of its table, which is a name in SQL.
    if (path.startsWith('pipelines/') || /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.test)?\.ts$/.test(name)) return []
    return [{ path, instead: name.replaceAll(/_|(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase() }]
  })
}

/** Columns that any city has, or that are plain words: they prove nothing. */
const plainWords = new Set(['id', 'date', 'year', 'block', 'description', 'location', 'latitude', 'longitude'])

/** The columns of a pipeline that betray it when they occur under src/. */
function tellingColumns(sourceFile: string): string[] {
  const names = [...sourceFile.matchAll(/\bname: '(\w+)'/g)].map((match) => match[1] ?? '')
  return names.filter((name) => !plainWords.has(name))
}

/** Code and texts, not comments: those may take an example from Chicago. */
export function cityIsUnknown(files: readonly SourceFile[]): Finding[] {
  const columns = tellingColumns(readFileSync(`${root}/pipelines/chicago-crimes/0-source.ts`, 'utf8'))
  const camel = columns.map((name) => name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase()))
  const pattern = new RegExp(`\\b(?:${[...new Set([...columns, ...camel])].join('|')})\\b`, 'gi')
  return files
    .filter(({ path }) => path.startsWith('src/'))
    .flatMap((file) =>
      findings(file, 'code', pattern, 'declare it in pipelines/chicago-crimes/ and read it from there ($&)'),
    )
}

/** A workspace is a folder of this repository, and says so. */
export function lockFileNamesNoHost(lock: string): Finding[] {
  const instead = '`npm install --omit-lockfile-registry-resolved`, so that any registry serves'
  const places = [...lock.matchAll(/"resolved": ?"(?!web")|https?:\/\/[^"]*\.tgz/g)]
  return places.map(({ index }) => ({ path: 'package-lock.json', line: lineAt(lock, index), instead }))
}
