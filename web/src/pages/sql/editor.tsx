import { type SQLNamespace, PostgreSQL, sql, SQLDialect } from '@codemirror/lang-sql'
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { Compartment, Prec, StateEffect, StateField } from '@codemirror/state'
import { Decoration, type DecorationSet, keymap } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { basicSetup, EditorView } from 'codemirror'
import { type RefObject, useEffect, useRef } from 'react'
import type { Completions } from './query.ts'

/** What the page does with the editor. */
export interface EditorHandle {
  text(): string
  /** Replaces all, without a step of its own to undo where it is the same. */
  replace(text: string): void
  /** At the cursor, in place of what is selected. */
  insert(text: string): void
  goTo(line: number, column: number): void
}

interface EditorProps {
  handle: RefObject<EditorHandle | null>
  initial: string
  completions: Completions | undefined
  /** Where the last run found a mistake, from 1; taken away by the next change. */
  mistake: { line: number; column: number } | undefined
  run: () => void
}

/** DuckDB’s words beyond those of PostgreSQL, which its parser comes from. */
const KEYWORDS = 'qualify pivot unpivot summarize describe asof anti semi positional exclude replace sample ilike struct map'
const FUNCTIONS =
  'list_contains datediff date_trunc strftime count_if arg_max arg_min quantile_cont regexp_matches string_agg unnest'

/** What is a column of the catalog is no keyword, whatever PostgreSQL reserves it for. */
function dialectOf(columns: ReadonlySet<string>): SQLDialect {
  const { keywords = '', types = '', builtin = '', ...spec } = PostgreSQL.spec
  const without = (words: string): string =>
    words
      .split(' ')
      .filter((word) => !columns.has(word))
      .join(' ')
  return SQLDialect.define({
    ...spec,
    keywords: without(`${keywords} ${KEYWORDS}`),
    types: without(types),
    builtin: `${builtin} ${FUNCTIONS}`,
  })
}

const setMistake = StateEffect.define<number | null>()
const MISTAKE = Decoration.mark({ class: 'cm-mistake' })
const mistakes = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, change) {
    for (const effect of change.effects) {
      if (!effect.is(setMistake)) continue
      if (effect.value === null) return Decoration.none
      const { doc } = change.state
      const line = doc.lineAt(effect.value)
      const word = /^\S?\w*/.exec(line.text.slice(effect.value - line.from))?.[0].length ?? 1
      const to = Math.min(line.to, effect.value + Math.max(1, word))
      const from = to > effect.value ? effect.value : Math.max(line.from, effect.value - 1)
      return to > from ? Decoration.set(MISTAKE.range(from, to)) : Decoration.none
    }
    return change.docChanged ? Decoration.none : marks
  },
  provide: (field) => EditorView.decorations.from(field),
})

const COLOURS = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: 'var(--series-4)', fontWeight: '500' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--series-3)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--series-2)' },
  { tag: [tags.typeName, tags.standard(tags.name)], color: 'var(--series-1)' },
  { tag: [tags.lineComment, tags.blockComment], color: 'var(--ink-2)', fontStyle: 'italic' },
])

const LOOKS = EditorView.theme({
  '&': { height: '100%', color: 'var(--ink)', backgroundColor: 'transparent', fontSize: '13.5px' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '21px', overflow: 'auto' },
  '.cm-content': { padding: '12px 0', caretColor: 'var(--accent)' },
  '.cm-line': { padding: '0 12px' },
  '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--ink-2)', border: 'none', paddingLeft: '4px' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'transparent' },
  '&.cm-focused .cm-activeLine, &.cm-focused .cm-activeLineGutter': { backgroundColor: 'var(--sunken)' },
  '.cm-cursor': { borderLeftColor: 'var(--accent)', borderLeftWidth: '2px' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    background: 'var(--amount-2)',
  },
  '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': {
    backgroundColor: 'var(--accent-soft)',
    outline: '1px solid var(--accent)',
  },
  '.cm-selectionMatch': { backgroundColor: 'var(--accent-soft)' },
  '.cm-foldGutter': { display: 'none !important' },
  '.cm-mistake': {
    textDecoration: 'underline wavy var(--bad)',
    textUnderlineOffset: '4px',
    backgroundColor: 'var(--bad-soft)',
  },
  '.cm-tooltip': {
    border: '1px solid var(--line)',
    borderRadius: 'var(--radius)',
    backgroundColor: 'var(--surface)',
    color: 'var(--ink)',
    boxShadow: 'var(--shadow)',
    overflow: 'hidden',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--mono)', maxHeight: '15em' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '3px 10px', lineHeight: '20px' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--accent-soft)', color: 'var(--ink)' },
  '.cm-completionDetail': { color: 'var(--ink-2)', fontStyle: 'normal', marginLeft: '1em' },
  '.cm-completionMatchedText': { textDecoration: 'none', color: 'var(--accent)', fontWeight: '600' },
  '.cm-completionInfo': { padding: '8px 12px', fontFamily: 'var(--font)', maxWidth: '320px' },
  '.cm-panels': { backgroundColor: 'var(--sunken)', color: 'var(--ink)', fontFamily: 'var(--font)' },
  '.cm-panels.cm-panels-bottom': { borderTop: '1px solid var(--line)' },
  '.cm-textfield': { backgroundColor: 'var(--surface)', border: '1px solid var(--line-strong)', borderRadius: '4px' },
  '.cm-button': {
    backgroundImage: 'none',
    backgroundColor: 'var(--surface)',
    border: '1px solid var(--line-strong)',
    borderRadius: '4px',
  },
})

