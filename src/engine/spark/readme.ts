import type { BatchPlan } from '../application.ts'

/** What a person who finds the folder has to know. */
export function readme({ pipeline, tables, names }: BatchPlan): string {
  return `# ${pipeline.title}, for Spark

Written by \`blotter spark render\`; change the pipeline and render again rather than these files.

| file | what it is |
|---|---|
| \`sql/\` | one statement a file, in the order of the folders' numbers; \`\${…}\` are values of a batch |
| \`sql/1-extract/*.mysql.sql\` | what MySQL is asked; all else is Spark SQL over views named like the files |
| \`job.json\` | names of tables, hashes of their SQL, limits of guards |
| \`blotter_batch.py\` | runs them in their order, with the modules beside it; the same for every pipeline |
| \`work.json\` | one batch: copy it, give it a time and a run, and name where things are |
| \`step.json\` | the same as a step of EMR, whose clusters bring Iceberg |
| \`run.sh\` | \`spark-submit\` with all that it needs |

Every table is written on a branch \`run-<run>\`, looked at, and then moved to \`main\` and tagged with the batch, \`${names.batches}\`
last. A run that dies before leaves main as it was; begin it again under another run. What failed is told by the log's last line. The tables:
${tables.map(({ name }) => name).join(', ')}.

Credentials: \`BLOTTER_SOURCE_PASSWORD\` and \`BLOTTER_CATALOG_TOKEN\` in the environment of the driver, nowhere else. Or the driver of AWS
Secrets Manager: \`blotter spark render --secret NAME\`.
`
}
