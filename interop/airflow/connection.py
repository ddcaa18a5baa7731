"""Prints the connection that Airflow's secrets backend makes of a secret: connection.py KWARGS CONNECTION."""
import json
import sys

from airflow.providers.amazon.aws.secrets.secrets_manager import SecretsManagerBackend

kwargs, name = sys.argv[1:]
found = SecretsManagerBackend(**json.loads(kwargs)).get_connection(name)
told = {key: getattr(found, key) for key in ("conn_type", "host", "port", "login", "password", "schema")}
print(json.dumps({**told, "extra": found.extra_dejson}))