/**
 * The statement, with completion out of the catalog. It lives in a shadow tree: there its styles are made as style sheet
 * objects, which the pages’ policy allows, where style elements are refused.
 */
export function Editor({ handle, initial, completions, mistake, run }: EditorProps) {
  const host = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(undefined)
  const language = useRef(new Compartment())
  const latest = useRef(run)
  useEffect(() => void (latest.current = run), [run])

  useEffect(() => {
    const root = host.current!.shadowRoot ?? host.current!.attachShadow({ mode: 'open' })
    const editor = new EditorView({
      doc: initial,
      root,
      parent: root,
      extensions: [
        Prec.highest(keymap.of([{ key: 'Mod-Enter', run: () => (latest.current(), true) }])),
        basicSetup,
        language.current.of(sql({ dialect: dialectOf(new Set()) })),
        syntaxHighlighting(COLOURS),
        mistakes,
        LOOKS,
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': 'SQL statement', 'aria-multiline': 'true' }),
      ],
    })
    view.current = editor
    handle.current = handleOf(editor)
    return () => {
      handle.current = null
      editor.destroy()
    }
    // The editor keeps its text itself; `initial` is what it begins with.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [])
  useEffect(() => {
    if (!completions) return
    const columns = new Set(completions.tables.flatMap((table) => table.columns.map(({ name }) => name)))
    const support = sql({ dialect: dialectOf(columns), schema: schemaOf(completions) })
    view.current?.dispatch({ effects: language.current.reconfigure(support) })
  }, [completions])
  useEffect(() => {
    const editor = view.current
    if (editor) editor.dispatch({ effects: setMistake.of(mistake ? offsetOf(editor, mistake.line, mistake.column) : null) })
  }, [mistake])
  return <div className="sql-editor" ref={host} />
}

function handleOf(editor: EditorView): EditorHandle {
  return {
    text: () => editor.state.doc.toString(),
    replace(text) {
      if (editor.state.doc.toString() === text) return
      editor.dispatch({
        changes: { from: 0, to: editor.state.doc.length, insert: text },
        selection: { anchor: text.length },
      })
    },
    insert(text) {
      editor.dispatch(editor.state.replaceSelection(text), { scrollIntoView: true })
      editor.focus()
    },
    goTo(line, column) {
      editor.dispatch({ selection: { anchor: offsetOf(editor, line, column) }, scrollIntoView: true })
      editor.focus()
    },
  }
}

function offsetOf({ state: { doc } }: EditorView, line: number, column: number): number {
  const at = doc.line(Math.min(Math.max(1, line), doc.lines))
  return Math.min(at.to, at.from + Math.max(0, column - 1))
}

/** `raw.crimes` is a table of a namespace; columns show their types, and what they hold where the catalog says so. */
function schemaOf({ tables, functions }: Completions): SQLNamespace {
  const namespaces: Record<string, Record<string, SQLNamespace>> = {}
  for (const { name, doc, columns } of tables) {
    const at = name.lastIndexOf('.')
    const [namespace, table] = [name.slice(0, Math.max(0, at)), name.slice(at + 1)]
    namespaces[namespace] ??= {}
    namespaces[namespace][table] = {
      self: { label: table, type: 'type', ...(doc ? { info: doc } : {}) },
      children: columns.map((column) => ({
        label: column.name,
        type: 'property',
        detail: column.type.startsWith('STRUCT') ? 'STRUCT' : column.type,
        ...(column.doc ? { info: column.doc } : {}),
      })),
    }
  }
  const calls = Object.fromEntries(
    functions.map(({ name, example }) => [
      name,
      { self: { label: name, type: 'function', detail: example, apply: example }, children: [] } satisfies SQLNamespace,
    ]),
  )
  return { ...namespaces, ...calls }
}
