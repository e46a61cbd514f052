#!/usr/bin/env python3
"""Make the pictures of the tutorial: walk through it in Chromium, in Korean and in English.

    .venv/bin/python tools/screenshots.py [--lang ko|en] [--only reports|floor] [--into FOLDER]

Starts `deungdae up` on a free port with a state folder of its own, does what docs/tutorial.md says,
and writes docs/pictures/tutorial-<step>.<language>.webp. Needs Chromium, chromedriver and pdftoppm.
Nothing outside the folder of the pictures and a temporary one is touched.
"""

import argparse
import base64
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

ROOT = Path(__file__).resolve().parents[1]
LANGUAGES = ("ko", "en")
#: The pictures, in the order of the tutorial; each is named by both pages of it.
STEPS = (
    "sign-in",
    "home",
    "report",
    "finding",
    "invitation",
    "colleague",
    "drop",
    "understood",
    "running",
    "changes",
    "print",
    "floor",
    "machine",
    "stop",
)
#: Those that are taken of the live floor: `--only floor` walks there at once.
LIVE = STEPS[STEPS.index("floor") :]
WIDE, HIGH, PHONE = 1200, 860, 390
QUALITY = 72  #: of WebP: letters stay crisp, and a picture has about 40 kB
PATIENCE = 240.0  #: seconds; a search takes half a minute on a small machine
SETTLED = 900.0  #: seconds until the machines of line 1 are known, at worst
DEUNGDAE = (sys.executable, "-m", "deungdae.cli")
PASSWORD = "harbour-lantern-9"  # noqa: S105 - of a demo account that lives for two minutes
COLLEAGUE = "engineer@demo.invalid"
BROWSER = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
)


def picture(step: str, language: str) -> str:
    """Return the name of a picture's file."""
    return f"tutorial-{step}.{language}.webp"


@dataclass(frozen=True)
class Product:
    """The running product: its address without the last slash, and how its owner comes in."""

    url: str
    email: str
    password: str
    home: Path


