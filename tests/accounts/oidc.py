"""A small OpenID Connect provider and a name server, on this machine, for the tests of sign-on."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import BaseRequestHandler, ThreadingUDPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import dns.message
import dns.rrset
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa


def new_key() -> Any:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Provider:
    """What it says next is for the test to change."""

    issuer: str = ""
    key: Any = field(default_factory=new_key)
    signs_with: Any = None
    said: dict[str, Any] = field(default_factory=dict)  # claims beside or instead of the right ones
    described: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    algorithm: str = "RS256"

    def authorize(self, url: str, **who: Any) -> str:
        """As the person does there: they sign on, and are sent back with a code. The address they come back to."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        self.said = {"sub": "subject-1", "email": "new@acme.example", "name": "Nora Newcomer", **who}
        return f"{asked['redirect_uri']}?code={code}&state={asked['state']}"

    def token(self, form: dict[str, str]) -> dict[str, Any] | None:
        asked = self.codes.pop(form.get("code", ""), None)
        if asked is None or asked["redirect_uri"] != form["redirect_uri"] or form.get("client_secret") != "hush":
            return None
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]:
            return None
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": asked["client_id"], "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        claims = {name: value for name, value in {**claims, **self.said}.items() if value is not None}
        key: Any = None if self.algorithm == "none" else self.signs_with or self.key
        token = jwt.encode(claims, key, algorithm=self.algorithm, headers={"kid": "one"})
        return {"id_token": token, "access_token": "unused", "token_type": "Bearer"}

    def keys(self) -> dict[str, Any]:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [{**public, "kid": "one", "use": "sig", "alg": "RS256"}]}

    def description(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            **self.described,
        }


@contextmanager
def running() -> Iterator[Provider]:
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            pages = {"/.well-known/openid-configuration": provider.description, "/keys": provider.keys}
            self.answer(pages[self.path]() if self.path in pages else None)

        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(text).items()}
            provider.asked.append(form)
            self.answer(provider.token(form))

        def answer(self, body: Any) -> None:
            content = json.dumps(body or {"error": "invalid_grant"}).encode()
            self.send_response(200 if body else 400)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            pass

    with _served(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as port:
        provider.issuer = f"http://127.0.0.1:{port}"
        yield provider


@contextmanager
def name_server() -> Iterator[tuple[str, dict[str, str]]]:
    """Its address, and the TXT records that it knows."""
    records: dict[str, str] = {}

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            question = dns.message.from_wire(self.request[0])
            answer = dns.message.make_response(question)
            name = question.question[0].name
            text = records.get(name.to_text(omit_final_dot=True))
            if text:
                answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", f'"{text}"'))
            self.request[1].sendto(answer.to_wire(), self.client_address)

    with _served(ThreadingUDPServer(("127.0.0.1", 0), Handler)) as port:
        yield f"127.0.0.1:{port}", records


@contextmanager
def _served(server: Any) -> Iterator[int]:
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
