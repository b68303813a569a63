"""The socket that the hall serves on."""

from __future__ import annotations

import asyncio
import socket

from sync.hall.serve import Listen, _bound


def test_an_answer_in_two_pieces_does_not_wait_for_the_first_to_be_confirmed():
    async def accepted() -> int:
        found: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        def look(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            found.set_result(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        bound = _bound(Listen("127.0.0.1", 0))
        async with await asyncio.start_server(look, sock=bound):
            _, writer = await asyncio.open_connection(*bound.getsockname())
            nodelay = await found
            writer.close()
            return nodelay

    assert asyncio.run(accepted())
