"""The weather of a town, with what was seen of it before.

    exocet run examples/stubs/report.py Oslo

It asks a service and the clock. Where there is a driver for the database, it keeps there what it has seen.
"""

import json
import sys
import time
from urllib.request import urlopen

try:
    import psycopg
except ImportError:
    psycopg = None

KEPT = 600
reports = {}


def report(town):
    """A line about a town, which is asked for once in ten minutes."""
    made, line = reports.get(town, (0, None))
    if line is None or time.time() >= made + KEPT:
        line = f"{town}: {ask(town)}"
        reports[town] = time.time(), line
    return line


def ask(town):
    """What the service says, or what was seen last where it doesn't answer."""
    try:
        with urlopen(f"https://weather.example/{town}") as answer:
            sky = json.load(answer)["sky"]
    except OSError:
        return last_seen(town)
    if psycopg is not None:
        with psycopg.connect("dbname=weather") as database:
            database.execute("INSERT INTO seen VALUES (%s, %s, %s)", (town, time.time(), sky))
    return sky


def last_seen(town):
    if psycopg is None:
        return "nobody knows"
    with psycopg.connect("dbname=weather") as database:
        rows = database.execute("SELECT sky FROM seen WHERE town = %s ORDER BY at DESC LIMIT 1", (town,))
        return next((f"{sky}, when it was last seen" for sky, in rows), "nobody knows")


if __name__ == "__main__":
    print(report(sys.argv[1]))
