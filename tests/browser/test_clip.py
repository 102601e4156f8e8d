"""The clip behind an incident plays in a browser, from our own server alone."""

from datetime import timedelta

from playwright.async_api import Page, expect

from collector.content import sort_of
from tests.browser.film import covered
from tests.browser.hand import sign_in, until
from tests.dashboard.house import House
from tests.dashboard.town import COLLEAGUE, HAVEN, OWNER

VIDEO = "document.querySelector('video')"
MINUTE = timedelta(minutes=1)


async def test_a_covered_camera_shows_its_clip_and_news_do_not_stop_it(
    house: House, page: Page
):
    town = house.town
    lost = await town.covered(MINUTE)
    (incident,) = await town.judged(lost)
    film = covered()
    assert sort_of(film) == "mp4"
    digest = await town.clip(lost, film)
    await house.keep_blobs()
    asked: list[tuple[str | None, int]] = []
    page.on(
        "response",
        lambda one: (
            asked.append((one.request.headers.get("range"), one.status))
            if "/clip/" in one.url
            else None
        ),
    )
    await sign_in(page, house, COLLEAGUE)
    await page.goto(f"/incident/{incident}")
    await expect(page.get_by_text("Handtekening klopt.")).to_be_visible()
    await expect(page.get_by_text(digest)).to_be_visible()
    await until(page, f"{VIDEO}.readyState >= 1")  # its metadata, without a press
    assert await page.evaluate(f"{VIDEO}.paused")
    size = await page.evaluate(f"[{VIDEO}.videoWidth, {VIDEO}.videoHeight]")
    assert size == [640, 360]
    assert abs(await page.evaluate(f"{VIDEO}.duration") - 6) < 0.2
    await page.evaluate(f"{VIDEO}.play()")
    await until(page, f"{VIDEO}.currentTime > 0.2")
    await town.judged(
        await town.event(HAVEN, "camera.lost", MINUTE / 2, 7, reason="turned")
    )
    await expect(page.locator("#records li")).to_have_count(2)
    at = await page.evaluate(f"{VIDEO}.currentTime")
    await until(page, f"{VIDEO}.currentTime > {at} + 0.2 && !{VIDEO}.paused")
    assert asked
    assert {status for _, status in asked} <= {200, 206}
    assert any(span and status == 206 for span, status in asked)


async def test_a_lens_that_was_cleaned_is_not_to_do_any_more(house: House, page: Page):
    await house.town.event(HAVEN, "lens.dirty", MINUTE, 6)
    await sign_in(page, house, OWNER)
    task = page.get_by_text("camera 6: lens schoonmaken")
    await expect(task).to_be_visible()
    await page.get_by_role("button", name="Gedaan").click()
    await expect(task).to_be_hidden()
    row = await house.town.row("select person from store.task_aside")
    assert row == {"person": OWNER}
