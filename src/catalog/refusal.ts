import { BlotterError } from '../errors.ts'
import type { CatalogEntry, CatalogSwap } from './catalog.ts'

/** For a change that makes no table: nothing is wrong with the lake, and trying again does not help. */
export function refused(what: string): BlotterError {
  return new BlotterError('commit_refused', `The commit was refused: ${what}. Nothing was changed.`, {
    todo: 'Correct the request; if an engine sent it, look for a newer version of that engine.',
  })
}

export function noTable(table: string): BlotterError {
  return new BlotterError('table_missing', `Table does not exist: ${table}.`, {
    todo: 'Check its name; `blotter tables` lists what there is.',
    context: { table },
  })
}

export function tableExists(table: string): BlotterError {
  return new BlotterError('table_exists', `Table already exists: ${table}.`, {
    todo: 'Take another name, or drop that table first.',
    context: { table },
  })
}

export function noNamespace(namespace: string): BlotterError {
  return new BlotterError('namespace_missing', `Namespace does not exist: ${namespace}.`, {
    todo: 'Create the namespace first.',
    context: { namespace },
  })
}

export function namespaceExists(namespace: string): BlotterError {
  return new BlotterError('namespace_exists', `Namespace already exists: ${namespace}.`, {
    todo: 'Use it as it is, or take another name.',
    context: { namespace },
  })
}

export function namespaceNotEmpty(namespace: string): BlotterError {
  return new BlotterError('namespace_not_empty', `Namespace ${namespace} is not empty. Nothing was changed.`, {
    todo: 'Drop its tables, views and inner namespaces first.',
    context: { namespace },
  })
}

/** Of a commit that found another version of a table, or none, where it expected one. */
export function lostRace({ table, from }: CatalogSwap, found: string | null): BlotterError {
  const message = `Commit to ${table} lost a race: expected ${from ?? 'no table'}, found ${found ?? 'no table'}.`
  return new BlotterError('commit_conflict', `${message} Nothing was applied; staged files will be swept.`, {
    todo: 'Run `blotter run` again.',
    context: { table, expected: from, found },
  })
}

export function dropLostRace({ table, metadataLocation }: CatalogEntry): BlotterError {
  return new BlotterError(
    'commit_conflict',
    `Dropping ${table} lost a race: it is no more as it was. Nothing was changed.`,
    {
      todo: 'Look at the table again, then drop it if it is still to go.',
      context: { table, expected: metadataLocation },
    },
  )
}
