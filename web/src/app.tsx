import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { Problem } from './api.ts'
import { Frame } from './frame/frame.tsx'

const RETRIES = 2

/** What the caller did wrong does not become right by asking again. */
function mayRetry(failures: number, error: unknown): boolean {
  const { status } = Problem.of(error)
  return failures < RETRIES && (status === 0 || status >= 500)
}

const client = new QueryClient({
  defaultOptions: { queries: { retry: mayRetry, staleTime: 60_000, refetchOnWindowFocus: false } },
})

export function App() {
  return (
    <QueryClientProvider client={client}>
      <Frame />
    </QueryClientProvider>
  )
}
