import config
TEXT = "hello, " + config.user
