import { useTimeMachine } from '../../batches.ts'
import { Notice } from '../../design/notice.tsx'

/** What is told of all batches stays the same in the past; whoever looks from there is told so. */
export function OfNewest({ what }: { what: string }) {
  return useTimeMachine().isPast ? (
    <Notice title={`${what} is shown as it is now, not as of the batch that you look at.`} />
  ) : null
}
