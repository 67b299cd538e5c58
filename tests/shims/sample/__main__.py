ran = __name__, __package__, __spec__.name
given = globals().get("given")
