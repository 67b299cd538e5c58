"""Runs a command line with groups, types, prompts and mistakes."""
import click
from click.testing import CliRunner


@click.group()
@click.option("--loud/--quiet", default=False)
@click.pass_context
def tool(context, loud):
    """A tool of two commands."""
    context.obj = str.upper if loud else str


@tool.command()
@click.argument("names", nargs=-1, required=True)
@click.option("--count", type=click.IntRange(1, 3), default=1, show_default=True, help="How often.")
@click.pass_obj
def greet(change, names, count):
    """Greets everybody."""
    for name in names * count:
        click.secho(change(f"hi {name}"), fg="red")


def work():
    runner = CliRunner()
    good = runner.invoke(tool, ["--loud", "greet", "--count", "2", "ann", "bob"])
    bad = runner.invoke(tool, ["greet", "--count", "9", "x"])
    assert (good.exit_code, bad.exit_code) == (0, 2), (good, bad)
    return [good.output, bad.output, runner.invoke(tool, ["greet", "--help"]).output]


def identity():
    return click.Command
