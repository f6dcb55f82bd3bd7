"""`bptt`: the list of commands."""

import rich_click as click

from bptt.messages import LANGUAGES, _

from .check import check
from .compare import compare
from .diagnose import diagnose
from .evaluate import evaluate
from .explain import explain
from .init import init
from .predict import predict
from .pretrain import pretrain
from .report import report
from .train import train
from .watch import watch

HELP = click.RichHelpConfiguration(
    arguments_panel_title=_("Arguments"),
    options_panel_title=_("Options"),
    commands_panel_title=_("Commands"),
    required_long_string=_("[required]"),
    default_string=_("[default: {}]"),
    show_arguments=True,
)


class Formatter(click.RichHelpFormatter):
    """rich-click's, whose only word that cannot be set is "Usage:"."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or _("Usage:"))


click.RichContext.formatter_class = Formatter


@click.group(help=_("Recurrent networks on ordinary machines: from a file of texts to a model, its scores and a report."))
@click.option("--lang", type=click.Choice(LANGUAGES), help=_("Language of all messages; stands before the command."))
@click.version_option(package_name="bptt")
@click.rich_config(HELP)
def app(lang: str | None) -> None:
    """`lang` was read before this module was imported (main.speak); here it is checked and explained."""


for command in (init, check, pretrain, train, diagnose, evaluate, predict, compare, report, watch, explain):
    app.add_command(command)
