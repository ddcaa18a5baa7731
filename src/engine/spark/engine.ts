import { compile } from './compile.ts'
import { launchFiles } from './launch.ts'
import { submit, writeFolder } from './submit.ts'

/** Apache Spark as an engine that makes batches as applications of its own. */
export const sparkEngine = { compile, launchFiles, submit, writeFolder }
