"""Where the process starts and ends: the language before anything is said, one message for each way to fail."""

import gettext
import os
import sys
import warnings
from pathlib import Path
from typing import TextIO

import click

from bptt import messages
from bptt.errors import BpttError
from bptt.messages import _

BAD_INPUT, INTERRUPTED, BROKEN_PIPE = 2, 130, 141  # the last two as a shell counts SIGINT and SIGPIPE


def main() -> None:
    """Runs the command line of this process and ends it with 0, 2 (what the user gave is wrong), 130 or 141."""
    speak(sys.argv[1:])
    warnings.showwarning = _show_warning
    status = 0
    try:
        from .app import app  # its help texts are put into words when it is imported

        with app.make_context("bptt", sys.argv[1:]) as context:  # app.main would end a broken pipe and Ctrl-C in ways of its own
            app.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as done:
        status = done.exit_code
    except BpttError as error:
        status = _fail(error.code, str(error))
    except click.ClickException as error:
        status = _fail("usage", error.format_message())
    except (KeyboardInterrupt, click.Abort):
        os._exit(INTERRUPTED)  # at once: XLA's threads may still compile, and crash when the interpreter is taken down under them
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is still in the buffer goes nowhere
        status = BROKEN_PIPE
    except OSError as error:  # what cannot be read or written here
        reason = ": ".join(str(part) for part in (error.filename, error.strerror) if part) or str(error)
        status = _fail("system", _("{reason}. Check the path, its permissions and the free space.").format(reason=reason))
    sys.exit(status)


def speak(arguments: list[str]) -> None:
    """Chooses the language that `--lang` names, and gives Click our catalogue, which holds its sentences too."""
    if arguments and arguments[0].startswith("--lang"):
        wanted = arguments[0].partition("=")[2] or "".join(arguments[1:2])
        if wanted in messages.LANGUAGES:
            messages.use(wanted)
    os.environ["LANGUAGE"] = messages.language()
    gettext.bindtextdomain("bptt", messages.LOCALE)
    gettext.textdomain("bptt")


def _fail(code: str, message: str) -> int:
    click.echo(_("Error ({code}): {message}").format(code=code, message=message), err=True)
    return BAD_INPUT


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Our own warnings are sentences for the user; those of other packages keep their place in the code."""
    ours = category is UserWarning and Path(filename).is_relative_to(Path(__file__).parents[1])
    text = f"{message}\n" if ours else warnings.formatwarning(message, category, filename, lineno, line)
    (file or sys.stderr).write(text)
