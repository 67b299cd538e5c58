try:
    import sys
    TEXT = "running on " + sys.platform
except ImportError:
    TEXT = "running somewhere"
