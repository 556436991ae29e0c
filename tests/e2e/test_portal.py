"""The docs portal in a real browser: all of it there, nothing asked of the internet."""

import shutil
import subprocess
from pathlib import Path

import pytest
from heli_local.running import RunningStack

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def browser() -> str:
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip(f"none of {', '.join(BROWSERS)} is installed: the portal was not looked at in a browser")
    return found


@pytest.mark.e2e
@pytest.mark.parametrize(
    ("view", "language", "shown"),
    [
        ("", "en", ("/v1/clues/{clue_id}", "Register Clue", "Try it", "Sign in to try")),
        ("", "zh-CN", ("/v1/clues/{clue_id}", "试一试", "登录试用")),
        ("#events", "en", ("clue.clue.registered.v1", "checked per event")),
        ("#guides", "en", ("Building on Heli", "A client in TypeScript", "A tour for the inspection office")),
        ("#guides", "zh-CN", ("在合力平台上开发", "实时收件箱")),
    ],
)
def test_each_view_is_there_with_no_other_host_to_be_reached(
    browser: str, stack: RunningStack, tmp_path: Path, view: str, language: str, shown: tuple[str, ...]
) -> None:
    done = subprocess.run(
        [
            browser,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            f"--user-data-dir={tmp_path}",
            f"--accept-lang={language}",
            "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
            "--virtual-time-budget=20000",
            "--dump-dom",
            f"{stack.url}/docs{view}",
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        env={"LANGUAGE": language.replace("-", "_"), "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
    )
    for words in shown:
        assert words in done.stdout, words
