# A proxied module passes for a module with the standard library's tools, and can be patched.
# > True True True
# > patched patched too 0123456789
# > 0 True
# > 1
# > False False
# > <view of <module 'string' (frozen)>: digits, punctuation replaced> does not have the attribute 'nothing'
# > 0 of the original
# > 0 True
import exocet
import inspect
import string
from unittest import mock

proxy = exocet.proxyModule(string, digits="0")
print(inspect.ismodule(proxy), isinstance(proxy, type(string)), inspect.getdoc(proxy) == inspect.getdoc(string))
with mock.patch.object(proxy, "digits", "patched"), mock.patch.object(proxy, "punctuation", "patched too"):
    print(proxy.digits, proxy.punctuation, string.digits)
print(proxy.digits, proxy.punctuation == string.punctuation)
with mock.patch.object(proxy, "brand_new", 1, create=True):
    print(proxy.brand_new)
print(hasattr(proxy, "brand_new"), hasattr(string, "brand_new"))
try:
    with mock.patch.object(proxy, "nothing", 1):
        pass
except AttributeError as error:
    print(error)
with mock.patch.object(string, "digits", "of the original"):
    print(proxy.digits, exocet.proxyModule(string).digits)
names = dict(inspect.getmembers(proxy))
print(names["digits"], names["hexdigits"] == string.hexdigits)
