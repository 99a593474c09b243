"""The pages of the explorer, and what their buttons do."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from attrs import frozen
from jinja2 import Environment, FileSystemLoader
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    HTMLResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route

from simulation.explorer.controls import FIRST, MOST_FOUND, at_fault, controls_of, found_keys
from simulation.explorer.jobs import Job, Jobs
from simulation.explorer.setting import Setting, script_of_comparison, script_of_run
from simulation.explorer.tasks import CHART_LIBRARY
from simulation.lib.invocation import typed
from simulation.scenario import Scenario
from simulation.scenario.checking import ScenarioError
from simulation.scenario.loading import resolved
from simulation.scenario.without_effect import without_effect
from simulation.views import look
from simulation.views.pages.page import PAGES, environment

HERE = Path(__file__).parent
SEARCH, BASE, OTHER, PAIRS = "search", "base", "other", "pairs"
NUMBERS_OF_PAIRS = ("5", "10", "20", "40")

# What the files of reports and comparisons say of themselves, too: all that they need is inside.
_POLICY_OF_FILES = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"
)
_STATIC = {"frame.css": PAGES, "explorer.css": HERE / "static", "explorer.js": HERE / "static"}


@frozen(eq=False)
class Explorer:
    """What the pages are about: the files of scenarios by name, and jobs by the addresses of their pages."""

    scenarios: Mapping[str, Path]
    jobs: Jobs

    def app(self) -> Starlette:
        """The application, which has a worker as long as it is served."""
        return Starlette(
            routes=[
                Route("/", self.gallery),
                Route("/scenario", self.scenario),
                Route("/scenario", self.run, methods=["POST"]),
                Route("/compare", self.comparison),
                Route("/compare", self.compare, methods=["POST"]),
                Route("/cancel", self.cancel, methods=["POST"]),
                Route("/progress", self.progress),
                Route("/pages/{name}", self.page),
                Route("/scenario.toml", self.file),
                Route("/static/{name}", self.static),
            ],
            lifespan=self._lifespan,
            exception_handlers={ScenarioError: _mistake},
        )

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        await self.jobs.open()
        yield
        await self.jobs.close()

    # ------------------------------------------------------------ pages

    def gallery(self, _: Request) -> Response:
        """All scenarios with their questions, and what was run so far."""
        scenarios = [(name, Setting(name, file).load()) for name, file in self.scenarios.items()]
        return self._page("gallery.html", scenarios=scenarios, known=list(self.jobs.known.values()))

    def scenario(self, request: Request) -> Response:
        """A scenario: controls for its parameters, what became of its run, and all of it in other words."""
        setting, words = self._setting(request.url.query), request.query_params.get(SEARCH, "")
        scenario, error = _loaded(setting)
        address = address_of(setting)
        changed = [key for key, _ in setting.changes]
        found = [key for key in found_keys(setting, words) if key not in FIRST and key not in changed]
        return self._page(
            "scenario.html", setting=setting, scenario=setting.base.load(), error=error, search=words,
            fault=at_fault(error, setting), warnings=without_effect(scenario) if scenario else (),
            first=controls_of(setting, FIRST),
            others=controls_of(setting, [*(key for key in changed if key not in FIRST), *found[:MOST_FOUND]]),
            found=len(found), most=MOST_FOUND, job=self.jobs.known.get(address), address=address,
            compared=address_of_pair(setting.base, setting), script=script_of_run(setting),
        )  # fmt: skip

    def comparison(self, request: Request) -> Response:
        """Two scenarios, and what they differ by so far."""
        base, other, pairs = self._compared(request.url.query)
        address = address_of_pair(base, other, pairs)
        settings = [base, other, *(Setting(name, file) for name, file in self.scenarios.items())]
        settings += [self._setting(job.query) for job in list(self.jobs.known.values()) if job.query]
        return self._page(
            "compare.html", base=base, other=other, pairs=pairs, numbers=NUMBERS_OF_PAIRS,
            choices={setting.query: setting.title for setting in settings}, error=_loaded(base)[1] or _loaded(other)[1],
            job=self.jobs.known.get(address), address=address,
            script=script_of_comparison(base, other, pairs),
            command=typed("compare", *_files(base, other), "--replications", pairs),
        )  # fmt: skip

    def page(self, request: Request) -> Response:
        """The report of a run, or the page of a comparison: a file that can be kept."""
        pages = {job.page: job for job in list(self.jobs.known.values())}
        job = pages.get(request.path_params["name"])
        if job is None or job.page is None:
            return PlainTextResponse("there is no such page\n", 404)
        name = f"{job.title}.html" if "save" in request.query_params else None
        headers = {"content-security-policy": _POLICY_OF_FILES}
        return FileResponse(self.jobs.folder / job.page, media_type="text/html", headers=headers, filename=name)

    def file(self, request: Request) -> Response:
        """A setting as a scenario file."""
        setting = self._setting(request.url.query)
        headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(setting.file.stem)}.toml"}
        return Response(setting.as_file(), media_type="application/toml", headers=headers)

    def static(self, request: Request) -> Response:
        """A style sheet or a script."""
        name = request.path_params["name"]
        if name == "look.css":
            return Response(_templates().get_template(name).render(look=look), media_type="text/css")
        folder = {**_STATIC, CHART_LIBRARY: self.jobs.folder}.get(name)
        return PlainTextResponse("there is no such file\n", 404) if folder is None else FileResponse(folder / name)

    # ------------------------------------------------------------ jobs

    async def run(self, request: Request) -> Response:
        """Start the run of a setting."""
        setting = self._setting((await request.body()).decode(errors="replace"))
        task = {"work": "run", "scenario": _sent(setting.load())}
        return await self._started(Job(address_of(setting), setting.title, task, setting.query))

    async def compare(self, request: Request) -> Response:
        """Start the runs of a comparison."""
        base, other, pairs = self._compared((await request.body()).decode(errors="replace"))
        if base == other:
            return PlainTextResponse("both sides are the same; choose another for one of them\n", 400)
        scenarios = [(setting.title, _sent(setting.load())) for setting in (base, other)]
        task = {"work": "compare", "scenarios": scenarios, "pairs": int(pairs)}
        return await self._started(
            Job(address_of_pair(base, other, pairs), f"{other.title} against {base.title}", task)
        )

    async def cancel(self, _: Request) -> Response:
        """End the running job; the answer leads back to its page."""
        current = self.jobs.current
        await self.jobs.cancel()
        return RedirectResponse(current.address if current else "/", 303)

    async def progress(self, request: Request) -> Response:
        """How far the running job is, each time that it gets further, until it is over."""
        job = self.jobs.known.get(request.query_params.get("of", ""))

        async def told() -> AsyncIterator[str]:
            while job is not None:
                news = self.jobs.news
                yield f"data: {json.dumps(job.progress)}\n\n"
                if job.state != "running":
                    return
                await news.wait()

        return StreamingResponse(told(), media_type="text/event-stream")

    async def _started(self, job: Job) -> Response:
        if not await self.jobs.start(job):
            current = self.jobs.current
            return PlainTextResponse(f"one at a time: {current.title if current else ''} is running\n", 409)
        return RedirectResponse(job.address, 303)

    # ------------------------------------------------------------ what addresses say

    def _setting(self, query: str) -> Setting:
        stated = parse_qsl(query, keep_blank_values=True)
        return Setting.of([(key, value) for key, value in stated if key != SEARCH], self.scenarios)

    def _compared(self, query: str) -> tuple[Setting, Setting, str]:
        stated = dict(parse_qsl(query))
        pairs = stated.get(PAIRS, "")
        usual = (Setting(name, file).query for name, file in self.scenarios.items())
        base, other = (self._setting(stated.get(name, next(usual))) for name in (BASE, OTHER))
        return base, other, pairs if pairs in NUMBERS_OF_PAIRS else NUMBERS_OF_PAIRS[1]

    def _page(self, template: str, **told: Any) -> Response:
        return HTMLResponse(_templates().get_template(template).render(told, **_ADDRESSES, current=self.jobs.running))


def address_of(setting: Setting) -> str:
    """The address of a setting's page."""
    return f"/scenario?{setting.query}"


