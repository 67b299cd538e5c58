# A proxy of a module shows replacements; what is set on it can be read back, and the original never changes.
# file: original.py
# | a = 1
# | b = 2
# | def __getattr__(name):
# |     if name == "made":
# |         return "made up"
# |     raise AttributeError(f"no {name} here")
# > 1 other None made up original
# > 2 False
# > set new 1 False
# > 1
# > False
# > 'a' was not set on this view, so it can't be deleted from it
# > 'nothing' was not set on this view, so it can't be deleted from it
# > module 'original' has no attribute 'nothing'
# > 1
# > changed
# > True False True
# > other None True
# > True True
# > True True False True
# > outer other
# > unreal 0
# > 2
# > True mine True
import exocet
import sys
import original

proxy = exocet.proxyModule(original, b="other", c=None)
print(proxy.a, proxy.b, proxy.c, proxy.made, proxy.__name__)
print(original.b, hasattr(original, "c"))
proxy.a = "set"
proxy.d = "new"
print(proxy.a, proxy.d, original.a, hasattr(original, "d"))
del proxy.a
print(proxy.a)
del proxy.d
print(hasattr(proxy, "d"))
for name in ("a", "nothing"):
    try:
        delattr(proxy, name)
    except AttributeError as error:
        print(error)
try:
    proxy.nothing
except AttributeError as error:
    print(error)
print(original.a)
original.a = "changed"
print(proxy.a)

print({"a", "b", "c", "__name__"} <= set(dir(proxy)), "d" in dir(proxy), dir(proxy) == sorted(dir(proxy)))
print(proxy.__dict__["b"], vars(proxy)["c"], "a" in vars(proxy))
print(repr(proxy).startswith("<view of <module 'original'"), repr(proxy).endswith(": b, c replaced>"))
print(isinstance(proxy, type(sys)), proxy == proxy, proxy == original, hash(proxy) == hash(proxy))

# Any object can be proxied, a proxy too, and every name can be a replacement.
print(exocet.proxyModule(proxy, a="outer").a, exocet.proxyModule(proxy).b)
print(exocet.proxyModule(3, real="unreal").real, exocet.proxyModule(3).imag)
print(exocet.proxyModule(original, module=1, self=2, name=3).self)
out = exocet.proxyModule(sys, stdout="mine")
print(out.stdin is sys.stdin, out.stdout, sys.stdout != "mine")

