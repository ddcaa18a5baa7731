import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { AirflowWorld, Ending } from './airflow-world.ts'

/**
 * Carries a run of this DAG until it is late and told of. Airflow's own parts do it one after another, each to its end: side by side
 * they wait for each other's locks on SQLite, for intervals between two looks at a file, and for tasks that take a minute on a
 * slow machine.
 */
export async function beLate(world: AirflowWorld, major: 2 | 3, dag: string, env: Record<string, string>): Promise<void> {
  const went = async (ending: Promise<Ending>): Promise<void> => assert.equal((await ending).code, 0, world.tells())
  if (major === 3) {
    // A DAG that is paused starts no task, which would want a server; its runs have deadlines all the same.
    await went(world.airflow(['dag-processor', '--num-runs', '1'], env))
    await went(world.airflow(['dags', 'trigger', dag], env))
    await went(world.airflow(['scheduler', '--num-runs', '1'], env))
    world.start('triggerer', env)
    return
  }
  const alone = {
    ...env,
    AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION: 'False',
    AIRFLOW__SCHEDULER__STANDALONE_DAG_PROCESSOR: 'True',
    // Its run gets no slot for a task, and so is late.
    AIRFLOW__CORE__MAX_ACTIVE_TASKS_PER_DAG: '0',
  }
  const dags = join(world.home, 'dags')
  // Airflow 2 tells of no run before one has succeeded: here one of the hour before this one.
  await went(world.airflow(['dags', 'test', dag, lastHour()], env))
  await went(world.script('process_dags.py', [dags], alone))
  await went(world.airflow(['scheduler', '--num-runs', '1'], alone))
  await went(world.script('process_dags.py', [dags], alone))
}

/** Ten minutes before the hour that it is, so that between then and now one run of an hourly DAG was due. */
const lastHour = (): string => new Date(Math.floor(Date.now() / HOUR_MS) * HOUR_MS - HOUR_MS / 6).toISOString()

const HOUR_MS = 3_600_000
