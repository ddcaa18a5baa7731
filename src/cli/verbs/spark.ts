import { resolve } from 'node:path'
import { Option } from 'commander'
import { parseBatchAt } from '../../query/reference.ts'
import type { Verbs } from '../command-line.ts'
import type { RenderedFolder } from '../../platform/spark/spark.ts'
import { count } from '../show/figures.ts'
import type { Output } from '../terminal.ts'
import { examples } from './examples.ts'
import { carryTold } from './run.ts'

interface RenderFlags {
  out: string
  at?: string
  assume?: boolean
  secret?: string
}

interface RunFlags {
  full?: boolean
  at?: string
}

const MASTER = ['--master <url>', 'where Spark runs: local[*], yarn, spark://HOST:PORT (default: spark.master)'] as const
const SOURCE = ['--source <url>', 'mysql://USER@HOST:PORT/DB?table=crimes'] as const

export function addSpark(verbs: Verbs): void {
  const { program } = verbs
  const spark = program.command('spark').summary('make batches by Apache Spark').description('Make batches by Apache Spark.')
  addRender({ ...verbs, program: spark })
  addSparkRun({ ...verbs, program: spark })
}

function addRender({ program, action }: Verbs): void {
  program
    .command('render')
    .summary('write the pipeline as Spark SQL')
    .description(
      'Write the pipeline as Spark SQL, with the program that runs it and what starts it: by hand, or as a step of EMR.\n\n' +
        'No credential is written. The source is asked for its columns, unless --assume says that they are as declared.',
    )
    .addOption(new Option(...SOURCE))
    .addOption(new Option(...MASTER))
    .option('--out <dir>', 'folder to write into', 'spark')
    .option('--at <place>', 'where the files will lie when they run, such as s3://bucket/spark (default: there)')
    .option('--assume', 'take the source for a table as `blotter load` makes it')
    .option('--secret <name>', 'secret of AWS Secrets Manager that holds user and password of the source')
    .addHelpText(
      'after',
      examples(
        [
          'To read, and to run on this machine:',
          'blotter spark render --source "mysql://blotter_ro@db/chicago" --out spark',
        ],
        ['For EMR:', 'blotter spark render --assume --at s3://bucket/spark --secret blotter/mysql'],
      ),
    )
    .action(
      action<[], RenderFlags>(async (invocation, _args, { out, at, assume = false, secret }) => {
        const folder = resolve(invocation.cwd, out)
        const options = { folder, assume, signal: invocation.signal, ...(at ? { at } : {}), ...(secret ? { secret } : {}) }
        const rendered = await invocation.withPlatform((platform) => platform.sparkRender(options))
        await invocation.print(rendered, () => renderedText(rendered, invocation.terminal.out))
      }),
    )
}

function renderedText({ folder, files, assumed }: RenderedFolder, { styles }: Output): string {
  const told = `${styles.ok('✓')} ${count(files.length)} files in ${folder}\n`
  const source = assumed
    ? `${styles.accent('→')} The source was not asked: it has to be as \`blotter load\` makes it.\n`
    : ''
  return `${told}${source}${styles.accent('→')} sh ${folder}/run.sh makes a batch; README.md says what is what.\n`
}

function addSparkRun({ program, action }: Verbs): void {
  program
    .command('run')
    .summary('make a batch now, by Spark')
    .description('Make a batch now, by Spark: the same as `blotter run --engine spark`.')
    .addOption(new Option(...SOURCE))
    .addOption(new Option(...MASTER))
    .option('--full', 'read every row again, also those whose cursor stands still')
    .option('--at <time>', 'name of the batch (UTC, such as 2026-11-23T06:00:00Z); one that is committed is left alone')
    .addOption(new Option('--engine <engine>').choices(['spark']).default('spark').hideHelp())
    .addHelpText('after', examples(['On a cluster:', 'blotter spark run --master yarn']))
    .action(
      action<[], RunFlags>(async (invocation, _args, { full = false, at }) => {
        const options = { full, ...(at === undefined ? {} : { at: parseBatchAt(at) }) }
        await carryTold(invocation, (platform, watch) => platform.run(options, watch))
      }),
    )
}
