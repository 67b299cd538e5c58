"""Declares interfaces, adapts objects to them and finds adapters in a registry."""
from zope.interface import Attribute, Interface, implementer, invariant, providedBy
from zope.interface.adapter import AdapterRegistry
from zope.interface.exceptions import BrokenImplementation, Invalid
from zope.interface.verify import verifyClass, verifyObject


class INamed(Interface):
    name = Attribute("What it is called.")
    invariant(lambda thing: None if thing.name else (_ for _ in ()).throw(Invalid("no name")))


class IGreeter(INamed):
    def greet(other):
        """Greets another."""


@implementer(IGreeter)
class Greeter:
    def __init__(self, named):
        self.name = named if isinstance(named, str) else named.name

    def greet(self, other):
        return f"{self.name} greets {other}"


def work():
    registry = AdapterRegistry()
    registry.register([INamed], IGreeter, "loud", lambda named: Greeter(named.name.upper()))
    loud = registry.queryAdapter(Greeter("ann"), IGreeter, "loud")
    assert verifyObject(IGreeter, loud) and verifyClass(IGreeter, Greeter) and IGreeter(loud) is loud and INamed(3, None) is None
    assert registry.lookup1(INamed, IGreeter) is None and IGreeter.extends(INamed)
    return [loud.greet("bob"), str(sorted(IGreeter.names(all=True))), str([i.__name__ for i in providedBy(loud).flattened()]), IGreeter["greet"].getSignatureString()]


def identity():
    return type(INamed)
