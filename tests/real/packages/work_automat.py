"""Runs a state machine made with decorators, and one made with a protocol."""
from typing import Protocol

from automat import MethodicalMachine, NoTransition, TypeMachineBuilder


class Turnstile:
    machine = MethodicalMachine()
    locked = machine.state(initial=True)(lambda self: None)
    coin = machine.input()(lambda self: None)

    @machine.state()
    def open(self): "Lets one through."

    @machine.output()
    def thank(self): return "thanks"

    locked.upon(coin, enter=open, outputs=[thank])


class Lamp(Protocol):
    def push(self) -> str: ...


def work():
    gate = Turnstile()
    answers = gate.coin()
    try:
        gate.coin()
    except NoTransition as error:
        answers.append(type(error).__name__)
    builder = TypeMachineBuilder(Lamp, list)
    off, on = builder.state("off"), builder.state("on")
    off.upon(Lamp.push).to(on).returns("bright")
    on.upon(Lamp.push).to(off).returns("dark")
    lamp = builder.build()([])
    return answers + [lamp.push(), lamp.push(), lamp.push()]


def identity():
    return MethodicalMachine
