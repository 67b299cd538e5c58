"""Runs deferreds, inline callbacks and a clock that is turned by hand."""
from twisted.internet.defer import CancelledError, Deferred, DeferredLock, fail, gatherResults, inlineCallbacks, maybeDeferred, succeed
from twisted.internet.task import Clock, LoopingCall, deferLater
from twisted.python.failure import Failure


@inlineCallbacks
def slowly(clock, log):
    value = yield deferLater(clock, 5, lambda: 20)
    try:
        yield fail(KeyError("lost"))
    except KeyError as error:
        log.append(f"caught {error}")
    return value + (yield succeed(1))


def work():
    clock, log, failures = Clock(), [], []
    result = slowly(clock, log)
    ticker = LoopingCall(lambda: log.append(f"tick {clock.seconds():g}"))
    ticker.clock = clock
    ticker.start(2)
    clock.pump([1] * 6)
    ticker.stop()
    gatherResults([result, maybeDeferred(len, "abc")]).addCallback(log.append)
    waiting = Deferred().addErrback(lambda failure: failures.append(failure.trap(CancelledError)))
    waiting.cancel()
    assert failures == [CancelledError] and DeferredLock().acquire().called
    return [*map(str, log), Failure(ValueError("v")).getErrorMessage()]


def identity():
    return Deferred
