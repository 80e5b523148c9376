# SPDX-License-Identifier: MIT
"""One application for servers of WSGI and of ASGI: says what it was asked, after some work."""


def work(steps):
    total = 0
    for step in range(steps):
        total += step * step % 7
    return total


def answer(method, query, body):
    return f"{method} {len(body)} {body[-8:].decode()} {work(int(query or 0))}\n".encode()


def wsgi(environ, start_response):
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    text = answer(environ["REQUEST_METHOD"], environ.get("QUERY_STRING"), body)
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(text)))])
    return [text]


async def read_body(receive):
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def asgi(scope, receive, send):
    if scope["type"] != "http":
        raise ValueError("only HTTP is spoken here")
    text = answer(scope["method"], scope["query_string"].decode(), await read_body(receive))
    headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(text)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": text})
