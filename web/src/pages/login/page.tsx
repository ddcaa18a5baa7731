import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { Brand } from '../../design/brand.tsx'
import { Skeleton } from '../../design/states.tsx'
import { sessionQuery, useSession } from '../../session.ts'
import { go, usePlace } from '../../url-state.ts'
import { EnrolFactor, EnrolPassword, RecoveryCodes } from './enrol.tsx'
import { Refused } from '../../design/form.tsx'
import { finishSingleSignOn, followLink, type LinkFound, type SecondFactor } from './login.ts'
import { nextAddress } from './next-address.ts'
import { CodeStep, NobodyYet, PasswordStep, RecoveryStep } from './steps.tsx'
import './login.css'

type Step =
  | { at: 'password' | 'code' | 'recovery' | 'waiting' }
  | { at: 'refused'; error: unknown }
  | { at: 'enrol'; found: LinkFound }
  | { at: 'factor'; made: SecondFactor }
  | { at: 'codes'; codes: readonly string[] }

/** Signing in, and enrolling by a link: one sheet, one thing asked at a time. */
export function Page() {
  const { params } = usePlace()
  const [step, setStep] = useState<Step>({ at: hasArrived() ? 'waiting' : 'password' })
  const enter = useEnter(nextAddress(params, location.origin))
  useArrival(setStep, enter)
  return (
    <main className="login">
      <div className="login-sheet">
        <p className="brand">
          <Brand />
        </p>
        <Shown step={step} setStep={setStep} enter={enter} />
      </div>
      <p className="login-foot caption">A city’s crime table, versioned: every batch is kept, every change is known.</p>
    </main>
  )
}

interface ShownProps {
  step: Step
  setStep: (step: Step) => void
  enter: () => Promise<void>
}

function Shown({ step, setStep, enter }: ShownProps) {
  const { session } = useSession()
  const begin = (): void => setStep({ at: 'password' })
  if (step.at === 'waiting') return <Skeleton lines={4} label="Signing in" />
  if (step.at === 'enrol') return <EnrolPassword found={step.found} onMade={(made) => setStep({ at: 'factor', made })} />
  if (step.at === 'factor') return <EnrolFactor made={step.made} onCodes={(codes) => setStep({ at: 'codes', codes })} />
  if (step.at === 'codes') return <RecoveryCodes codes={step.codes} onDone={() => void enter()} />
  if (step.at === 'code') return <CodeStep onDone={enter} onRecovery={() => setStep({ at: 'recovery' })} onBack={begin} />
  if (step.at === 'recovery') return <RecoveryStep onDone={enter} onBack={begin} />
  if (step.at === 'refused') {
    return (
      <>
        <Refused error={step.error} />
        <button type="button" className="button" onClick={begin}>
          To the login
        </button>
      </>
    )
  }
  if (session?.first_user) return <NobodyYet />
  return <PasswordStep signOn={session?.single_sign_on ?? null} onCode={() => setStep({ at: 'code' })} onDone={enter} />
}

/** Reads the new session, and shows what was asked for before it. */
function useEnter(next: string): () => Promise<void> {
  const client = useQueryClient()
  return async () => {
    client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' })
    await client.fetchQuery({ ...sessionQuery, staleTime: 0 })
    go(next, { replace: true })
  }
}

function hasArrived(): boolean {
  const { hash, search } = location
  return hash.startsWith('#link=') || new URLSearchParams(search).has('state')
}

/** Takes what a link or the issuer of single sign-on brought along out of the address before anything else sees it. */
function useArrival(setStep: (step: Step) => void, enter: () => Promise<void>): void {
  const isTaken = useRef(false)
  useEffect(() => {
    if (isTaken.current || !hasArrived()) return
    isTaken.current = true
    const token = /^#link=(.+)$/.exec(location.hash)?.[1]
    const params = new URLSearchParams(location.search)
    history.replaceState(null, '', location.pathname)
    const refused = (error: unknown): void => setStep({ at: 'refused', error })
    if (token) {
      followLink(token).then((found) => setStep({ at: 'enrol', found }), refused)
      return
    }
    const { code = '', state = '', iss } = Object.fromEntries(params)
    finishSingleSignOn({ code, state, ...(iss && { iss }) }).then(enter, refused)
  })
}
