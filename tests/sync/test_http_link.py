"""The HTTP link, against real servers on this machine's loopback."""

import socket
import ssl
import threading
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from counter_app.domain.errors import CounterError, InvalidInput
from sync import http_link
from sync.enrolment import enrol
from sync.exchange import synchronise
from sync.http_link import HttpLink, send_buffer
from sync.keys import DeviceKeys, new_ratchet_private
from tests.support.tls import self_signed
from tests.sync.fake_hall import FakeHall
from tests.sync.fake_station import enrolled
from tests.sync.test_exchange import all_is_settled, an_event

Answering = Callable[[BaseHTTPRequestHandler, bytes], None]


class QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that hang up are what is tested here."""


class Server:
    """An HTTP/1.1 server whose answer to each request is a function; remembers request lines and headers."""

    def __init__(self, answer: Answering, tls: ssl.SSLContext | None = None) -> None:
        self.seen: list[tuple[str, dict[str, str], int]] = []
        self.connections = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                super().setup()
                outer.connections += 1

            def handle_one(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                outer.seen.append((self.requestline, dict(self.headers), len(body)))
                answer(self, body)

            do_GET = do_POST = handle_one

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = QuietServer(("127.0.0.1", 0), Handler)
        if tls is not None:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    running: list[Server] = []

    def start(answer: Answering, tls: ssl.SSLContext | None = None) -> Server:
        running.append(Server(answer, tls))
        return running[-1]

    yield start
    for server in running:
        server.close()


def whole(handler: BaseHTTPRequestHandler, body: bytes, status: int = 200) -> None:
    handler.send_response_only(status)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def code_of(link: HttpLink, call: str = "exchange") -> str:
    with pytest.raises(CounterError) as caught:
        list(getattr(link, call)([b"message"] if call == "exchange" else b"message"))
    return caught.value.code


def the_hall(hall: FakeHall) -> Answering:
    def answer(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        path, _, query = handler.path.partition("?q=")
        if path == "/v1/head":
            whole(handler, hall.asked_head(urlsafe_b64decode(query + "=" * (-len(query) % 4))))
        else:
            whole(handler, hall.exchange(iter([body])) if path == "/v1/exchange" else hall.enrol(body), 409)

    return answer


def test_a_day_over_real_http_enrolment_first(make_engine, serve):
    hall = FakeHall(make_engine("hall"))
    server = serve(the_hall(hall))
    link = HttpLink(f"http://127.0.0.1:{server.port}/")
    keys = DeviceKeys.make()
    got = enrol(link, hall.new_code(), keys, keys.box_private)  # from which the fake station makes k(1)
    station = enrolled(make_engine("station"), got.device, got.hall, got.station, hall.keys, keys)
    station.save(*[an_event(n) for n in range(1, 200)])
    result = synchronise(station, link)
    assert result.error is None
    assert all_is_settled(station, hall)
    assert server.connections == 1
    station.x += 1  # as if the program had been killed in mid-request
    assert synchronise(station, link).error is None
    assert server.seen[-2][0].startswith("GET /v1/head?q=")


def test_traffic_counts_every_byte_of_http(serve):
    counted = [0, 0]

    def relay(client: socket.socket, port: int) -> None:
        with client, socket.create_connection(("127.0.0.1", port)) as onward:
            back = threading.Thread(target=pump, args=(onward, client, 1))
            back.start()
            pump(client, onward, 0)
            back.join()

    def pump(source: socket.socket, sink: socket.socket, place: int) -> None:
        while data := source.recv(4096):
            counted[place] += len(data)
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)

    server = serve(lambda handler, body: whole(handler, b"a" * 5000))
    with socket.create_server(("127.0.0.1", 0)) as between:
        thread = threading.Thread(target=lambda: relay(between.accept()[0], server.port))
        thread.start()
        link = HttpLink(f"http://127.0.0.1:{between.getsockname()[1]}")
        list(link.exchange([b"b" * 3000]))
        list(link.head(b"c" * 30))
        link.close()
        thread.join()
    assert link.traffic()[:2] == tuple(counted)


def test_the_body_has_a_known_length_and_nothing_identifies_more_than_needed(serve):
    server = serve(lambda handler, body: whole(handler, b"x"))
    list(HttpLink(f"http://127.0.0.1:{server.port}").exchange([b"b" * 70_000]))
    _, headers, length = server.seen[0]
    assert length == 70_000
    assert headers["Content-Length"] == "70000"
    assert set(headers) == {"Host", "User-Agent", "Accept-Encoding", "Content-Type", "Content-Length"}


def test_no_proxy_of_the_environment_is_used(serve, monkeypatch):
    server = serve(lambda handler, body: whole(handler, b"x"))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert list(HttpLink(f"http://127.0.0.1:{server.port}").exchange([b""])) == [b"x"]


def test_a_hall_that_is_off_is_link_down():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    link = HttpLink(f"http://127.0.0.1:{port}")
    assert [code_of(link, call) for call in ("exchange", "head", "enrol")] == ["link_down"] * 3
    assert link.traffic()[:2] == (0, 0)


def test_a_link_that_has_begun_to_connect_sends_over_that_connection(serve):
    server = serve(lambda handler, body: whole(handler, b"x"))
    link = HttpLink(f"http://127.0.0.1:{server.port}")
    link.begin()
    assert [list(link.exchange([b"m"])) for _ in range(2)] == [[b"x"]] * 2
    assert server.connections == 1
    assert link.traffic().round_trip_ms is not None


def test_a_connection_begun_in_vain_is_link_down_and_the_next_request_tries_anew(serve):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    link = HttpLink(f"http://127.0.0.1:{port}")
    link.begin()
    assert [code_of(link), code_of(link)] == ["link_down"] * 2
    link.begin()
    link.close()


def test_a_connection_that_closes_without_an_answer_is_link_cut(serve):
    def hang_up(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        handler.close_connection = True

    assert code_of(HttpLink(f"http://127.0.0.1:{serve(hang_up).port}")) == "link_cut"


@pytest.mark.parametrize("chunked", [False, True])
def test_an_answer_cut_in_the_middle_gives_what_came_and_then_link_cut(serve, chunked):
    def cut(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        handler.send_response_only(200)
        handler.send_header(*(("Transfer-Encoding", "chunked") if chunked else ("Content-Length", "1000")))
        handler.end_headers()
        handler.wfile.write(b"5\r\nhello\r\n5\r\nhe" if chunked else b"hello")
        handler.close_connection = True

    pieces = HttpLink(f"http://127.0.0.1:{serve(cut).port}").exchange([b"m"])
    assert next(pieces) == b"hello"
    with pytest.raises(CounterError) as caught:
        list(pieces)
    assert caught.value.code == "link_cut"


def test_a_redirect_is_not_followed(serve, make_engine):
    def away(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        handler.send_response_only(302)
        handler.send_header("Location", f"http://127.0.0.1:{handler.server.server_port}/login")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    server = serve(away)
    hall = FakeHall(make_engine("hall"))
    with pytest.raises(CounterError) as caught:
        enrol(HttpLink(f"http://127.0.0.1:{server.port}"), hall.new_code(), DeviceKeys.make(), new_ratchet_private())
    assert (caught.value.code, len(server.seen)) == ("not_the_hall", 1)


def test_a_log_in_page_over_http_is_not_the_hall(serve, make_engine):
    server = serve(lambda handler, body: whole(handler, b"<html>" + b"x" * 100_000))
    hall = FakeHall(make_engine("hall"))
    station = enrolled(make_engine("station"), "D1", hall.id, "S1", hall.keys)
    station.save(an_event(1))
    result = synchronise(station, HttpLink(f"http://127.0.0.1:{server.port}"))
    assert result.error is not None
    assert result.error.code == "not_the_hall"


def test_an_answer_without_end_is_given_up(serve, monkeypatch):
    monkeypatch.setattr(http_link, "MAX_ANSWER", 100_000)
    server = serve(lambda handler, body: whole(handler, bytes(1_000_000)))
    got = sum(len(piece) for piece in HttpLink(f"http://127.0.0.1:{server.port}").exchange([b"m"]))
    assert got < 200_000


def test_a_slow_line_gets_time_and_little_is_buffered_for_it(monkeypatch):
    """The connect timeout would bound each send of a first request in urllib3. A large send buffer would hide how
    slow the line is, and the answer would be missed while the buffer still drains."""
    monkeypatch.setattr(http_link, "CONNECT_S", 0.2)
    body, swallowed = bytes(12_000_000), []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        link = HttpLink(f"http://127.0.0.1:{listening.getsockname()[1]}")
        late = (listening, len(body), lambda: swallowed.append(link.traffic().up))
        server = threading.Thread(target=_reads_late, args=late)
        server.start()
        assert b"".join(link.exchange([body])) == b"ok"
        server.join()
    assert swallowed[0] < 1_000_000


@pytest.mark.parametrize(
    ("bytes_per_s", "round_trip_ms", "least", "most"),
    [
        (None, 300, 32 * 1024, 32 * 1024),  # not measured yet
        (2 * 1024, 300, 16 * 1024, 16 * 1024),
        (32 * 1024, 300, 19 * 1024, 20 * 1024),  # a village: it has 9.6 kB under way
        (16 * 1024, 300, 15 * 1024, 20 * 1024),  # the same after a cut
        (128 * 1024, 600, 112 * 1024, 112 * 1024),  # a satellite: 77 kB
        (10 * 1024 * 1024, 1, 112 * 1024, 112 * 1024),
    ],
)
def test_as_much_is_held_back_as_keeps_the_line_busy(bytes_per_s, round_trip_ms, least, most):
    assert least <= send_buffer(bytes_per_s, round_trip_ms) <= most


def test_a_kept_connection_holds_back_less_once_the_line_is_known_to_be_slow(serve, monkeypatch):
    asked: list[int] = []
    really = socket.socket.setsockopt

    def seen(self: socket.socket, level: int, option: int, value: object) -> None:
        if (level, option) == (socket.SOL_SOCKET, socket.SO_SNDBUF):
            asked.append(int(str(value)))
        really(self, level, option, value)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "setsockopt", seen)
    server = serve(lambda handler, body: whole(handler, b"x"))
    rates = iter([None, 16 * 1024, 16 * 1024])
    link = HttpLink(f"http://127.0.0.1:{server.port}", rate=lambda: next(rates))
    for _ in range(3):
        assert list(link.exchange([b"m"])) == [b"x"]
    assert server.connections == 1
    assert asked == [32 * 1024, 16 * 1024]


def _reads_late(listening: socket.socket, length: int, before_reading: Callable[[], None]) -> None:
    client, _ = listening.accept()
    with client:
        threading.Event().wait(0.6)
        before_reading()
        read = 0
        while read < length:
            read += len(client.recv(1 << 20))
        client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[ssl.SSLContext, str]:
    """A self-signed certificate as the server uses it, and its SHA-256."""
    made = self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.cert, made.key)
    return context, made.pin


def test_a_pinned_certificate_is_trusted_and_no_other(serve, certificate):
    context, pin = certificate
    server = serve(lambda handler, body: whole(handler, b"x"), context)
    url = f"https://127.0.0.1:{server.port}"
    assert list(HttpLink(url, pin=pin).exchange([b"m"])) == [b"x"]
    assert code_of(HttpLink(url, pin="00" * 32)) == "not_the_hall"
    assert code_of(HttpLink(url)) == "not_the_hall"
    assert len(server.seen) == 1


@pytest.mark.parametrize("url", ["", "hall.example", "ftp://hall.example", "https://", "https://h:99999", "https://h?x=1"])
def test_what_is_no_address_is_refused(url):
    with pytest.raises(InvalidInput) as caught:
        HttpLink(url)
    assert caught.value.code == "hall_url"


def test_plain_http_is_for_this_machine_unless_both_sides_want_it():
    for url in ("http://127.0.0.1:8000", "http://[::1]:8000", "http://localhost:8000", "https://hall.example"):
        HttpLink(url)
    with pytest.raises(InvalidInput) as caught:
        HttpLink("http://hall.example")
    assert caught.value.code == "plain_http"
    HttpLink("http://hall.example", plain=True)
