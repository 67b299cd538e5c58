x = 'a\n\x41\N{DASH}' b'\xff' rb'\d'
y = f'{x!r:>{width}} {{}}'
z = t'{x}'
"""doc
\d"""
'é '
