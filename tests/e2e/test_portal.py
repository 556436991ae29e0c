"""The docs portal in a real browser: all of it there, nothing asked of the internet, and every kind of call tried.

``HELI_SCREENSHOTS=docs/integrators`` keeps the pictures of the guides as well.
"""

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import openpyxl
import pytest
from heli_local.running import RunningStack
from playwright.async_api import Browser, BrowserContext, Locator, Page, async_playwright, expect

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PATIENCE_MS = 60_000

pytestmark = pytest.mark.e2e
Open = Callable[..., Awaitable[Page]]


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip(f"none of {', '.join(BROWSERS)} is installed: the portal was not looked at in a browser")
    arguments = ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"]
    async with async_playwright() as playing:
        started = await playing.chromium.launch(executable_path=found, args=arguments)
        yield started
        await started.close()


@pytest.fixture
async def portal(browser: Browser, stack: RunningStack) -> AsyncIterator[Open]:
    """``await portal("#events", "en")`` → a page in which everything was fetched from here and nothing went wrong."""
    contexts: list[BrowserContext] = []
    asked: list[str] = []
    wrong: list[str] = []

    async def visit(view: str = "", language: str = "en") -> Page:
        context = await browser.new_context(locale=language, viewport={"width": 1280, "height": 800})
        contexts.append(context)
        page = await context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("request", lambda one: asked.append(one.url))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda one: wrong.append(one.text) if "Security Policy" in one.text else None)
        await page.goto(f"{stack.url}/docs{view}")
        await expect(page.locator("#contents a").first).to_be_visible(timeout=PATIENCE_MS)
        return page

    yield visit
    for context in contexts:
        await context.close()
    assert wrong == []
    assert [one for one in asked if not one.startswith((f"{stack.url}/", "data:", f"blob:{stack.url}/"))] == []


async def picture(page: Page, name: str) -> None:
    folder = os.environ.get("HELI_SCREENSHOTS")
    if folder:
        await page.screenshot(path=Path(folder) / f"portal-{name}.png")


@pytest.mark.parametrize(
    ("view", "language", "shown", "name"),
    [
        ("", "en", ("/v1/clues/{clue_id}", "Register Clue", "Sign in to try"), "api"),
        ("", "zh-CN", ("/v1/clues/{clue_id}", "登录试用", "登记线索", "抽调限额"), "api-zh"),
        ("#events", "en", ("clue.clue.registered.v1", "Leaves the platform"), "events"),
        ("#events", "zh-CN", ("clue.clue.registered.v1", "线索已登记", "巡察发现问题"), None),
        ("#guides", "en", ("Building on Heli", "A client in TypeScript", "A tour for the inspection office"), None),
        ("#guides", "zh-CN", ("在合力平台上开发", "实时收件箱"), "guides"),
    ],
)
async def test_each_view_is_there_with_no_other_host_to_be_reached(
    portal: Open, view: str, language: str, shown: tuple[str, ...], name: str | None
) -> None:
    page = await portal(view, language)
    if name == "events":
        await page.locator("details", has_text="clue.clue.registered.v1").locator("summary").first.click()
        await expect(page.get_by_text("checked per event")).to_be_visible(timeout=PATIENCE_MS)
    text = await page.locator("body").evaluate("body => body.textContent")
    for words in shown:
        assert words in text, words
    if name:
        await picture(page, name)


async def sign_in(page: Page, sub: str, unit: str, *roles: str) -> None:
    await page.locator("#account").click()
    for name, value in (("sub", sub), ("unit", unit), ("roles", ", ".join(roles))):
        await page.locator(f"#sign-in [name={name}]").fill(value)
    await page.get_by_role("button", name="Get a token").click()
    await expect(page.locator("#account")).to_have_text(f"Signed in: {sub}", timeout=PATIENCE_MS)


async def form_of(page: Page, operation: str) -> Locator:
    """The opened form that tries an operation."""
    card = page.locator(f"#item-{operation}")
    await card.locator("> summary").click()
    await card.locator("details.try > summary").click()
    return card.locator("form.trying")


async def send(form: Locator, **fields: str) -> Locator:
    """Fill the fields, press the button; where the answer is shown."""
    for name, value in fields.items():
        await form.locator(f"[name={name}]").fill(value)
    await form.locator("button[type=submit]").click()
    return form.locator("pre")


