import { BlotterError } from '../../errors.ts'

interface Node {
  name: string
  after?: readonly string[]
}

/**
 * Puts steps into an order in which each comes after those it names, otherwise as listed (Kahn's algorithm). A step that
 * names none comes after the one before it in the list; one with an empty `after` may come first. Throws
 * `pipeline_invalid` for a name given twice, an unknown name, and a cycle, which it spells out.
 */
export function orderSteps<Step extends Node>(steps: readonly Step[]): Step[] {
  const before = predecessors(steps)
  const ordered: Step[] = []
  const placed = new Set<string>()
  const waiting = [...steps]
  while (waiting.length > 0) {
    const next = waiting.findIndex((step) => before.get(step.name)?.every((name) => placed.has(name)))
    const [step] = next === -1 ? [] : waiting.splice(next, 1)
    if (step === undefined)
      throw cyclic(
        waiting.map((one) => one.name),
        before,
      )
    ordered.push(step)
    placed.add(step.name)
  }
  return ordered
}

function predecessors(steps: readonly Node[]): Map<string, readonly string[]> {
  const before = new Map<string, readonly string[]>()
  for (const [at, step] of steps.entries()) {
    if (before.has(step.name)) throw invalid(`two steps are called "${step.name}"`, step.name)
    const previous = steps[at - 1]
    before.set(step.name, step.after ?? (previous ? [previous.name] : []))
  }
  for (const [name, names] of before) {
    const unknown = names.find((one) => !before.has(one))
    if (unknown !== undefined) throw invalid(`step "${name}" comes after "${unknown}", which is no step`, name)
  }
  return before
}

/** Whoever waits for ever waits for another one that does, so that walking back must meet a name again. */
function cyclic(waiting: readonly string[], before: ReadonlyMap<string, readonly string[]>): BlotterError {
  const walked: string[] = []
  let name = waiting[0]
  while (name !== undefined && !walked.includes(name)) {
    walked.push(name)
    name = before.get(name)?.find((one) => waiting.includes(one))
  }
  const cycle = [...walked.slice(walked.indexOf(name ?? '')), name].join(' after ')
  return invalid(`steps wait for each other: ${cycle}`, name ?? '')
}

function invalid(what: string, step: string): BlotterError {
  return new BlotterError('pipeline_invalid', `The steps make no order: ${what}. Nothing was started.`, {
    todo: 'Correct the `after` names of the steps.',
    context: { step },
  })
}
