"""The web application: one page, its stream, its health and its numbers.

Law: every route has a return type; routes only join queries, view and template.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, FastAPI, Header, Request
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, StreamingResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from sqlalchemy import Engine
from starlette.staticfiles import StaticFiles

from broker.errors import SirkulaError
from server.web.headers import SecurityHeaders
from server.web.languages import LANGUAGES, Texts, chosen, read_texts
from server.web.live import Live
from server.web.page import Page
from server.web.queries import check, read_records, read_summary
from server.web.records import Records, Summary
from server.web.times import Wall
from server.web.view import page

Clock = Callable[[], float]
Accepted = Annotated[str, Header(alias="Accept-Language")]

_STATIC: Final = Path(__file__).parent / "static"


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the web server and its database answer."""

    ok: bool
    database: str


@dataclass(frozen=True, slots=True)
class Site:
    """What the routes need: the database, the branch's wall clock, the words, the live page."""

    engine: Engine
    zone: ZoneInfo
    clock: Clock
    texts: dict[str, Texts]
    templates: Environment

    def page(self, records: Records, language: str) -> Page:
        return page(records, self.wall(language))

    def wall(self, language: str) -> Wall:
        return Wall(self.zone, self.clock(), self.texts[language])

    def html(self, records: Records, language: str) -> str:
        other = next(name for name in LANGUAGES if name != language)
        wall = self.wall(language)
        template = self.templates.get_template("page.html")
        return template.render(page=page(records, wall), wall=wall, texts=wall.texts, other=other)


def create_app(engine: Engine, zone: ZoneInfo, clock: Clock) -> FastAPI:
    """The application over a migrated database; nothing is opened or started yet.

    `zone` is the branch's, `clock` gives seconds since 1970 UTC. There is no login: bind it to an
    address that only staff reach. `app.state.live` is its `Live`.
    """
    templates = Environment(
        loader=PackageLoader("server.web"), autoescape=True, undefined=StrictUndefined
    )
    site = Site(engine, zone, clock, read_texts(), templates)
    live = Live(lambda: read_records(engine), site.page)
    app = FastAPI(title="Sirkula", openapi_url=None, docs_url=None, redoc_url=None)
    app.state.live = live
    app.state.closing = live.close
    app.add_middleware(SecurityHeaders)
    app.add_exception_handler(SirkulaError, _unavailable(site))
    app.include_router(_pages(site, live))
    app.include_router(_numbers(site))
    app.mount("/static", StaticFiles(directory=_STATIC))
    return app


def _pages(site: Site, live: Live) -> APIRouter:
    router = APIRouter()

    @router.get("/", response_class=HTMLResponse)
    def show(accepted: Accepted = "", lang: str | None = None) -> HTMLResponse:
        language = chosen(lang, accepted)
        html = site.html(read_records(site.engine), language)
        return HTMLResponse(html, headers=_spoken(language))

    @router.get("/stream", response_class=StreamingResponse)
    async def stream(accepted: Accepted = "", lang: str | None = None) -> StreamingResponse:
        language = chosen(lang, accepted)
        # The second header keeps nginx from collecting the stream.
        headers = {**_spoken(language), "X-Accel-Buffering": "no"}
        return StreamingResponse(
            live.watch(language), media_type="text/event-stream", headers=headers
        )

    return router


def _numbers(site: Site) -> APIRouter:
    router = APIRouter()

    @router.get("/health", responses={503: {"model": Health}})
    def health() -> Health:
        check(site.engine)
        return Health(ok=True, database="reachable")

    @router.get("/api/summary")
    def summary() -> Summary:
        return read_summary(site.engine)

    return router


def _unavailable(site: Site) -> Callable[[Request, Exception], PlainTextResponse | JSONResponse]:
    def answer(request: Request, _error: Exception) -> PlainTextResponse | JSONResponse:
        if request.url.path == "/health":
            return JSONResponse({"ok": False, "database": "unreachable"}, 503)
        accepted = request.headers.get("Accept-Language", "")
        language = chosen(request.query_params.get("lang"), accepted)
        words = site.texts[language]("page.database_failed")
        return PlainTextResponse(words, 503, {**_spoken(language), "Retry-After": "5"})

    return answer


def _spoken(language: str) -> dict[str, str]:
    return {"Content-Language": language, "Vary": "Accept-Language"}
