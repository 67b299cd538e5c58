import a_module_that_nobody_has


def reply(name):
    return "never reached"
