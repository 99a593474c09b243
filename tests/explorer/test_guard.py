"""Who is answered: whoever has the token, under the explorer's own address, and no other page."""

import socket

import pytest

from tests.explorer.served import Served

PATHS = ("/", "/scenario?scenario=dev", "/static/explorer.js", "/progress?of=x", "/pages/job-0.html", "/nothing")


@pytest.mark.parametrize("path", PATHS)
def test_nobody_is_answered_without_the_token(explorer: Served, path: str) -> None:
    answer = explorer.asked(path, headers={"Cookie": ""})
    assert answer.status == 403
    assert answer.text == "refused: open the address that the explorer printed when it was started\n"


@pytest.mark.parametrize("wrong", ["", "x", "\u00e9"])
def test_a_wrong_token_is_refused_in_the_address_and_in_the_cookie(explorer: Served, wrong: str) -> None:
    name = explorer.cookie.partition("=")[0]
    given = wrong.encode().decode("latin-1")
    assert explorer.asked("/", headers={"Cookie": f"{name}={given}"}).status == 403
    assert explorer.asked(f"/?token={wrong and 'x'}", headers={"Cookie": ""}).status == 403


def test_the_address_is_answered_with_a_cookie_and_the_same_address_without_the_token(explorer: Served) -> None:
    answer = explorer.asked(f"/scenario?scenario=dev&days=7&token={explorer.token}", headers={"Cookie": ""})
    assert (answer.status, answer.headers["Location"]) == (303, "/scenario?scenario=dev&days=7")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith(explorer.cookie)
    assert {"HttpOnly", "SameSite=strict"} <= set(cookie.split("; "))


@pytest.mark.parametrize("host", ["evil.example", "evil.example:{port}", "localhost:{port}", "127.0.0.1", ""])
def test_a_name_that_leads_here_is_not_the_explorers_own(explorer: Served, host: str) -> None:
    port = explorer.host.rpartition(":")[2]
    answer = explorer.asked("/", headers={"Host": host.format(port=port)})
    assert answer.status in {400, 403}


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", "https://{host}"])
@pytest.mark.parametrize("path", ["/scenario", "/compare", "/cancel"])
def test_other_pages_cannot_press_a_button(explorer: Served, origin: str, path: str) -> None:
    answer = explorer.asked(path, {"scenario": "dev"}, {"Origin": origin.format(host=explorer.host)})
    assert (answer.status, answer.text) == (403, "refused: another page asked\n")


def test_every_answer_forbids_what_the_explorer_does_not_serve(explorer: Served) -> None:
    for headers in ({}, {"Cookie": ""}):
        answer = explorer.asked("/", headers=headers)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_it_listens_to_this_machine_alone(explorer: Served) -> None:
    host, port = explorer.host.split(":")
    assert host == "127.0.0.1"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", int(port)))


def test_static_files_are_those_of_the_explorer(explorer: Served) -> None:
    assert "frame" not in explorer.asked("/static/..%2Fapp.py").text
    assert explorer.asked("/static/app.py").status == 404
    assert explorer.asked("/pages/..%2F..%2Fetc%2Fpasswd").status == 404
