import { findings, lineAt } from './source-file.ts'
import type { Finding, SourceFile } from './source-file.ts'

interface Rule {
  /** Which files it holds for. */
  where: RegExp
  except?: RegExp
  depth: 'text' | 'code' | 'bare'
  pattern: RegExp
  /** What to write instead; `$&` is what was found. */
  instead: string
}

const source = /^src\//
const everywhere = /\.ts$/

/** House rules that a pattern can see, by the sentence that names the test. */
export const patternRules: Record<string, Rule> = {
  'The environment is read in config.ts alone': {
    where: source,
    except: /^src\/config(\.ts|\/)/,
    depth: 'bare',
    pattern: /\bprocess\.env\b/g,
    instead: 'take the value as an argument; src/config.ts reads it',
  },
  'The process ends in cli/main.ts alone': {
    where: source,
    except: /^src\/cli\/main\.ts$/,
    depth: 'bare',
    pattern: /\bprocess\.(exit|abort|reallyExit)\s*\(/g,
    instead: 'throw a BlotterError; its code carries the exit code',
  },
  'The time is asked for in clock.ts alone': {
    where: source,
    except: /^src\/clock\.ts$/,
    depth: 'bare',
    pattern: /\bDate\.now\b|\bnew Date\(\s*\)|\bnew Date\b(?!\()|\b(?:performance\.now|process\.hrtime|Temporal\.Now)\b/g,
    instead: 'take a Clock, or monotonicSeconds of src/clock.ts, in place of $&',
  },
  'Errors say what to do': {
    where: source,
    depth: 'bare',
    pattern: /\bthrow new (?:Error|TypeError|RangeError)\b/g,
    instead: 'throw a BlotterError with a code of src/errors.ts and a `todo`',
  },
  'Nothing is typed `any`': {
    where: everywhere,
    depth: 'bare',
    pattern: /(?:[:<|&,]|\bas|\bextends)\s*any\b(?!\s*[:(])|\bany\[\]/g,
    instead: '`unknown`, narrowed where it is used',
  },
  'Types can be erased: no enum, namespace or parameter property': {
    where: everywhere,
    depth: 'bare',
    pattern: /^\s*(?:export |declare |const )*(?:enum|namespace) \w+|\bconstructor\([^)]*\b(?:p\w+|readonly) \w+:/gm,
    instead: 'a union of literals, a module, or a field that the constructor sets',
  },
  'Exports have names': {
    where: source,
    depth: 'bare',
    pattern: /\bexport default\b/g,
    instead: 'a named export',
  },
  'Lines end without a semicolon': {
    where: everywhere,
    depth: 'bare',
    pattern: /;[ \t]*$/gm,
    instead: 'nothing',
  },
  'Lines are indented by spaces and have no trailing ones': {
    where: everywhere,
    depth: 'text',
    pattern: /\t|[ \t]+$|\r/gm,
    instead: 'two spaces a level',
  },
  'Nothing is left for later': {
    where: everywhere,
    except: /^test\/tidy/,
    depth: 'text',
    pattern: /\b(?:TODO|FIXME|XXX|HACK)\b|@ts-(?:ignore|nocheck)|\.only\(/g,
    instead: 'do it, or write down in ARCHITECTURE.md that it is not done',
  },
  'No path of one machine is written down': {
    where: /./,
    except: /^test\/tidy/,
    depth: 'text',
    pattern: /(?<![\w.}:~])\/(?:work|root|home|Users|opt|farm)\/[\w.-]+/g,
    instead: 'a path from the root of the repository, or an environment variable, in place of $&',
  },
}

export function broken(rule: Rule, files: readonly SourceFile[]): Finding[] {
  return files
    .filter((file) => rule.where.test(file.path) && !rule.except?.test(file.path))
    .flatMap((file) => findings(file, rule.depth, rule.pattern, rule.instead))
}

/** Double quotes only where they spare an apostrophe its backslash. */
export function quotesAreSingle(files: readonly SourceFile[]): Finding[] {
  return files.flatMap((file) =>
    [...file.bare.matchAll(/" *"/g)]
      .map(({ 0: { length }, index }) => ({ index, quoted: file.code.slice(index, index + length) }))
      .filter(({ quoted }) => !quoted.includes("'"))
      .map(({ index, quoted }) => {
        return { path: file.path, line: lineAt(file.text, index), instead: `'${quoted.slice(1, -1)}'` }
      }),
  )
}

/** What no other file names is not exported. */
export function exportsAreUsed(files: readonly SourceFile[]): Finding[] {
  const words = new Map(files.map((file) => [file.path, new Set(file.code.match(/[A-Za-z_$][\w$]*/g))]))
  return files
    .filter((file) => file.path.startsWith('src/'))
    .flatMap((file) =>
      [...file.bare.matchAll(/^export (?:async )?(?:function\*?|const|class) (\w+)/gm)].flatMap(
        ({ 1: name = '', index }) => {
          const isNamed = files.some(({ path }) => path !== file.path && words.get(path)?.has(name))
          return isNamed ? [] : [{ path: file.path, line: lineAt(file.text, index), instead: `${name} without \`export\`` }]
        },
      ),
    )
}

export function linesAreShort(files: readonly SourceFile[], charactersMax: number): Finding[] {
  return files.flatMap((file) =>
    file.text.split('\n').flatMap((line, index) => {
      const instead = `${line.length} characters, ${charactersMax} at most: break the line`
      return line.length > charactersMax ? [{ path: file.path, line: index + 1, instead }] : []
    }),
  )
}

export function filesAreShort(files: readonly SourceFile[], linesMax: number): Finding[] {
  return files.flatMap((file) => {
    const lines = file.text.split('\n').length - 1
    const instead = `${lines} lines, ${linesMax} at most: find the second idea and give it a file`
    return lines > linesMax ? [{ path: file.path, instead }] : []
  })
}

/** Bodies of functions and methods, by matching braces; the blocks that only group tests are no functions here. */
export function functionsAreShort(files: readonly SourceFile[], linesMax: number): Finding[] {
  return files.flatMap((file) => {
    const opened: number[] = []
    const found: Finding[] = []
    for (const { 0: brace, index } of file.bare.matchAll(/[{}]/g)) {
      if (brace === '{') opened.push(index)
      if (brace === '{') continue
      const begin = opened.pop() ?? 0
      const lines = file.bare.slice(begin, index).split('\n').length
      const header = file.code.slice(file.code.lastIndexOf('\n', begin) + 1, begin)
      const groupsTests = /^\s*(?:it|test|await \w+\.test)\(/m.test(file.bare.slice(begin, index))
      if (lines <= linesMax || groupsTests || !opensFunction(header)) continue
      const instead = `${lines} lines, about 70 at most: split by its steps`
      found.push({ path: file.path, line: lineAt(file.text, begin), instead })
    }
    return found
  })
}

function opensFunction(header: string): boolean {
  if (/=>\s*$|\bfunction\b/.test(header)) return true
  const isMethod = /^\s*(?:(?:async|static|private|get|set|override)\s+)*\*?[#\w]+\(.*\)[^()]*$/.test(header)
  const isStatement = /^\s*(?:\} )?(?:else )?(?:if|for|while|switch|catch|with)\b/.test(header)
  return (isMethod && !isStatement) || /^\s*\)\s*:/.test(header)
}
