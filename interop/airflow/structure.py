"""What Airflow makes of the DAG files: errors, and of each DAG its schedule, tasks, rules and order, as JSON.

    structure.py DAGS_FOLDER…
"""
import json
import sys

try:
    from airflow.dag_processing.dagbag import DagBag
except ImportError:
    from airflow.models import DagBag

bags = [DagBag(folder) for folder in sys.argv[1:]]
print(
    "ANSWER "
    + json.dumps(
        {
            "errors": {path.rsplit("/", 1)[-1]: text for bag in bags for path, text in bag.import_errors.items()},
            "dags": {
                name: {
                    "schedule": type(dag.timetable).__name__,
                    "active_runs": dag.max_active_runs,
                    "tasks": {
                        task.task_id: {
                            "after": sorted(task.upstream_task_ids),
                            "rule": str(getattr(task.trigger_rule, "value", task.trigger_rule)),
                            "is_setup": task.is_setup,
                            "is_teardown": task.is_teardown,
                            "retries": task.retries,
                            "outlets": [outlet.uri for outlet in task.outlets],
                        }
                        for task in dag.tasks
                    },
                }
                for bag in bags
                for name, dag in bag.dags.items()
            },
        }
    )
)
