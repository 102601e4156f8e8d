"""The CSO's page: the report over all places in a period, and as a file."""

import asyncio
import csv
import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response, StreamingResponse

from dashboard.asker import Asker
from dashboard.audit import Noted
from dashboard.errors import NotFoundError
from dashboard.page import QUERIES, Look, View, shown, streamed
from dashboard.parts import parts_of, signed_in
from dashboard.period import Period, offered
from dashboard.proof import require_proof
from dashboard.report import OUTCOMES, PROMISES, Counted, PlaceReport, place_report
from dashboard.small_number import LEAST

routes = APIRouter(route_class=Noted)
Someone = Annotated[Asker, Depends(signed_in)]
Cells = list[object]

HIDDEN = "hidden"
HEADER = ("period", "unit", "station", "figure", "of", "outcome", "value", "n",
          "low", "high", "promise")  # fmt: skip
_SOURCES = {
    "contact": "contact.opened",
    "motion": "motion.started",
    "tamper": "tamper.opened",
}


@dataclass(frozen=True)
class Report:
    """The figures of every place in a period; `deaf_s`: no collector heard anything."""

    period: Period
    places: tuple[PlaceReport, ...]
    deaf_s: float


@routes.get("/report")
async def report_page(request: Request, asker: Someone) -> HTMLResponse:
    """Show the report of a period."""
    look = Look.of(request, asker)
    return await shown(look, await report_view(look))


@routes.get("/live/report")
async def report_live(request: Request, asker: Someone) -> StreamingResponse:
    """Keep that page open; what is over does not change, so it is made once."""
    view = await report_view(Look.of(request, asker))

    async def make(_look: Look) -> View:
        return view

    return streamed(request, asker, make)


@routes.get("/report.csv")
async def report_file(request: Request, asker: Someone) -> Response:
    """Give the same as a file."""
    look = Look.of(request, asker)
    report = await read_report(look)
    await require_proof(parts_of(request), asker)
    name = f'attachment; filename="report-{report.period.name}.csv"'
    text = export(report)
    return Response(text, media_type="text/csv", headers={"content-disposition": name})


async def report_view(look: Look) -> View:
    """Read the report that is asked for, else that of the latest month.

    Raises:
        NotFoundError: it is not this role's business.
    """
    report = await read_report(look)
    return View(
        partial="report.html",
        title=look.words("report.title"),
        address=f"/report?period={report.period.name}",
        values={
            "place_name": look.words("report.title"),
            "report": report,
            "periods": offered(look.now),
            "outcomes": OUTCOMES,
            "promises": PROMISES,
            "least": LEAST,
            "source_kind": lambda source: _SOURCES.get(source, source),
        },
    )


async def read_report(look: Look) -> Report:
    """Read what the store counted, and leave out what would give somebody away."""
    if look.asker.role != "cso":
        raise NotFoundError
    period = _period(look)
    async with look.parts.database.transaction(
        look.asker.person, read_only=True
    ) as transaction:
        places = await transaction.all(QUERIES["report_places"])
        incidents = await transaction.all(QUERIES["report_incidents"], year=period.year)
        blind = await transaction.all(QUERIES["report_blind"], year=period.year)
        medians = await transaction.all(
            QUERIES["report_medians"], since=period.first, months=period.months
        )
    found: dict[Any, Counted] = defaultdict(lambda: Counted([], [], {}))
    for row in incidents:
        if period.holds(row["month"]):
            found[_key(row)].incidents.append(row)
    for row in blind:
        if period.holds(row["month"]):
            found[_key(row)].blind.append(row)
    for row in medians:
        found[_key(row)].medians[row["priority"]] = row["seconds"]
    deaf = sum(row["seconds"] for row in found[None, None].blind)

    def judged() -> tuple[PlaceReport, ...]:
        return tuple(place_report(row, found[_key(row)], period) for row in places)

    return Report(period, await asyncio.to_thread(judged), deaf)


def export(report: Report) -> str:
    """Write the figures as a table for a file (CSV)."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADER)
    for of in report.places:
        place = of.place
        where = [report.period.name, place["unit"], place["station"] or "kits"]
        writer.writerows([*where, *line] for line in _lines(of))
    deaf = ["deaf_s", "", "", round(report.deaf_s), "", "", "", ""]
    writer.writerow([report.period.name, "", "", *deaf])
    return text.getvalue()


def _lines(of: PlaceReport) -> Iterator[Cells]:
    for kind in of.kinds:
        for outcome, count in zip(OUTCOMES, kind["outcomes"], strict=True):
            yield _count("incidents", kind["rule"], outcome, count)
        yield _count("incidents", kind["rule"], "", kind["total"])
    for outcome, count in zip(OUTCOMES, of.outcomes, strict=True):
        yield _count("incidents", "", outcome, count)
    yield _count("incidents", "", "", of.total)
    for source, count in of.sources:
        yield _count("false_alarms", source, "", count)
    yield _count("false_alarms", "", "", of.false)
    yield _count("exercises", "", "", of.exercises)
    blind = None if of.blind_s is None else round(of.blind_s)
    yield _count("blind_s", "", "", blind)
    for pace in of.paces:
        yield _count("taken", pace.priority, "", pace.count)
        median = None if pace.median is None else round(pace.median)
        yield _count("taken_median_s", pace.priority, "", median)
        for (bound, promise), share in zip(
            PROMISES[pace.priority], pace.shares, strict=True
        ):
            name = f"taken_within_{bound}_s"
            if share is None:
                yield _count(name, pace.priority, "", None)
                continue
            said = (share.part, share.of, *share.interval, promise)
            yield [name, pace.priority, "", *(_figure(each) for each in said)]


def _count(figure: str, of: str, outcome: str, count: int | None) -> Cells:
    return [figure, of, outcome, HIDDEN if count is None else count, *[""] * 4]


def _figure(value: float) -> object:
    return value if isinstance(value, int) else f"{value:.4f}"


def _key(row: Any) -> tuple[str | None, str | None]:
    return row["unit"], row["station"]


def _period(look: Look) -> Period:
    known = offered(look.now)
    wanted = Period.of(look.request.query_params.get("period", ""))
    return wanted if wanted and wanted in known else known[0]
