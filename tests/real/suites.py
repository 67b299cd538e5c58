"""Suites of tests under pytest, in a realm: one of our own, which has to give what it gives under CPython, and those of real packages,
unchanged, in which nothing may fail that passes where the same interpreter imports as usual.

    exocet run suites.py EXOCET PACKAGES SOURCES [NAME...]

PACKAGES is the folder that `pip install --target` filled with what requirements.txt names, SOURCES the one into which
`pip download --no-binary` put what suites.txt names. Without a CPython that has pytest, what it gives isn't compared.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import xml.etree.ElementTree as tree

exocet, packages, sources, *names = sys.argv[1:]
here = pathlib.Path(__file__).resolve().parent
plain = [exocet, "run", "--path", packages]
# Programs that a test starts find the packages by the variable.
environment = {**os.environ, "PYTHONPATH": packages, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}


def run(python, folder, *tests):
    """The outcome of each test, by its name."""
    with tempfile.TemporaryDirectory() as place:
        report = os.path.join(place, "report.xml")
        arguments = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "--junitxml", report, *tests]
        done = subprocess.run([*python, *arguments], cwd=folder, env=environment, capture_output=True, text=True)
        if done.returncode not in (0, 1):
            sys.exit(f"{python} in {folder}:\n{done.stdout}{done.stderr}")
        outcomes = {}
        for case in tree.parse(report).getroot().iter("testcase"):
            outcome = {"failure": "failed", "error": "failed", "skipped": "skipped"}
            found = [outcome[child.tag] for child in case if child.tag in outcome]
            name = f"{case.get('classname')}::{case.get('name')}"
            # One that fails, and whose fixture fails after that, is there twice.
            outcomes[name] = "failed" if "failed" in (*found, outcomes.get(name)) else (*found, "passed")[0]
        return outcomes


def own():
    folder = here / "pytest_suite"
    found = run([*plain, "--realm"], folder)
    assert len(found) > 100 and "failed" not in found.values(), {name for name in found if found[name] == "failed"}
    python = shutil.which("python3")
    if python and not subprocess.run([python, "-c", "import pytest"], env=environment, capture_output=True).returncode:
        expected = run([python], folder)
        names = sorted(found.keys() | expected.keys())
        assert found == expected, [(name, found.get(name), expected.get(name)) for name in names if found.get(name) != expected.get(name)]
    print(f"our own: {len(found)} tests", flush=True)


def unchanged(archive, folder):
    with tarfile.open(archive) as file:
        file.extractall(folder, filter="data")
    (unpacked,) = pathlib.Path(folder).iterdir()
    found = run([*plain, "--realm"], unpacked)
    failed = {name for name, outcome in found.items() if outcome == "failed"}
    usual = run(plain, unpacked) if failed else {}
    worse = sorted(name for name in failed if usual.get(name) != "failed")
    print(f"{unpacked.name}: {len(found)} tests, {len(failed)} fail, {len(worse)} of them in the realm alone", flush=True)
    return worse


wrong = []
if not names:
    own()
for archive in sorted(pathlib.Path(sources).glob("*.tar.gz")):
    if not names or any(archive.name.startswith(name) for name in names):
        with tempfile.TemporaryDirectory() as folder:
            wrong += unchanged(archive, folder)
print(*wrong, sep="\n")
sys.exit(bool(wrong))
