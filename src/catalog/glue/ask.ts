import { awsFailure, isMissing } from '../../lake/aws-failure.ts'

/** Asks AWS; fails in Blotter's words (`aws_unreachable`, `aws_refused`). `what` is being done. */
export async function asked<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw awsFailure(error, what)
  }
}

/** The same for what may not be there: undefined then. */
export async function askedFor<T>(what: string, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (isMissing(error)) return undefined
    throw awsFailure(error, what)
  }
}
