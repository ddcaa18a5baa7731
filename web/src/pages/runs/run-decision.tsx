import { type ReactNode, useState } from 'react'
import { Notice } from '../../design/notice.tsx'
import { useMay } from '../../session.ts'
import { words } from '../../format.ts'
import { Refusal } from './begin-run.tsx'
import { type RunStory, useRunAction } from './runs.ts'

/** What a run waits for, or why it failed, with what can be done about it. */
export function RunDecision({ run }: { run: RunStory }) {
  const action = useRunAction()
  const act = (verb: string) => (): void => action.mutate({ path: `/runs/${encodeURIComponent(run.run)}/${verb}` })
  const failure = run.error ?? run.steps.find((step) => step.state === 'failed')?.error
  return (
    <>
      {action.error && <Refusal error={action.error} />}
      {run.held && (
        <Notice
          tone="warn"
          title={`Held by the guard “${words(run.held.guard)}”: ${run.held.message}`}
          actions={
            <Actions>
              <Asked verb="Release" does="It will be carried to its end in spite of the guard." onYes={act('release')} />
              <Asked verb="Terminate" does="Nothing of it will be committed." onYes={act('terminate')} />
            </Actions>
          }
        >
          <p>The last batch goes on serving until somebody decides.</p>
        </Notice>
      )}
      {run.state === 'failed' && failure && (
        <Notice
          tone="bad"
          title={failure.message}
          actions={
            <Actions>
              <button type="button" className="button" onClick={act('resume')}>
                Resume
              </button>
              <Asked verb="Terminate" does="It cannot be resumed then." onYes={act('terminate')} />
            </Actions>
          }
        >
          <p>{failure.todo}</p>
        </Notice>
      )}
      {run.state === 'queued' && (
        <Notice
          tone="info"
          title="Its process ended, or was interrupted. It waits to be gone on with."
          actions={
            <Actions>
              <button type="button" className="button" onClick={act('resume')}>
                Resume
              </button>
              <Asked verb="Terminate" does="Nothing of it will be committed." onYes={act('terminate')} />
            </Actions>
          }
        />
      )}
      {run.state === 'running' && (
        <Actions>
          <Asked
            verb="Terminate"
            does="It ends within a second; nothing of it will be committed."
            onYes={act('terminate')}
          />
        </Actions>
      )}
    </>
  )
}

/** For who may act; the others see what is the matter all the same. */
function Actions({ children }: { children: ReactNode }) {
  return useMay('operator') ? <div className="run-actions">{children}</div> : null
}

/** An act that cannot be taken back is asked for twice, in its place. */
function Asked({ verb, does, onYes }: { verb: string; does: string; onYes: () => void }) {
  const [isAsking, setAsking] = useState(false)
  if (!isAsking) {
    return (
      <button type="button" className="button" onClick={() => setAsking(true)}>
        {verb}
      </button>
    )
  }
  return (
    <span className="run-asked" role="group" aria-label={`${verb}?`}>
      <span>{does}</span>
      <button type="button" className="button button-main" autoFocus onClick={() => (setAsking(false), onYes())}>
        {verb} it
      </button>
      <button type="button" className="button button-quiet" onClick={() => setAsking(false)}>
        Leave it
      </button>
    </span>
  )
}
