import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTimeMachine } from '../../batches.ts'
import { type Figures, figuresQuery } from './figures.ts'
import { queryOf, type Selection } from './selection.ts'

/**
 * Figures as of the time machine’s batch, compared with the batch and the period that are chosen. Until new ones are there, and
 * where they cannot be had, the last good ones stay.
 */
export function useFigures(name: string, selection: Selection) {
  const { at, compare } = useTimeMachine()
  const { data, error, isPlaceholderData, refetch } = useQuery(
    figuresQuery(name, { at, ...queryOf(selection), compare_batch: compare }),
  )
  const [last, setLast] = useState<Figures>()
  if (data && data !== last) setLast(data)
  return { figures: data ?? last, error, isStale: isPlaceholderData || data === undefined, refetch }
}
