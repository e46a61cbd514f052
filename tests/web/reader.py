"""Somebody before a browser: which page, how wide, which language, which theme, who they are."""

import json
from collections.abc import Callable
from typing import Any

from access_table import PASSWORD
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

PHONE, DESKTOP = 390, 1440
THEME = "deungdae_theme"  #: the cookie, which belongs to the device and not to a person
#: Seconds that a page may take on a busy machine, and those of a run of the worker.
SOON, RUN = 60.0, 300.0

#: Looks at the open page in one theme after another: one message to the browser for all of them.
_CHECK = """
const [looks, done] = arguments, found = [];
if (!('axe' in window)) { done(null); return; }
const look = async () => {
  for (const [theme, rules] of looks) {
    if (theme) document.documentElement.dataset.theme = theme;
    await new Promise(changed => setTimeout(changed));  // what hears of the theme acts first
    const told = await axe.run(document, {resultTypes: ['violations'], runOnly: rules});
    found.push(told.violations.filter(v => v.impact !== 'minor').map(
      v => [v.impact, v.id, v.nodes.map(n => n.html.slice(0, 160) + ' ' + n.failureSummary)]));
  }
  done(found);
};
look();
"""
_RULES = {
    "type": "tag",
    "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
_COLOURS = {"type": "rule", "values": ["color-contrast"]}


class Reader:
    """Does what a person does: looks, clicks, types, waits."""

    def __init__(self, driver: webdriver.Chrome, url: str, axe: str) -> None:
        self.driver = driver
        self.url = url
        self.pixels = 0
        self._axe = axe
        self._brings_axe = False
        self._who: str | None = None
        self._jars: dict[str, list[dict[str, Any]]] = {}
        # Colours that glide from one to another are those of no theme.
        still = [{"name": "prefers-reduced-motion", "value": "reduce"}]
        self._command("Emulation.setEmulatedMedia", features=still)
        self.width(DESKTOP)

    # ── the window ──

    def width(self, pixels: int) -> None:
        """Make the window as wide as a phone's or a desk's."""
        if pixels != self.pixels:
            metrics = {
                "width": pixels, "height": 900, "deviceScaleFactor": 1, "mobile": pixels < 500
            }  # fmt: skip
            self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
            self.pixels = pixels

    def theme(self, name: str) -> None:
        """Have chosen light, dark or auto: pages that are opened from now on are so."""
        self._command("Network.setCookie", url=self.url, name=THEME, value=name)

    def speak(self, language: str) -> None:
        """Press the switch, if another language is spoken now."""
        if self.run("return document.documentElement.lang") != language:
            switch, here = f'button[name="language"][value="{language}"]', self.at
            elsewhere = not self.run(f"return !!document.querySelector('{switch}')")
            if elsewhere:  # a wall-board has no head of the page
                self.open("/account/")
            self.one(switch).click()
            self.until(
                lambda: (
                    self.run("return document.readyState + document.documentElement.lang")
                    == f"complete{language}"
                )
            )
            if elsewhere:
                self.open(here)

    # ── who sits there ──

    def become(self, email: str | None, password: str = PASSWORD) -> None:
        """Let somebody else sit down; whoever was here before finds everything as it was.

        Who sits there already stays. Somebody who comes for the first time signs in. None is
        somebody whom nobody knows.
        """
        if self._who is not None and self._who == email:
            return
        if self._who is not None:
            cookies = self._command("Network.getCookies", urls=[self.url])["cookies"]
            self._jars[self._who] = [c for c in cookies if c["name"] != THEME]
        self._command("Network.clearBrowserCookies")
        self._who = email
        if email is None:
            return
        if kept := self._jars.get(email):
            self._command("Network.setCookies", cookies=kept)
            return
        self.open("/sign-in/")
        self.sign_in(email, password)

    def sign_in(self, email: str, password: str = PASSWORD) -> None:
        """Fill in the form of the page that asks who one is."""
        self._who = email
        self.one("[name=email]").send_keys(email)
        self.one("[name=password]").send_keys(password)
        self.press_and_leave("main .button.main")

    def forget(self, email: str) -> None:
        """Throw away what the browser kept of somebody."""
        self._jars.pop(email, None)

    # ── pages ──

    def open(self, path: str) -> None:
        """Open a page and wait until all of it is there."""
        self.driver.get(path if path.startswith("http") else self.url + path)
        self._settled()

    def press_and_leave(self, selector: str) -> None:
        """Press what leads to another page, and wait for that page."""
        self.leave(self.one(selector).click)

    def leave(self, step: Callable[[], Any]) -> None:
        """Do what leads to another page, and wait for that page."""
        self.run("window.still_here = true")
        step()
        self.until(lambda: self.run("return !window.still_here"))
        self._settled()

    def _settled(self) -> None:
        self.until(lambda: self.run("return document.readyState") == "complete")

    @property
    def at(self) -> str:
        """The address without its host."""
        return self.driver.current_url.removeprefix(self.url)

    def one(self, selector: str) -> WebElement:
        """Return the first element that a selector finds, in the middle of the window."""
        found = self.driver.find_element(By.CSS_SELECTOR, selector)
        self.run("arguments[0].scrollIntoView({block: 'center'})", found)
        return found

    def all(self, selector: str) -> list[WebElement]:
        """Return everything that a selector finds."""
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def text(self, selector: str = "main") -> str:
        """Return the words that a reader sees in an element."""
        return self.driver.find_element(By.CSS_SELECTOR, selector).text

    def run(self, script: str, *given: Any) -> Any:
        """Run a script in the page."""
        return self.driver.execute_script(script, *given)

    def until(self, is_so: Callable[[], Any], seconds: float = SOON) -> Any:
        """Wait for something to be so."""
        return WebDriverWait(self.driver, seconds, 0.05).until(lambda _: is_so())

    # ── the keyboard alone ──

    def press(self, *keys: str) -> None:
        """Press keys where the focus is."""
        actions = ActionChains(self.driver)
        for key in keys:
            actions = actions.send_keys(key)
        actions.perform()

    def focused(self, selector: str) -> bool:
        """Say whether the focus is on what a selector finds."""
        script = "return document.activeElement.matches(arguments[0])"
        return bool(self.run(script, selector))

    def tab_to(self, selector: str, most: int = 80) -> int:
        """Press Tab until the focus is there and return how often; nobody would press forever."""
        for pressed in range(most):
            if self.focused(selector):
                return pressed
            self.press(Keys.TAB)
        raise AssertionError(f"the keyboard never reaches {selector}")

    # ── what the browser knows ──

    def shut_out(self) -> list[Any]:
        """Return what axe-core finds on the page as it stands, without what is minor."""
        return self._checked([("", _RULES)])[0]

    def shut_out_by_theme(self, first: str, *others: str) -> dict[str, list[Any]]:
        """Return the same for themes; in all but the first colours alone, which alone differ."""
        found = self._checked([(first, _RULES), *((other, _COLOURS) for other in others)])
        return dict(zip((first, *others), found, strict=True))

    def _checked(self, looks: list[tuple[str, dict[str, Any]]]) -> list[list[Any]]:
        found: list[list[Any]] | None = self.driver.execute_async_script(_CHECK, looks)
        if found is None:
            self.run(self._axe)
            if not self._brings_axe:  # pages that are opened from now on have it at once
                self._command("Page.addScriptToEvaluateOnNewDocument", source=self._axe)
                self._brings_axe = True
            found = self.driver.execute_async_script(_CHECK, looks)
        assert found is not None
        return found

    def log(self, kind: str) -> list[dict[str, Any]]:
        """Return and forget what the browser has noted: `browser` or `performance`."""
        entries: list[dict[str, Any]] = self.driver.get_log(kind)  # type: ignore[no-untyped-call]
        return entries

    def traffic(self) -> list[dict[str, Any]]:
        """Return the network's events since the last call."""
        messages = [json.loads(entry["message"])["message"] for entry in self.log("performance")]
        return [m for m in messages if m["method"].startswith("Network.")]

    def _command(self, command: str, **given: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.driver.execute_cdp_cmd(command, given)
        return answer
