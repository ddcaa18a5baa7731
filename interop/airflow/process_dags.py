"""Airflow 2's dag processor, once through all files and with the callbacks that wait for them. The command of the same name refuses
SQLite, which bears one writer at a time; here the processor is alone, and does one thing after another.

    process_dags.py DAGS_FOLDER
"""
import multiprocessing
import sys
from datetime import timedelta

from airflow.dag_processing.manager import DagFileProcessorManager, DagParsingSignal

asks, listens = multiprocessing.Pipe()
asks.send(DagParsingSignal.AGENT_RUN_ONCE)
DagFileProcessorManager(
    dag_directory=sys.argv[1],
    max_runs=1,
    processor_timeout=timedelta(minutes=10),
    dag_ids=[],
    pickle_dags=False,
    signal_conn=listens,
    async_mode=False,
).start()
