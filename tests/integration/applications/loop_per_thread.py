# SPDX-License-Identifier: MIT
"""A server with an event loop in each of its threads, which listen at the same port. usage: loop_per_thread.py PORT"""
import asyncio
import signal
import socket
import sys
import threading
import time

from web_application import answer

THREADS = 2


async def respond(reader, writer):
    asked = (await reader.readline()).decode()
    if not asked:  # somebody wanted to know whether we listen
        return writer.close()
    method, target, _ = asked.split()
    length = 0
    while (line := await reader.readline()).strip():
        name, _, value = line.decode().partition(":")
        length = int(value) if name.lower() == "content-length" else length
    text = answer(method, target.partition("?")[2], await reader.readexactly(length))
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(text) + text)
    await writer.drain()
    writer.close()


def listen(port):
    listener = socket.create_server(("127.0.0.1", port), reuse_port=True)
    listener.setblocking(False)
    return listener


class Loop(threading.Thread):
    def __init__(self, port):
        super().__init__()
        self.listener = listen(port)
        self.started = threading.Event()

    def run(self):
        asyncio.run(self.serve())

    async def serve(self):
        self.loop, self.ended = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(respond, sock=self.listener)
        self.started.set()
        async with server:
            await self.ended.wait()

    def end(self):
        self.loop.call_soon_threadsafe(self.ended.set)


def main():
    asked = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, frame: asked.append(number))
    loops = [Loop(int(sys.argv[1])) for _ in range(THREADS)]
    for loop in loops:
        loop.start()
    for loop in loops:
        loop.started.wait()
    while not asked:
        time.sleep(0.02)  # a signal that comes as a wait for a lock begins does not end it
    for loop in loops:
        loop.end()
        loop.join()
    print("ended", file=sys.stderr)


main()
