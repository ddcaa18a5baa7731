import type { AirflowFile, AirflowVersion, DagDefinition } from '../model/dag.ts'
import { checkerText } from './checker-text.ts'
import { clusterText } from './cluster-text.ts'
import { deadlinePlugin } from './deadline-plugin.ts'
import { deadlineText } from './deadline-text.ts'
import { flowText } from './flow-text.ts'
import { importsOf, RUNS_ON } from './imports.ts'
import { pythonName } from './python.ts'
import { settingsText } from './settings-text.ts'
import { sourcePollText } from './source-poll-text.ts'
import { stepsText } from './steps-text.ts'

/**
 * The files that let Airflow run a pipeline on EMR: one DAG, what its deadline needs beside it (3: a plugin, since the triggerer
 * imports no DAG), and the Python packages. For Airflow 2.10 and later of 2, or 3.1 and later, which are what MWAA runs.
 */
export function renderAirflow(definition: DagDefinition, version: AirflowVersion): AirflowFile[] {
  const dag = { path: `dags/blotter_${pythonName(definition.pipeline)}.py`, text: dagText(definition, version) }
  const packages = { path: 'requirements.txt', text: REQUIREMENTS }
  return version === 2 ? [dag, packages] : [dag, { path: 'plugins/blotter_deadline.py', text: deadlinePlugin() }, packages]
}

const REQUIREMENTS = `# What the DAG stands on beside Airflow itself; the versions are those of Airflow's constraints.
apache-airflow-providers-amazon
apache-airflow-providers-smtp
apache-airflow-providers-openlineage
PyMySQL>=1.1,<2
`

function dagText(definition: DagDefinition, version: AirflowVersion): string {
  const body = [
    settingsText(definition),
    clusterText(definition),
    stepsText(definition, version),
    checkerText(),
    sourcePollText(definition, version),
    deadlineText(definition, version),
    flowText(definition, version),
  ]
    .filter((section) => section !== '')
    .join('\n\n')
  return `${headText(definition, version)}${importsOf(body, version)}\n\n${body}`
}

function headText({ pipeline, codeVersion }: DagDefinition, version: AirflowVersion): string {
  return `"""Blotter's pipeline ${pipeline} on EMR, for Airflow ${RUNS_ON[version].all} on Amazon MWAA.

Written by \`blotter airflow render --airflow ${version}\` from code ${codeVersion}. Change the pipeline, not this file.
What differs from account to account stands in blotter_settings.json beside it; credentials only
in Secrets Manager.
"""

`
}
