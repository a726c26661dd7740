"""Speaking with a customer's identity provider: discovery, the code flow with PKCE and nonce, and what it proves.

The addresses are the customer's words, so that each is reached over https alone, at a public
address that is looked up once, without following redirects, and for no longer than a few seconds.
"""

import base64
import hashlib
import http.client
import ipaddress
import json
import secrets
import socket
import ssl
import time
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import dns.exception
import dns.resolver
import jwt
from django.conf import settings

SECONDS = 5.0
_MOST_BYTES = 256 * 1024
# Neither "none" nor a shared secret: only what the provider alone can sign.
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
_LEEWAY = 60  # seconds by which clocks differ


class NoAnswer(Exception):
    """The provider could not be reached, or did not answer as a provider does."""


class NotProven(Exception):
    """What came back does not prove who it is."""


@dataclass(frozen=True)
class Client:
    """As whom we speak, and with whom."""

    issuer: str
    client_id: str
    secret: str
    back_url: str


@dataclass(frozen=True)
class Begun:
    """What must come back to the browser that began."""

    state: str
    nonce: str
    verifier: str

    def kept(self) -> dict[str, str]:
        return asdict(self)


def begin(client: Client) -> tuple[str, Begun]:
    """Where the browser goes, and what to remember. Raises NoAnswer."""
    found = discover(client.issuer)
    begun = Begun(*(secrets.token_urlsafe(32) for _each in range(3)))
    challenge = base64.urlsafe_b64encode(hashlib.sha256(begun.verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code",
        "client_id": client.client_id,
        "redirect_uri": client.back_url,
        "scope": "openid email profile",
        "state": begun.state,
        "nonce": begun.nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    address = found["authorization_endpoint"]
    return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}", begun


def discover(issuer: str) -> dict[str, Any]:
    """What a provider says of itself. Raises NoAnswer where it calls itself otherwise."""
    found = fetch(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    if found.get("issuer") != issuer or any(not isinstance(found.get(name), str) for name in needed):
        raise NoAnswer("It does not describe itself as this issuer.")
    _checked(found["authorization_endpoint"])
    return found


def finish(client: Client, code: str, begun: Begun) -> dict[str, Any]:
    """The claims of the ID token that the code is worth. Raises NoAnswer or NotProven."""
    found = discover(client.issuer)
    sent = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": client.back_url,
        "code_verifier": begun.verifier,
        "client_id": client.client_id,
        **({"client_secret": client.secret} if client.secret else {}),
    }
    answer = fetch(found["token_endpoint"], urlencode(sent).encode())
    token = answer.get("id_token")
    if not isinstance(token, str):
        raise NotProven("There is no ID token.")
    return _claims(token, fetch(found["jwks_uri"]), client, begun)


def _claims(token: str, keys: dict[str, Any], client: Client, begun: Begun) -> dict[str, Any]:
    try:
        head = jwt.get_unverified_header(token)
        known = [key for key in jwt.PyJWKSet.from_dict(keys).keys if key.public_key_use in {None, "sig"}]
        fitting = [key for key in known if "kid" not in head or key.key_id == head["kid"]]
        if len(fitting) != 1:
            raise NotProven("It is signed with a key that the provider does not name.")
        claims: dict[str, Any] = jwt.decode(
            token,
            fitting[0],
            algorithms=_ALGORITHMS,
            issuer=client.issuer,
            audience=client.client_id,
            leeway=_LEEWAY,
            options={"require": ["iss", "aud", "exp", "iat", "sub"]},
        )
    except jwt.PyJWTError as error:
        raise NotProven(str(error)) from error
    parties = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    if claims.get("azp", client.client_id) != client.client_id or (len(parties) > 1 and "azp" not in claims):
        raise NotProven("It was made for somebody else.")
    if not secrets.compare_digest(str(claims.get("nonce", "")).encode(), begun.nonce.encode()):
        raise NotProven("It was made for another sign-on.")
    return claims


# --- reaching it ---------------------------------------------------------------------------------


def fetch(url: str, body: bytes | None = None) -> dict[str, Any]:
    """A JSON object from an address of the provider's. Raises NoAnswer."""
    host, port, path, is_https = _checked(url)
    line = _line(host, port, _public(host, port), is_https=is_https)
    headers = {"Accept": "application/json", "Host": host if port in {80, 443} else f"{host}:{port}"}
    if body is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    try:
        line.request("GET" if body is None else "POST", path, body, headers)
        answer = line.getresponse()
        content = _read(answer)
        found = json.loads(content) if answer.status == 200 else None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NoAnswer(str(error)) from error
    finally:
        line.close()
    if not isinstance(found, dict):
        raise NoAnswer("It answered with no JSON object.")
    return found


def _checked(url: str) -> tuple[str, int, str, bool]:
    """Host, port and path. Raises NoAnswer for what is no plain https address."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise NoAnswer("It is no address.") from error
    is_https = parts.scheme == "https"
    if not (is_https or (settings.SIGN_ON_ANYWHERE and parts.scheme == "http")) or parts.username or not parts.hostname:
        raise NoAnswer("It is no https address.")
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    return parts.hostname, port or (443 if is_https else 80), path, is_https


def _public(host: str, port: int) -> str:
    """The address of a host; all that it has must be public. It is looked up once, so that it cannot change after."""
    try:
        found = {str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except OSError as error:
        raise NoAnswer("Its name is not known.") from error
    if not settings.SIGN_ON_ANYWHERE and not all(is_public(each) for each in found):
        raise NoAnswer("It is not at a public address.")
    return sorted(found)[0]


def is_public(address: str) -> bool:
    """Whether an address is anybody's to reach: none of a private net, this machine, or a cloud's own service."""
    found = ipaddress.ip_address(address.partition("%")[0])
    inner = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    return (inner or found).is_global and not found.is_multicast


def _line(host: str, port: int, address: str, *, is_https: bool) -> http.client.HTTPConnection:
    """A line to the looked-up address, on which the certificate must be the host's."""
    line = http.client.HTTPConnection(host, port, timeout=SECONDS)
    try:
        plain = socket.create_connection((address, port), SECONDS)
        line.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=host) if is_https else plain
    except OSError as error:
        raise NoAnswer(str(error)) from error
    return line


def _read(answer: http.client.HTTPResponse) -> bytes:
    """All of it, unless it is too much or comes too slowly."""
    end, content = time.monotonic() + SECONDS, b""
    while chunk := answer.read1(65536):
        content += chunk
        if len(content) > _MOST_BYTES or time.monotonic() > end:
            raise ValueError("It is too much, or too slow.")
    return content


# --- proving a domain ------------------------------------------------------------------------------


def texts_of(name: str) -> list[str]:
    """The TXT records of a name; none where there are none, or nobody answers."""
    resolver = dns.resolver.Resolver(configure=not settings.SIGN_ON_DNS)
    if settings.SIGN_ON_DNS:
        host, _colon, port = settings.SIGN_ON_DNS.rpartition(":")
        resolver.nameservers, resolver.port = [host], int(port)
    try:
        answer = resolver.resolve(name, "TXT", lifetime=SECONDS)
    except (dns.exception.DNSException, OSError):
        return []
    return [b"".join(row.strings).decode(errors="replace") for row in answer]