CLUE = """{"source_code": "PETITION", "received_on": "2026-11-20",
 "allegations": [{"text": "反映某局食堂采购价格明显高于市场价。"}]}"""


async def test_a_clue_is_registered_and_read_in_the_portal(portal: Open) -> None:
    page = await portal()
    form = await form_of(page, "register_clue")
    await expect(await send(form)).to_contain_text("401", timeout=PATIENCE_MS)
    await sign_in(page, "portal-clerk", "pet-dh", "intake_officer")
    form = await form_of(page, "register_clue")
    await form.locator("textarea").fill(CLUE)
    answer = await send(form)
    await expect(answer).to_contain_text("201 Created", timeout=PATIENCE_MS)
    await expect(answer).to_contain_text("location: /v1/clues/")
    await expect(answer).to_contain_text('"status": "registered"')
    location = next(line for line in (await answer.inner_text()).splitlines() if line.startswith("location:"))
    form = await form_of(page, "get_clue")
    answer = await send(form, clue_id=location.rsplit("/", 1)[1])
    await expect(answer).to_contain_text("200 OK", timeout=PATIENCE_MS)
    await expect(answer).to_contain_text("portal-clerk")
    await answer.scroll_into_view_if_needed()
    await picture(page, "try")


async def test_a_stream_is_shown_while_it_comes_and_stopped(portal: Open) -> None:
    page = await portal()
    await sign_in(page, "portal-reader", "cmo-dh", "case_supervisor")
    form = await form_of(page, "stream_notifications")
    answer = await send(form)
    await expect(answer).to_contain_text("event: ready", timeout=PATIENCE_MS)
    button = form.locator("button[type=submit]")
    await expect(button).to_have_text("Stop")
    await button.click()
    await expect(button).to_have_text("Send GET")
    await expect(answer).to_contain_text("event: ready")


async def test_a_workbook_is_saved_and_not_shown_as_text(portal: Open, tmp_path: Path) -> None:
    page = await portal()
    await sign_in(page, "portal-reader", "cmo-dh", "case_supervisor")
    form = await form_of(page, "get_statistics_sheet")
    answer = await send(form, period_from="2026-01-01", period_to="2026-01-31", format="xlsx")
    await expect(answer).to_contain_text("200 OK", timeout=PATIENCE_MS)
    link = form.locator("a[download]")
    await expect(link).to_be_visible(timeout=PATIENCE_MS)
    async with page.expect_download() as saving:
        await link.click()
    saved = await saving.value
    assert saved.suggested_filename.endswith(".xlsx")
    await saved.save_as(tmp_path / "saved.xlsx")
    book = openpyxl.load_workbook(tmp_path / "saved.xlsx")
    assert book.sheetnames
    assert "xl/workbook" not in await answer.inner_text()


async def test_a_file_is_sent_with_its_own_type(portal: Open) -> None:
    page = await portal()
    await sign_in(page, "portal-keeper", "pool-dh", "pool_manager")
    form = await form_of(page, "import_units")
    rows = "编码,名称\n".encode()
    await form.locator("input[type=file]").set_input_files({"name": "u.csv", "mimeType": "text/csv", "buffer": rows})
    await form.locator("select").select_option("text/csv")
    answer = await send(form, dry_run="true")
    await expect(answer).to_contain_text("x-request-id", timeout=PATIENCE_MS)
    await expect(answer).not_to_contain_text("415")
    await expect(answer).not_to_contain_text("unsupported")


async def test_every_operation_is_titled_and_found_in_chinese(portal: Open) -> None:
    page = await portal("", "zh-CN")
    titles = await page.locator("main details .about").all_text_contents()
    assert len(titles) > 500
    assert [one for one in titles if one.isascii()] == []
    await page.locator("#filter").fill("管辖异议")
    await expect(page.locator("#item-raise_jurisdiction_objection")).to_be_visible(timeout=PATIENCE_MS)
    await expect(page.locator("#item-register_clue")).to_have_count(0)
    await page.locator("#language").click()
    await page.locator("#filter").fill("Raise Jurisdiction")
    await expect(page.locator("#item-raise_jurisdiction_objection .about")).to_have_text("Raise Jurisdiction Objection")