def environment(home: Path, language: str) -> dict[str, str]:
    """Return what the product is started with: nothing of this shell's own settings."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("DEUNGDAE_", "DJANGO_"))}
    more = {"DEUNGDAE_HOME": str(home), "DEUNGDAE_LANG": language, "PYTHONUNBUFFERED": "1"}
    return {**kept, **more}


@contextmanager
def product(home: Path, language: str) -> Iterator[Product]:
    """Run `deungdae up`, and end it afterwards."""
    with subprocess.Popen(  # noqa: S603 - our own command, no shell
        [*DEUNGDAE, "up", "--port", "0"],
        env=environment(home, language),
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        said: list[str] = []
        url = email = None
        while url is None:
            line = process.stdout.readline()
            if not line:
                raise RuntimeError(f"deungdae up ended: {''.join(said)}")
            said.append(line)
            url = re.search(r"http://[\d.]+:\d+", line)
            email = email or re.search(r"\S+@\S+", line)
        password = said[said.index(email.string) + 1].rsplit(" ", 1)[-1].strip() if email else ""
        assert email is not None
        try:
            yield Product(url[0], email[0], password, home)
        finally:
            process.terminate()


class Walk:
    """Somebody who follows the tutorial, and a camera."""

    def __init__(
        self,
        driver: webdriver.Chrome,
        up: Product,
        language: str,
        into: Path,
        steps: Sequence[str] = STEPS,
    ) -> None:
        self.driver, self.up, self.language, self.into = driver, up, language, into
        self.steps = steps
        self.width(WIDE)

    def width(self, pixels: int, high: int = HIGH) -> None:
        """Make the window as wide as a desk's or a phone's."""
        self.wide = pixels
        metrics = {
            "width": pixels,
            "height": high,
            "deviceScaleFactor": 1 if pixels == WIDE else 1.5,
            "mobile": pixels < 500,
        }
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def open(self, address: str) -> None:
        """Open an address, of the product if it begins with a slash."""
        self.driver.get(address if "://" in address else self.up.url + address)

    def find(self, selector: str) -> WebElement:
        """Wait for an element and return it."""
        self.until(lambda: self.driver.find_elements(By.CSS_SELECTOR, selector))
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def until(self, is_so: Callable[[], Any]) -> Any:
        """Wait for something to be so."""
        return WebDriverWait(self.driver, PATIENCE, 0.1).until(lambda _: is_so())

    def press(self, selector: str) -> None:
        """Press what a selector finds, wherever on the page it stands."""
        self.driver.execute_script("arguments[0].click()", self.find(selector))

    def written(self) -> None:
        """Wait until the report has its pictures and its files: they come after the words."""
        self.find("#share")
        self.until(lambda: not self.driver.find_elements(By.CSS_SELECTOR, "[data-writing]"))
        self.find("a[href*='report.pdf']")

    def leave(self, way: str) -> None:
        """Wait until the address no longer holds `way`."""
        self.until(lambda: way not in self.driver.current_url)

    def take(self, step: str, element: str | None = None, high: int = HIGH) -> None:
        """Take the picture of a step: of an element, or of the page's top."""
        if step not in self.steps:
            return
        self.width(self.wide, high)
        self.driver.execute_script(
            "document.activeElement?.blur();"
            "document.querySelectorAll('.toast').forEach(toast => toast.remove());"
        )
        self.driver.execute_async_script(
            "const done = arguments[0]; document.fonts.ready.then(() =>"
            " requestAnimationFrame(() => requestAnimationFrame(done)))"
        )
        x, y, width = 0.0, 0.0, float(self.wide)
        if element is not None:
            box = self.driver.execute_script(
                "const b = arguments[0].getBoundingClientRect();"
                "return [b.x + scrollX, b.y + scrollY, b.width, b.height]",
                self.find(element),
            )
            x, y, width = max(box[0] - 12, 0), max(box[1] - 12, 0), box[2] + 24
            high = min(high, int(box[3]) + 24)
        asked = {
            "format": "webp",
            "quality": QUALITY,
            "captureBeyondViewport": element is not None,
            "clip": {"x": x, "y": y, "width": width, "height": high, "scale": 1},
        }
        taken = self.driver.execute_cdp_cmd("Page.captureScreenshot", asked)["data"]
        path = self.into / picture(step, self.language)
        path.write_bytes(base64.b64decode(taken))
        print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB", flush=True)

    # The steps of the tutorial, in its order.

    def sign_in(self) -> None:
        """Come in with the one-time password and choose another."""
        self.open("/sign-in/")
        self.driver.add_cookie({"name": "deungdae_theme", "value": "light"})
        self.open("/sign-in/")
        self.find("[name=email]").send_keys(self.up.email)
        self.find("[name=password]").send_keys(self.up.password)
        self.take("sign-in")
        self.press("main .button.main")
        self.find("[name=new_password]").send_keys(PASSWORD)
        self.press("main .button.main")
        self.leave("/account/password/")

    def read_the_demo(self) -> None:
        """Open the report that is there from the beginning."""

        def done() -> bool:
            self.open("/causes/")
            return bool(self.driver.find_elements(By.CSS_SELECTOR, "tbody td .pill.clear"))

        WebDriverWait(self.driver, PATIENCE, 1.0).until(lambda _: done())
        self.take("home", high=560)
        self.open(self.find("tbody th a").get_attribute("href") or "")
        self.written()
        self.take("report", high=900)
        self.take("finding", element="main section.card[id^=s]", high=980)

    def bring_a_colleague(self) -> None:
        """Invite a colleague, who accepts on a phone and reads the report there."""
        report = self.driver.current_url
        self.open("/members/")
        self.find("#invite [name=email]").send_keys(COLLEAGUE)
        self.driver.execute_script(
            "arguments[0].value = 'engineer'", self.find("#invite [name=role]")
        )
        self.press("#invite .button.main")
        link = self.find("#link").text
        self.take("invitation", high=480)
        owner = self.driver.get_cookies()
        self.driver.delete_all_cookies()
        self.driver.add_cookie({"name": "deungdae_theme", "value": "light"})
        self.width(PHONE)
        self.open(link)
        names = {"ko": "정하늘", "en": "Jeong Haneul"}
        self.find("[name=name]").send_keys(names[self.language])
        for field in self.driver.find_elements(By.CSS_SELECTOR, "input[type=password]"):
            field.send_keys(PASSWORD)
        self.press("main .button.main")
        self.leave("/invitation/")
        self.open(report)
        self.take("colleague", high=780)
        self.driver.delete_all_cookies()
        for cookie in owner:
            self.driver.add_cookie(cookie)
        self.width(WIDE)

    def hand_in(self, table: Path) -> None:
        """Hand in next month's table, leave one column out, and search."""
        self.open("/causes/new/")
        self.take("drop", high=520)
        self.find("input[type=file]").send_keys(str(table))
        self.find("#understood")
        self.take("understood", high=1000)
        self.leave_out()
        self.press("form[action$='/start/'] button")
        self.find("[data-percent]")
        self.until(lambda: self.find("[data-percent]").text not in ("", "0%"))
        self.take("running", high=420)
        self.take("changes", element="#changes")
        self.written()

    def leave_out(self) -> None:
        """Say with one click that the filling time is not a setting."""
        name = {"ko": "충전시간", "en": "Fill time"}[self.language]
        row = f"//section[@id='columns']//tr[th[contains(., '{name}')]]"
        button = self.driver.find_element(By.XPATH, f"{row}//button[@name='toggle']")
        before = button.text
        self.driver.execute_script("arguments[0].click()", button)

        def taken() -> bool:
            found = self.driver.find_elements(By.XPATH, f"{row}//button[@name='toggle']")
            ready = self.driver.find_elements(By.CSS_SELECTOR, "form[action$='/start/'] button")
            return bool(found and ready and found[0].text != before)

        WebDriverWait(self.driver, PATIENCE, 0.2, ignored_exceptions=[Exception]).until(
            lambda _: taken()
        )

    def print_it(self) -> None:
        """Save the PDF, and show two pages of it beside one another."""
        address = self.find("a[href*='report.pdf']").get_attribute("href")
        printed = self.driver.execute_async_script(
            "const done = arguments[1]; fetch(arguments[0]).then(r => r.blob()).then(blob => {"
            "const reader = new FileReader(); reader.onload = () => done(reader.result);"
            "reader.readAsDataURL(blob) })",
            address,
        )
        folder = self.up.home / "printed"
        folder.mkdir()
        (folder / "report.pdf").write_bytes(base64.b64decode(printed.split(",", 1)[1]))
        subprocess.run(  # noqa: S603 - a program of this machine, no shell
            [_need("pdftoppm"), "-png", "-r", "75", "-l", "2", "report.pdf", "page"],
            cwd=folder,
            check=True,
        )
        pages = "".join(f'<img src="{page.name}">' for page in sorted(folder.glob("page*.png")))
        style = "margin:0;padding:24px;background:#dfe3e8;display:flex;gap:24px"
        (folder / "pages.html").write_text(
            f'<body style="{style}"><style>img{{width:564px;box-shadow:0 1px 6px #0004}}</style>'
            f"{pages}</body>",
            "utf-8",
        )
        self.open((folder / "pages.html").as_uri())
        self.take("print", high=846)

    def look_at_the_floor(self) -> None:
        """See what the lines do, what a machine did yesterday, and say why it stood."""

        def told() -> bool:
            self.open("/floor/")
            first = ".floor-line:first-child .floor-machines [data-state]"
            states = self.driver.find_elements(By.CSS_SELECTOR, first)
            return bool(states) and all(
                one.get_attribute("data-state") != "unknown" for one in states
            )

        WebDriverWait(self.driver, SETTLED, 2.0).until(lambda _: told())
        self.take("floor", high=1000)
        machine = self.find(".floor-machines a").get_attribute("href") or ""
        self.open(f"{machine}?span=day")
        self.open(self.find("#past [rel=prev]").get_attribute("href") or "")
        self.take("machine", element="#past", high=1000)
        self.open(self.find("#stops td a").get_attribute("href") or "")
        self.find(".reason-tile")
        self.width(PHONE)
        self.take("stop", high=780)
        self.press(".reason-tile")


