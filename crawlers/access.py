"""Who we are to an API: a key from the environment, or tokens bought with client credentials (RFC 6749
section 4.4).
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field

from scrapy.http import Response

from crawlers.catalog import Source
from crawlers.spec import SpecError

Ask = Callable[..., Awaitable[Response]]


class AccessRefused(Exception):  # noqa: N818 - it says what happened
    """The API gave us no token; the message is a short name of why."""


@dataclass
class Credentials:
    """What one source's requests carry; values stay in this process and out of every log and file."""

    source: Source
    key: str = field(default="", repr=False)
    client_id: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    _token: str = field(default="", repr=False)
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    @property
    def renewable(self) -> bool:
        """Whether a 401 may mean that our token has run out."""
        return self.source.oauth is not None

    async def headers(self, ask: Ask, refused: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return the request headers that say who we are; buys a token if none is left.

        Args:
            ask: ``(url, headers, method, body)`` to an answer, politely.
            refused: the headers of a request that was answered 401: their token is not taken any more.

        Raises:
            AccessRefused: if the API gives no token.
        """
        if self.source.auth is not None:
            return {self.source.auth.header: self.source.auth.prefix + self.key}
        if self.source.oauth is None:
            return {}
        async with self._lock:  # of many workers with a stale token, one buys the next
            if not self._token or (refused or {}).get("Authorization") == f"Bearer {self._token}":
                self._token = await self._buy(ask, self.source.oauth.token_url)
        return {"Authorization": f"Bearer {self._token}"}

    async def _buy(self, ask: Ask, token_url: str) -> str:
        pair = base64.b64encode(f"{self.client_id}:{self.secret}".encode()).decode()
        headers = {
            "Authorization": f"Basic {pair}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        response = await ask(token_url, headers, "POST", b"grant_type=client_credentials")
        if response.status != 200:
            raise AccessRefused(f"token-status-{response.status}")
        try:
            token = json.loads(response.body)["access_token"]
        except (ValueError, KeyError, TypeError) as error:
            raise AccessRefused("token-unreadable") from error
        if not isinstance(token, str) or not token:
            raise AccessRefused("token-unreadable")
        return token


def credentials_of(sources: Iterable[Source]) -> dict[str, Credentials]:
    """Return each source's credentials from the environment; simulated ones have documented keys.

    Raises:
        SpecError: naming the variable that is not set.
    """
    return {source.id: _credentials(source) for source in sources}


def _credentials(source: Source) -> Credentials:
    if source.auth is not None:
        return Credentials(source, key=_secret(source, source.auth.env))
    if source.oauth is not None:
        return Credentials(
            source,
            client_id=_secret(source, source.oauth.id_env),
            secret=_secret(source, source.oauth.secret_env),
        )
    return Credentials(source)


def _secret(source: Source, variable: str) -> str:
    value = os.environ.get(variable, "")
    if not value and source.simulated:
        from crawlers.simulated_web.web import DEMO_SECRETS

        value = DEMO_SECRETS.get(variable, "")
    if not value:
        raise SpecError(f"sources: {source.id} needs a secret: set the environment variable {variable}")
    return value
