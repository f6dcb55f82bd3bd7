"""A published file, downloaded once into the cache folder and checked by its sum; what broke off goes on where it stopped."""

import logging
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from bptt.errors import DataError
from bptt.messages import _

TIMEOUTS = (10, 30)  # seconds: to connect, and between two pieces
PIECE = 1 << 14  # bytes; a piece that breaks off is lost
PAUSE = 1.0  # seconds before the next try
PLAIN_SECONDS = 5.0  # between two lines where there is no terminal
_MB = 1e6


class Bar(Protocol):
    """What is told of how far a download is."""

    def __call__(self, done: int, total: int | None) -> None: ...


def fetch(address: str, md5: str, name: str) -> Path:
    """The file `name` in the cache folder, downloaded from `address` if it is not there whole.

    Raises DataError, which says where to put the file by hand, where it cannot be had or is not the one published.
    """
    import pooch  # brings in requests, 0.2 s that no other source should pay
    from requests import RequestException

    folder = pooch.os_cache("bptt")
    pooch.get_logger().setLevel(logging.WARNING)  # what it would say is said here
    by_hand = _("Fetch that file by hand and put it into {folder}, or try again.").format(folder=folder)
    part = folder / f"{name}.part"
    try:
        return Path(pooch.retrieve(address, f"md5:{md5}", name, folder, downloader=Resumed(part)))
    except RequestException as error:
        told = [_("{address} cannot be downloaded: {reason}.").format(address=address, reason=_reason(error)), by_hand]
        if (folder / name).exists():
            told.append(_("The file of that name that is there is another: its MD5 is not {md5}.").format(md5=md5))
        if part.exists():
            told.append(_("The next try goes on after the {done:,.1f} MB that have come.").format(done=part.stat().st_size / _MB))
        raise DataError("data.download", " ".join(told)) from error
    except ValueError as error:  # what pooch raises for another sum
        message = _("What came from {address} is not the published file: its MD5 is not {md5}. It is deleted.")
        raise DataError("data.download-sum", f"{message.format(address=address, md5=md5)} {by_hand}") from error


class Resumed:
    """A downloader for pooch. It keeps what has come in `part`, and asks the server for the rest only (HTTP Range); a download
    that breaks off is taken up again as long as each try brings something."""

    def __init__(self, part: Path) -> None:
        self._part = part

    def __call__(self, url: str, output_file: str, pooch: object) -> None:
        """Fills `output_file`. Raises requests.RequestException; what has come by then stays in `part`."""
        from requests import exceptions

        name = self._part.name.removesuffix(".part")
        _say(_("{name}: from {address} into {folder}").format(name=name, address=url, folder=self._part.parent))
        with _shown(name) as bar:
            while True:
                before = self._size()
                try:
                    self._rest(url, bar)
                    break
                except (exceptions.ConnectionError, exceptions.Timeout, exceptions.ChunkedEncodingError):
                    if self._size() <= before:
                        raise
                time.sleep(PAUSE)
        os.replace(self._part, output_file)

    def _size(self) -> int:
        return self._part.stat().st_size if self._part.exists() else 0

    def _rest(self, url: str, bar: Bar) -> None:
        """What `part` lacks; all of it where the server cannot begin in the middle."""
        import requests

        start = self._size()
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={start}-"} if start else {})
        with requests.get(url, headers=headers, stream=True, timeout=TIMEOUTS) as response:
            if start and response.status_code == requests.codes.requested_range_not_satisfiable:
                return  # nothing is lacking; the sum will tell whether it is right
            response.raise_for_status()
            goes_on = response.status_code == requests.codes.partial_content
            done = start if goes_on else 0
            length = response.headers.get("Content-Length")
            total = done + int(length) if length else None
            with self._part.open("ab" if goes_on else "wb") as file:
                for piece in response.iter_content(PIECE):
                    file.write(piece)
                    done += len(piece)
                    bar(done, total)


@contextmanager
def _shown(name: str) -> Iterator[Bar]:
    """On a terminal a bar, elsewhere a line every 5 seconds, on standard error."""
    if sys.stderr.isatty() and not hasattr(sys.stderr, "rich_proxied_file"):  # with which a live line takes the terminal
        with _bar(name) as bar:
            yield bar
    else:
        yield _lines(name)


@contextmanager
def _bar(name: str) -> Iterator[Bar]:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(name, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def _lines(name: str) -> Bar:
    last = -PLAIN_SECONDS

    def line(done: int, total: int | None) -> None:
        nonlocal last
        if time.monotonic() - last >= PLAIN_SECONDS or done == total:
            last = time.monotonic()
            message = _("{name}: {done:,.1f} of {total:,.1f} MB are here") if total else _("{name}: {done:,.1f} MB are here")
            _say(message.format(name=name, done=done / _MB, total=(total or 0) / _MB))

    return line


def _say(sentence: str) -> None:
    sys.stderr.write(sentence + "\n")
    sys.stderr.flush()


def _reason(error: Any) -> str:
    """Why, in a few words; requests' own are a nest of exceptions."""
    import requests

    if isinstance(error, requests.HTTPError) and error.response is not None:
        return _("the server answers {status}").format(status=error.response.status_code)
    if isinstance(error, requests.Timeout):
        return _("no answer came in time")
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return _("it broke off")
    if isinstance(error, requests.exceptions.SSLError):
        return _("its certificate is not accepted")
    if isinstance(error, requests.ConnectionError):
        return _("there is no connection to it")
    return str(error)
