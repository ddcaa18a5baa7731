import { globSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { blank } from './blank.ts'

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** A file of the project with its text at three depths; all three have the same length and the same lines. */
export interface SourceFile {
  /** From the root of the repository, with forward slashes. */
  path: string
  text: string
  /** Comments blanked. */
  code: string
  /** Comments, and what stands within quotes and regular expressions, blanked. */
  bare: string
}

/** A broken rule: where, and what to write instead. */
export interface Finding {
  path: string
  line?: number
  instead: string
}

export interface Import {
  line: number
  specifier: string
  /** The imported file from the root of the repository; undefined for packages and built-in modules. */
  target?: string
}

export function readSources(patterns: readonly string[]): SourceFile[] {
  const exclude = (path: string): boolean => /(^|\/)node_modules(\/|$)/.test(path)
  const paths = globSync([...patterns], { cwd: root, exclude }).map((path) => path.replaceAll('\\', '/'))
  return paths.sort().map((path) => sourceFile(path, readFileSync(`${root}/${path}`, 'utf8')))
}

export function sourceFile(path: string, text: string): SourceFile {
  return { path, text, ...blank(text) }
}

export function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length
}

/** Every match of a pattern in one depth of a file's text, as findings. */
export function findings(file: SourceFile, depth: 'text' | 'code' | 'bare', pattern: RegExp, instead: string): Finding[] {
  return [...file[depth].matchAll(pattern)].map((match) => ({
    path: file.path,
    line: lineAt(file.text, match.index),
    instead: instead.replace('$&', match[0].trim()),
  }))
}

/** Static, re-exporting, type-only and dynamic imports. */
export function importsOf(file: SourceFile): Import[] {
  const pattern = /(?:\bfrom\s*|\bimport\s*\(\s*|^\s*import\s+)(['"])/gm
  return [...file.bare.matchAll(pattern)].map((match) => {
    const begin = match.index + match[0].length
    const specifier = file.code.slice(begin, file.code.indexOf(match[1] ?? "'", begin))
    const line = lineAt(file.text, begin)
    if (!specifier.startsWith('.')) return { line, specifier }
    return { line, specifier, target: posix.join(posix.dirname(file.path), specifier) }
  })
}
