"""Who may use the explorer: whoever has its address with the token, in a browser on this machine, and no other page."""

from secrets import compare_digest
from urllib.parse import urlencode

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

TOKEN = "token"  # noqa: S105 -- the name of a parameter

# Pages load what the explorer serves, and nothing else.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": _POLICY, "x-content-type-options": "nosniff", "referrer-policy": "no-referrer",
    "cache-control": "no-store", "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}  # fmt: skip


class Guard:
    """What every request passes.

    It has to be for this `host`, which a page that had its own name rebound to this machine does not ask for; if it
    names an origin, as what other pages send does, for this one; and it has to bring the token: in its address, which
    is answered with a cookie and without the token in the address, and from then on in the cookie.
    """

    def __init__(self, app: ASGIApp, host: str, token: str) -> None:
        self._app = app
        self._host = host
        self._token = token
        self._cookie = f"explorer-{host.rpartition(':')[2]}"  # cookies are shared by all ports of a machine

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        answer = self._refusal(Request(scope)) or self._welcome(Request(scope)) or self._app
        await answer(scope, receive, send_with_headers)

    def _refusal(self, request: Request) -> Response | None:
        if request.headers.get("host") != self._host:
            return _refused("the explorer answers under its own address alone")
        if request.headers.get("origin", f"http://{self._host}") != f"http://{self._host}":
            return _refused("another page asked")
        tokens = (request.query_params.get(TOKEN, ""), request.cookies.get(self._cookie, ""))
        if not any(compare_digest(token.encode(), self._token.encode()) for token in tokens):
            return _refused("open the address that the explorer printed when it was started")
        return None

    def _welcome(self, request: Request) -> Response | None:
        """A cookie for whoever comes with the token, and the same address without it."""
        if TOKEN not in request.query_params:
            return None
        rest = urlencode([(name, value) for name, value in request.query_params.multi_items() if name != TOKEN])
        answer = RedirectResponse(f"{request.url.path}{'?' if rest else ''}{rest}", 303)
        answer.set_cookie(self._cookie, self._token, httponly=True, samesite="strict")
        return answer


def _refused(why: str) -> Response:
    return PlainTextResponse(f"refused: {why}\n", 403)
