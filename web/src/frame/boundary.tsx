import { Component, type ReactNode } from 'react'
import { Failed } from '../design/states.tsx'

/** Keeps a page that fails from taking the frame along. */
export class Boundary extends Component<{ children: ReactNode }, { error: unknown }> {
  override state: { error: unknown } = { error: undefined }

  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error }
  }

  override render(): ReactNode {
    const { error } = this.state
    return error === undefined ? this.props.children : <Failed error={error} retry={() => location.reload()} />
  }
}
