import { useQueryClient } from '@tanstack/react-query'
import { go } from '../../url-state.ts'
import { signOut } from './login.ts'

/** Ends the session, and forgets everything that was read in it. */
export function useSignOut(): () => Promise<void> {
  const client = useQueryClient()
  return async () => {
    await signOut()
    client.clear()
    go('/login')
  }
}
