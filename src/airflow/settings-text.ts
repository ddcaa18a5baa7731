import type { DagDefinition } from '../model/dag.ts'
import { pythonLiteral } from './python.ts'

/** What differs from account to account, with defaults; a file beside the DAG overrides them. */
export function settingsText({ mail }: DagDefinition): string {
  return `# Defaults; blotter_settings.json beside this file overrides them by name.
SETTINGS = ${pythonLiteral({ ...SETTINGS, mail_from: mail.from, mail_to: mail.to })}
beside = Path(__file__).with_name("blotter_settings.json")
if beside.exists():
    SETTINGS |= json.loads(beside.read_text())
`
}

/** Names of the roles are those that `aws emr create-default-roles` makes. */
const SETTINGS = {
  release: 'emr-spark-8.0.0',
  code: 's3://blotter-code/spark',
  lake: 's3://blotter-lake',
  logs: 's3://blotter-logs/emr/',
  subnets: [] as string[],
  service_role: 'EMR_DefaultRole',
  instance_profile: 'EMR_EC2_DefaultRole',
  security_configuration: null,
  security_groups: {} as Record<string, string>,
  instance_types: ['m6g.xlarge', 'm6gd.xlarge', 'm7g.xlarge', 'r6g.xlarge'],
  spot_units: 2,
  start_seconds: 1800,
  poke_seconds: 15,
  environment: {} as Record<string, string>,
}
