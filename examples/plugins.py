"""Plugins with bad manners, each handled by itself while the others work on.

    exocet run examples/plugins.py
"""

import contextlib
import io
import os
import signal

import exocet

here = os.path.dirname(__file__)


def plugins():
    """Each plugin's name, its handle, and the realm that it is loaded in."""
    # Those in one realm can import one another. Each team has a realm, so that file names may be the same, and a
    # version of the library.
    for team, version in (("common", "v1"), ("alpha", "v1"), ("beta", "v2")):
        folder = os.path.join(here, "plugins", team)
        realm = exocet.Realm(path=[folder, os.path.join(here, "libraries", version)])
        for handle in exocet.iterModules(path=[folder]):  # listed, and not imported
            yield f"{team}/{handle.name}", handle, realm


@contextlib.contextmanager
def deadline(seconds):
    """Raises TimeoutError in code that takes longer."""
    def stop(*_):
        raise TimeoutError(f"took more than {seconds} s")
    former = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)


for name, handle, realm in plugins():
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed), deadline(0.5):
            outcome = "says " + realm.loadNamed(handle.name).reply("Ann")
    except SystemExit as end:
        outcome = f"wanted to exit with {end.code}"
    except Exception as error:
        outcome = f"failed: {type(error).__name__}: {error}"
    print(f"{name}: {outcome}" + (f" (and printed {printed.getvalue().split()})" if printed.getvalue() else ""))
