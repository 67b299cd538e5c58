from saying import Say

import keyword

say = Say()
lines = say.lines

say(len(keyword.kwlist), *keyword.kwlist)
say(*keyword.softkwlist[:3])
say(keyword.iskeyword("async"), keyword.iskeyword("match"), keyword.issoftkeyword("match"), keyword.iskeyword("x"))
