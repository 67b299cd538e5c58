"""Defines names, values and flags."""
from constantly import FlagConstant, Flags, NamedConstant, Names, ValueConstant, Values


class Method(Names):
    GET = NamedConstant()
    PUT = NamedConstant()


class Status(Values):
    OK = ValueConstant("200")
    GONE = ValueConstant("410")


class Mode(Flags):
    READ = FlagConstant()
    WRITE = FlagConstant()
    RUN = FlagConstant(8)


def work():
    assert Method.lookupByName("GET") is Method.GET and Status.lookupByValue("410") is Status.GONE
    assert Method.GET < Method.PUT and Method.GET.__name__ if hasattr(Method.GET, "__name__") else True
    both = Mode.READ | Mode.WRITE
    assert Mode.READ in both and Mode.RUN not in both and not (both & Mode.RUN)
    try:
        Method.lookupByName("POST")
    except ValueError as error:
        reason = str(error)
    return [str(list(Method.iterconstants())), repr(both), repr(both ^ Mode.READ), str(Mode.RUN.value), reason, repr(~Mode.READ)]


def identity():
    return NamedConstant