def address_of_pair(base: Setting, other: Setting, pairs: str = NUMBERS_OF_PAIRS[1]) -> str:
    """The address of a comparison's page."""
    return f"/compare?{urlencode({BASE: base.query, OTHER: other.query, PAIRS: pairs})}"


_ADDRESSES = {"address_of": address_of, "address_of_pair": address_of_pair}


def _sent(scenario: Scenario) -> list[Any]:
    """A scenario for the worker: as plain data, how it is called, and whose code may be imported for it."""
    return [resolved(scenario), f"scenario {scenario.name}", list(scenario.extensions.permitted.values())]


def _files(base: Setting, other: Setting) -> tuple[str, str]:
    """The names of two settings' scenarios; where something is changed, what their files are called here."""
    return base.name if not base.changes else "from.toml", other.name if not other.changes else "to.toml"


def _loaded(setting: Setting) -> tuple[Scenario | None, str]:
    """The scenario of a setting, or the line that says why there is none."""
    try:
        return setting.load(), ""
    except ScenarioError as error:
        return None, str(error)


def _mistake(_: Request, error: Exception) -> Response:
    return PlainTextResponse(f"{error}\n", 400)


@cache
def _templates() -> Environment:
    """What renders the explorer's templates, which have the parts of pages."""
    return environment().overlay(loader=FileSystemLoader([HERE / "templates", PAGES]))
