"""Decorates and keeps signatures; dispatches on several arguments."""
import inspect

import decorator


@decorator.decorator
def twice(function, count=2, *args, **kw):
    return [function(*args, **kw) for _ in range(count)]


@twice
def add(a, b: int = 1, *, c=0) -> int:
    """Adds."""
    return a + b + c


@decorator.contextmanager
def logged(log):
    log.append("in")
    yield
    log.append("out")


@decorator.dispatch_on("a", "b")
def join(a, b):
    return "any"


join.register(int, str)(lambda a, b: f"{b}*{a}")


def work():
    log = []
    logged(log)(lambda: log.append("body"))()
    made = decorator.FunctionMaker.create("f(x, y)", "return g(x) + y", {"g": abs}, defaults=(2,), doc="Made.")
    assert add.__wrapped__(1) == 2 and add.__doc__ == "Adds." and inspect.getfullargspec(add).kwonlyargs == ["c"]
    return [str(add(1, c=5)), str(inspect.signature(add)), str(twice(count=3)(len)("ab")), *log, str(made(-3)), join(3, "x"), join("x", 3)]


def identity():
    return decorator.FunctionMaker
