"""What axe-core has to say about a page (WCAG 2.2 AA and its best practices)."""

from importlib.resources import files
from typing import Any

from playwright.async_api import Page

_SOURCE = files("axe_playwright_python") / "axe.min.js"
_RUN = """async () => {
    const found = await axe.run(document, {resultTypes: ["violations"]});
    return found.violations;
}"""


async def serious(page: Page) -> list[str]:
    """Give every serious or critical finding: its rule, and what it is about."""
    await page.evaluate(_SOURCE.read_text())
    found: list[dict[str, Any]] = await page.evaluate(_RUN)
    return [
        f"{each['id']}: {node['html'][:160]}"
        for each in found
        if each["impact"] in {"serious", "critical"}
        for node in each["nodes"]
    ]
