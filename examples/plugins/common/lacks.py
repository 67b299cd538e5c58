def respond(name):
    return "has no reply, since it spells it otherwise"
