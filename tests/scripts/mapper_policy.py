# A PolicyMapper allows, denies, redirects and attenuates by rules; the first one that fits decides.
# file: good.py
# | import tool, alias, side.part
# | word = tool.shout("a"), alias.word, side.part.word
# file: bad.py
# | import tool
# | tool.secret
# file: worse.py
# | import side
# file: sly.py
# | __name__ = "good"
# | import closed
# file: tool.py
# | secret = 1
# | def shout(text):
# |     return text.upper()
# file: other.py
# | word = "other"
# file: closed.py
# file: side/__init__.py
# file: side/part.py
# | word = "part"
# > ('A', 'other', 'part')
# > Withheld 'tool.secret' is withheld by the policy's rule 1 (attenuate tool: no secrets)
# > ModuleNotFoundError No module named 'side': denied by the policy, no rule of which allows it
# > ModuleNotFoundError No module named 'closed': denied by the policy, no rule of which allows it
# > again ModuleNotFoundError fake
# > rule 4 (allow closed for good)
# > ValueError rule 1 (allow tol): there is no module `tol`; did you mean `tool`?
# > TypeError the policy doesn't fit at `['rule'][0]`: unknown key `alow` in a rule; did you mean `allow`?
# > TypeError the policy doesn't fit: a policy needs a `default`, "allow" or "deny"
# > True True True
import exocet

POLICY = {
    "default": "deny",
    "rule": [
        {"attenuate": {"tool": ["shout"]}, "why": "no secrets"},
        {"redirect": {"alias": "other"}, "optional": True},
        {"allow": ["other", "side.part"]},
        {"allow": "closed", "importers": "good"},
    ],
}


def said(error):
    return type(error).__name__, str(error).split(" (asked by")[0].split(" at `")[0]


mapper = exocet.PolicyMapper(exocet.pep302Mapper, POLICY)
print(exocet.loadNamed("good", mapper).word)
for name in ("bad", "worse", "sly"):
    try:
        exocet.loadNamed(name, mapper)
    except (ImportError, exocet.Withheld) as error:
        print(*said(error))
above = mapper.withOverrides({"closed": "fake"})
try:
    exocet.loadNamed("worse", above)
except ImportError as error:
    print("again", type(error).__name__, above.lookup("closed"))
print(*[rule for rule in mapper.unused() if "closed" in rule])
for wrong in ({"default": "deny", "rule": [{"allow": "tol"}]}, {"default": "deny", "rule": [{"alow": "tool"}]}, {}):
    try:
        exocet.PolicyMapper(exocet.pep302Mapper, wrong)
    except (ValueError, TypeError) as error:
        print(type(error).__name__, error)
print(
    issubclass(exocet.Withheld, AttributeError),
    mapper.contains("other"),
    not mapper.contains("closed") and not mapper.contains("json"),
)
