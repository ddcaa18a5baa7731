import { writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { Option } from 'commander'
import { folderUnwritable } from '../../errors.ts'
import { makeFolder } from '../../folders.ts'
import type { AirflowFile, AirflowVersion } from '../../model/dag.ts'
import type { Verbs } from '../command-line.ts'
import { noteText } from '../show/note.ts'
import { examples } from './examples.ts'

interface RenderFlags {
  airflow: '2' | '3'
  out?: string
  secret: string
}

export function addAirflow({ program, action }: Verbs): void {
  const airflow = program
    .command('airflow')
    .summary('write the pipeline as a DAG for Apache Airflow')
    .description('Write the pipeline as a DAG for Apache Airflow.')
  airflow
    .command('render')
    .summary('write the DAG')
    .description(
      'Write one readable DAG file that makes a batch on an EMR cluster of its own: spot instances, a checker for each step, ' +
        'a teardown in any case, and a mail where a run is late. For what Amazon MWAA runs: 2.10 and later of 2, or 3.1 and later.\n\n' +
        'The DAG goes to stdout. With --out the folder gets it, what its deadline needs beside it, and its Python packages. ' +
        'No credential is written: passwords stay in Secrets Manager.',
    )
    .addOption(new Option('--airflow <major>', 'major version of Airflow').choices(['2', '3']).default('3'))
    .addOption(new Option('--source <url>', 'mysql://USER@HOST:PORT/DB?table=crimes'))
    .option('--secret <name>', 'secret of AWS Secrets Manager that holds user and password of the source', 'blotter/mysql')
    .option('--out <dir>', 'folder to write dags/, plugins/ and requirements.txt into')
    .addHelpText(
      'after',
      examples(
        ['To read it:', 'blotter airflow render --source "mysql://blotter_ro@db/chicago"'],
        ['For MWAA with Airflow 2.10:', 'blotter airflow render --airflow 2 --out airflow'],
      ),
    )
    .action(
      action<[], RenderFlags>(async (invocation, _args, { airflow: major, out, secret }) => {
        const version: AirflowVersion = major === '2' ? 2 : 3
        const definition = await invocation.withPlatform((platform) => platform.airflowDag({ secret }))
        const files = await invocation.renderAirflow(definition, version)
        const { err } = invocation.terminal
        if (definition.mail.to.length === 0) await err.write(noteText(NOBODY, err))
        if (out === undefined) {
          const dag = files.find(({ path }) => path.startsWith('dags/'))
          return invocation.print({ airflow: version, files }, () => dag?.text ?? '')
        }
        const folder = resolve(invocation.cwd, out)
        await writeInto(folder, files)
        const { styles } = invocation.terminal.out
        return invocation.print({ airflow: version, folder, files: files.map(({ path }) => path) }, () =>
          files.map(({ path }) => `${styles.ok('✓')} ${join(folder, path)}\n`).join(''),
        )
      }),
    )
}

async function writeInto(folder: string, files: readonly AirflowFile[]): Promise<void> {
  try {
    for (const { path, text } of files) {
      makeFolder(dirname(join(folder, path)))
      await writeFile(join(folder, path), text)
    }
  } catch (error) {
    throw folderUnwritable(folder, error)
  }
}

const NOBODY =
  'Nobody is told of a late run: give `alerts: { email: … }` in blotter.yaml, or mail_to in blotter_settings.json.'
