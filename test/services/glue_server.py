"""moto's server with the lock that its Glue lacks: UpdateTable with an old VersionId is refused, as AWS refuses it.

moto takes any VersionId, so that of two commits one is lost without a word; a test of conflicts on it would prove nothing.
This is our model of Glue's promise, not Glue.
"""
import sys
import threading

from moto.core.exceptions import JsonRESTError
from moto.glue import responses
from moto.server import main

LOCK = threading.Lock()
original = responses.GlueResponse.update_table


def update_table(self):
    asked = self.parameters
    with LOCK:
        table = self.glue_backend.get_table(asked.get("DatabaseName"), asked["TableInput"]["Name"])
        current = max(table.versions, key=int)
        if asked.get("VersionId") is not None and str(asked["VersionId"]) != str(current):
            raise JsonRESTError("ConcurrentModificationException", "Update table failed due to concurrent modifications.")
        return original(self)


responses.GlueResponse.update_table = update_table
sys.exit(main(sys.argv[1:]))
