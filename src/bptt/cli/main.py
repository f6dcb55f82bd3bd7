"""Where the process starts and ends: the language before anything is said, one message for each way to fail."""

import gettext
import os
import sys
import warnings

import click

from bptt import messages
from bptt.errors import BpttError
from bptt.messages import _

from . import screen

BAD_INPUT, INTERRUPTED, BROKEN_PIPE = 2, 130, 141  # the last two as a shell counts SIGINT and SIGPIPE


def main() -> None:
    """Runs the command line of this process and ends it with 0, 2 (what the user gave is wrong), 130 or 141."""
    screen.prepare()
    speak(sys.argv[1:])
    warnings.showwarning = screen.show_warning
    try:
        status = _run()
    except (KeyboardInterrupt, click.Abort):
        os._exit(INTERRUPTED)  # at once: XLA's threads may still compile, and crash when the interpreter is taken down under them
    except BrokenPipeError:
        _forget_output()
        status = BROKEN_PIPE
    sys.exit(status)


def _run() -> int:
    """The exit code of the command line, whose mistakes are told."""
    if sys.stdout is None:
        return _fail("system", _("Standard output is closed. Give it a place: > /dev/null"))
    try:
        from .app import app  # its help texts are put into words when it is imported

        with app.make_context("bptt", sys.argv[1:]) as context:  # app.main would end a broken pipe and Ctrl-C in ways of its own
            app.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as done:
        return done.exit_code
    except BpttError as error:
        return _fail(error.code, str(error))
    except click.exceptions.NoArgsIsHelpError as help_page:
        help_page.show()
        return help_page.exit_code
    except click.ClickException as error:
        return _fail("usage", error.format_message())
    except BrokenPipeError:
        raise
    except OSError as error:  # what cannot be read or written here
        reason = ": ".join(str(part) for part in (error.filename, error.strerror) if part) or str(error)
        try:
            sys.stdout.flush()
        except OSError:
            _forget_output()
        return _fail("system", _("{reason}. Check the path, its permissions and the free space.").format(reason=reason))
    except (MemoryError, RuntimeError) as error:
        if isinstance(error, RuntimeError) and "RESOURCE_EXHAUSTED" not in str(error):  # that is how XLA says it
            raise
        message = _("Memory ran out. Lower model.units, model.embedding_width, training.batch_size or text.max_length.")
        return _fail("system.memory", message)
    return 0


def speak(arguments: list[str]) -> None:
    """Chooses the language that `--lang` names, and gives Click our catalogue, which holds its sentences too."""
    asked = os.environ.get("BPTT_LANG")
    if arguments and arguments[0].startswith("--lang"):
        wanted = arguments[0].partition("=")[2] or "".join(arguments[1:2])
        if wanted in messages.LANGUAGES:
            messages.use(wanted)
    elif asked and not messages.known(asked):
        message = _("BPTT_LANG={asked}: there is no such language here. Known: {languages}. Speaking {language}.")
        known = ", ".join(messages.LANGUAGES)
        screen.say(message.format(asked=asked, languages=known, language=messages.language()), error=True)
    os.environ["LANGUAGE"] = messages.language()
    gettext.bindtextdomain("bptt", messages.LOCALE)
    gettext.textdomain("bptt")


def _fail(code: str, message: str) -> int:
    screen.say(_("Error ({code}): {message}").format(code=code, message=message), error=True)
    return BAD_INPUT


def _forget_output() -> None:
    """What still waits in the buffer of standard output goes nowhere: nothing can be written there any more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
