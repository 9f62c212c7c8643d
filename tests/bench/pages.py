"""`python -m tests.bench.pages`: every page and list on 10,000,000 prestaties, on a PostgreSQL that is made for it.

Takes half an hour and 20 GB; `tests.bench.queries` says what is printed.
"""

from __future__ import annotations

import subprocess
import sys

from app.settings import PROJECT
from tests.conftest import new_postgres_database
from tests.storage.postgres_server import postgres_server


def main() -> int:
    """Make the database and ask everything of it."""
    with postgres_server() as server:
        url = new_postgres_database(server, "large")
        for module, more in {"tests.bench.large": sys.argv[1:], "tests.bench.queries": []}.items():
            subprocess.run([sys.executable, "-m", module, url, *more], cwd=PROJECT, check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
