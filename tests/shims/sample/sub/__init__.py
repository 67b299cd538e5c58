from .. import one
