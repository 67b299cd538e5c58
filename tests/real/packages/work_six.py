"""Uses the lazily made modules of six, and its helpers for metaclasses."""
import sys

import six
from six.moves import cStringIO, range, reduce, zip_longest
from six.moves.urllib.parse import quote, urlsplit
import six.moves.configparser as configparser


class Registry(type):
    names = []

    def __init__(cls, name, bases, body):
        super().__init__(name, bases, body)
        Registry.names.append(name)


@six.add_metaclass(Registry)
class First(object):
    pass


def work():
    class Second(six.with_metaclass(Registry, First)):
        pass

    assert type(Second) is Registry and Second.__mro__[1] is First
    assert "six.moves" in sys.modules and six.moves.builtins.len is len
    parser = configparser.ConfigParser()
    parser.read_file(cStringIO("[s]\nkey = 5\n"))
    total = reduce(lambda a, b: a + b, range(parser.getint("s", "key")))
    return [Registry.names[0], str(total), quote("a b/ü"), urlsplit("http://h/p?q").path, str(list(zip_longest("a", ""))), six.ensure_text(b"t")]


def identity():
    return six.with_metaclass
