"""A headless Chromium, steered over its own pipe (the DevTools protocol; no library is needed for it)."""

import base64
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PROGRAM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
SWITCHES = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run")


class Browser:
    """One page at a time. `events` holds all that the browser told since the page was opened."""

    def __init__(self, to_browser: int, from_browser: int) -> None:
        self._out, self._in = to_browser, from_browser
        self._number, self._session, self._rest = 0, None, b""
        self.events: list[dict[str, Any]] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log", "Accessibility"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """The answer to one command of the protocol; what happens meanwhile goes to `events`."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._number:
                assert "error" not in answer, (method, answer["error"])
                return answer["result"]

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            some = os.read(self._in, 1 << 20)
            assert some, "Chromium has gone"
            self._rest += some
        message, _zero, self._rest = self._rest.partition(b"\0")
        told = json.loads(message)
        if "method" in told:
            self.events.append(told)
        return told

    def open(self, page: Path, width: int = 1280, dark: bool = False, reach: int = 900) -> None:
        """Loads `page` in a window `width` wide and `reach` high, in the light or the dark, and waits until it is drawn."""
        self.events.clear()
        phone = width < 600
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=reach, deviceScaleFactor=1, mobile=phone)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", media="", features=[scheme])
        self.call("Page.navigate", url=page.as_uri())
        while not self.told("Page.loadEventFired"):
            self._read()

    def told(self, method: str) -> list[dict[str, Any]]:
        """The events of one kind since the page was opened."""
        return [event["params"] for event in self.events if event["method"] == method]

    def ask(self, expression: str) -> Any:
        """The value of a JavaScript expression on the page. (The page's own policy lets no script in; this is the debugger.)"""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def screenshot(self, path: Path) -> None:
        """The whole page as a PNG."""
        height = self.ask("document.documentElement.scrollHeight")
        width = self.ask("innerWidth")
        clip = {"x": 0, "y": 0, "width": width, "height": min(height, 16_000), "scale": 1}
        data = self.call("Page.captureScreenshot", clip=clip, captureBeyondViewport=True)["data"]
        path.write_bytes(base64.b64decode(data))

    def pdf(self) -> bytes:
        """The page as it prints."""
        return base64.b64decode(self.call("Page.printToPDF", printBackground=True, preferCSSPageSize=True)["data"])


@contextmanager
def browser() -> Iterator[Browser]:
    """A fresh Chromium with a profile of its own, ended with the block."""
    read_by_it, to_browser = os.pipe()
    from_browser, written_by_it = os.pipe()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        switches = [*SWITCHES, f"--user-data-dir={profile}", "--remote-debugging-pipe"]
        command = f'exec "$@" 3<&{read_by_it} 4>&{written_by_it}'  # the two numbers at which it listens and answers
        arguments = ["bash", "-c", command, "chromium", str(PROGRAM), *switches]
        with subprocess.Popen(arguments, pass_fds=(read_by_it, written_by_it), stderr=subprocess.DEVNULL) as process:
            os.close(read_by_it)
            os.close(written_by_it)
            try:
                yield Browser(to_browser, from_browser)
            finally:
                process.terminate()
                os.close(to_browser)
                os.close(from_browser)
