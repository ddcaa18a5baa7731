import type { ReactNode } from 'react'
import { Notice } from '../../design/notice.tsx'
import { Prose } from '../../design/prose.tsx'
import { Refusal } from '../../design/refusal.tsx'
import { Sure } from '../../design/sure.tsx'
import { useMay } from '../../session.ts'
import { words } from '../../format.ts'
import { type RunStory, useRunAction } from './runs.ts'

/** What a run waits for, or why it failed, with what can be done about it. */
export function RunDecision({ run }: { run: RunStory }) {
  const action = useRunAction()
  const act = (verb: string) => (): void => action.mutate({ path: `/runs/${encodeURIComponent(run.run)}/${verb}` })
  const failure = run.error ?? run.steps.find((step) => step.state === 'failed')?.error
  return (
    <>
      <Refusal error={action.error} />
      {run.held && (
        <Notice
          tone="warn"
          title={`Held by the guard “${words(run.held.guard)}”: ${run.held.message}`}
          actions={
            <Actions>
              <Sure
                verb="Release"
                yes="Release it"
                does="It will be carried to its end in spite of the guard."
                onYes={act('release')}
              />
              <Sure verb="Terminate" yes="Terminate it" does="Nothing of it will be committed." onYes={act('terminate')} />
            </Actions>
          }
        >
          <p>The last batch goes on serving until somebody decides.</p>
        </Notice>
      )}
      {run.state === 'failed' && failure && (
        <Notice
          tone="bad"
          title={<Prose text={failure.message} />}
          actions={
            <Actions>
              <button type="button" className="button" onClick={act('resume')}>
                Resume
              </button>
              <Sure verb="Terminate" yes="Terminate it" does="It cannot be resumed then." onYes={act('terminate')} />
            </Actions>
          }
        >
          <p>
            <Prose text={failure.todo} />
          </p>
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
              <Sure verb="Terminate" yes="Terminate it" does="Nothing of it will be committed." onYes={act('terminate')} />
            </Actions>
          }
        />
      )}
      {run.state === 'running' && (
        <Actions>
          <Sure
            verb="Terminate"
            yes="Terminate it"
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