def walk(language: str, into: Path, only: str = "") -> None:
    """Follow the tutorial in one language, or only its reports or its floor."""
    steps = {"floor": LIVE, "reports": STEPS[: STEPS.index("floor")]}.get(only, STEPS)
    with tempfile.TemporaryDirectory(prefix="deungdae-pictures-") as name:
        home = Path(name) / ".deungdae"
        command = [*DEUNGDAE, "demo", "--seed", "8", "--out", str(home / "next-month")]
        subprocess.run(  # noqa: S603 - our own command, no shell
            command, env=environment(home, language), stdout=subprocess.DEVNULL, check=True
        )
        table = home / "next-month" / f"demo-moulding-{language}.csv"
        with product(home, language) as up, browser(Path(name) / "browser", language) as driver:
            following = Walk(driver, up, language, into, steps)
            following.sign_in()
            if only != "floor":
                following.read_the_demo()
                following.bring_a_colleague()
                following.hand_in(table)
                following.print_it()
            if only != "reports":
                following.look_at_the_floor()


@contextmanager
def browser(profile: Path, language: str) -> Iterator[webdriver.Chrome]:
    """Open a browser without a window, with a profile of its own."""
    options = webdriver.ChromeOptions()
    options.binary_location = _need("chromium", "chromium-browser", "google-chrome")
    for argument in (*BROWSER, f"--user-data-dir={profile}"):
        options.add_argument(argument)
    options.add_experimental_option("prefs", {"intl.accept_languages": language})
    driver = webdriver.Chrome(options=options, service=Service(_need("chromedriver")))
    try:
        driver.set_script_timeout(60)
        yield driver
    finally:
        driver.quit()


def _need(*names: str) -> str:
    for name in names:
        if found := shutil.which(name):
            return found
    raise SystemExit(f"{names[0]} is not here (Debian: chromium, chromium-driver, poppler-utils).")


def main(words: list[str] | None = None) -> int:
    """Make the pictures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--lang", choices=LANGUAGES, help="one language alone")
    parser.add_argument("--only", choices=("reports", "floor"), help="a part of it")
    parser.add_argument("--into", type=Path, default=ROOT / "docs" / "pictures")
    asked = parser.parse_args(words)
    asked.into.mkdir(parents=True, exist_ok=True)
    for language in [asked.lang] if asked.lang else LANGUAGES:
        walk(language, asked.into.resolve(), asked.only or "")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
