import type { AirflowVersion } from '../model/dag.ts'

/** The lines that import what a text of Python names, and nothing else. */
export function importsOf(body: string, version: AirflowVersion): string {
  const used = (from: Readonly<Record<string, string>>): string =>
    Object.entries(from)
      .filter(([name]) => new RegExp(`\\b${name}\\b`).test(body))
      .map(([, line]) => line)
      .toSorted()
      .join('\n')
  return `${used(STANDARD)}\n\n${used({ ...AMAZON, ...AIRFLOW[version] })}`
}

const STANDARD = {
  EmailMessage: 'from email.message import EmailMessage',
  Path: 'from pathlib import Path',
  json: 'import json',
  smtplib: 'import smtplib',
  ssl: 'import ssl',
  'datetime\\(': 'from datetime import datetime, timedelta',
}

const emr = (kind: string, name: string): string => `from airflow.providers.amazon.aws.${kind}.emr import ${name}`

const AMAZON = {
  EmrAddStepsOperator: emr('operators', 'EmrAddStepsOperator'),
  EmrCreateJobFlowOperator: emr('operators', 'EmrCreateJobFlowOperator'),
  EmrStepSensor: emr('sensors', 'EmrStepSensor'),
  EmrTerminateJobFlowOperator: emr('operators', 'EmrTerminateJobFlowOperator'),
}

/** Where each major keeps the same things. */
const AIRFLOW: Readonly<Record<AirflowVersion, Readonly<Record<string, string>>>> = {
  2: {
    AirflowFailException: 'from airflow.exceptions import AirflowFailException, AirflowSkipException',
    Asset: 'from airflow.datasets import Dataset as Asset',
    AssetOrTimeSchedule: 'from airflow.timetables.datasets import DatasetOrTimeSchedule as AssetOrTimeSchedule',
    BaseHook: 'from airflow.hooks.base import BaseHook',
    CronTriggerTimetable: 'from airflow.timetables.trigger import CronTriggerTimetable',
    DAG: 'from airflow import DAG',
    EmptyOperator: 'from airflow.operators.empty import EmptyOperator',
    PythonOperator: 'from airflow.operators.python import PythonOperator',
    Variable: 'from airflow.models import Variable',
  },
  3: {
    AirflowFailException: 'from airflow.exceptions import AirflowFailException, AirflowSkipException',
    Asset: 'from airflow.sdk import Asset',
    AssetOrTimeSchedule: 'from airflow.timetables.assets import AssetOrTimeSchedule',
    BaseHook: 'from airflow.sdk.bases.hook import BaseHook',
    CronTriggerTimetable: 'from airflow.timetables.trigger import CronTriggerTimetable',
    DAG: 'from airflow.sdk import DAG',
    DeadlineAlert: 'from airflow.sdk import AsyncCallback, DeadlineAlert, DeadlineReference',
    EmptyOperator: 'from airflow.providers.standard.operators.empty import EmptyOperator',
    PythonOperator: 'from airflow.providers.standard.operators.python import PythonOperator',
    Variable: 'from airflow.sdk import Variable',
  },
}
