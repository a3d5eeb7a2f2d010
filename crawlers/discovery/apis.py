"""Listings in JSON: items by key or template, and the next page by cursor, page number or offset."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from crawlers.catalog import ApiShape
from crawlers.discovery.addresses import clean_url, is_http, with_parameter
from crawlers.discovery.found import Found, UnreadableListingError, moment, read_json

BRACES = re.compile(r"\{([^{}]+)\}")


def api_links(body: bytes, url: str, shapes: Iterable[ApiShape], drop: Iterable[str] = ()) -> Found:
    """Return the resources a JSON listing names with their dates, its next page, and itself if it is stored.

    Args:
        body: the answer.
        url: its address; the first of ``shapes`` that fits it says how to read it.
        shapes: what the catalogue says of the source's listings.
        drop: query parameters left out of the resources' URLs.

    Raises:
        UnreadableListingError: if no shape fits, or the items are not where it says.
    """
    shape = next((shape for shape in shapes if shape.fits(url)), None)
    if shape is None:
        raise UnreadableListingError(f"{url}: no 'listing' pattern of the source's api fits it")
    data = read_json(body, url)
    items = value_at(data, shape.items)
    if not isinstance(items, list):
        raise UnreadableListingError(f"{url}: no list under {shape.items!r}")
    found = Found()
    for item in items:
        address = clean_url(_place(item, shape), url, drop)
        if shape.item_url and is_http(address) and address != url:
            found.add_page(address, _date(item, shape))
    if shape.store_listings and items:
        found.add_page(url)
    following = _next_page(data, len(items), url, shape)
    if following:
        found.navigation[following] = ""
    return found


def value_at(data: Any, path: str) -> Any:
    """Return what a dotted path leads to (``meta.next_cursor``, ``links.0.href``), or None."""
    for key in path.split(".") if path else ():
        if isinstance(data, dict):
            data = data.get(key)
        elif isinstance(data, list) and key.isdecimal():
            data = data[int(key)] if int(key) < len(data) else None
        else:
            return None
    return data


def _place(item: Any, shape: ApiShape) -> str:
    """Return an item's URL as the shape spells it, or "" if the item lacks a part."""
    if not BRACES.search(shape.item_url):
        place = value_at(item, shape.item_url)
        return place if isinstance(place, str) else ""
    values = {path: value_at(item, path) for path in BRACES.findall(shape.item_url)}
    if not all(_is_scalar(value) for value in values.values()):
        return ""
    return BRACES.sub(lambda match: quote(str(values[match[1]]), safe=""), shape.item_url)


def _is_scalar(value: object) -> bool:
    return value != "" and isinstance(value, str | int) and not isinstance(value, bool)


def _date(item: Any, shape: ApiShape) -> str:
    date = value_at(item, shape.item_date) if shape.item_date else None
    return moment(date) if isinstance(date, str) else ""


def _next_page(data: Any, num_items: int, url: str, shape: ApiShape) -> str:
    """Return the address of the next page, or "" after the last."""
    if shape.next_cursor:
        cursor = value_at(data, shape.next_cursor)
        return with_parameter(url, shape.cursor_parameter, str(cursor)) if _is_scalar(cursor) else ""
    if not num_items:
        return ""
    if name := shape.page_parameter:
        return with_parameter(url, name, str(_number(url, name, shape.first_page) + 1))
    if name := shape.offset_parameter:
        return with_parameter(url, name, str(_number(url, name, 0) + num_items))
    return ""


def _number(url: str, parameter: str, otherwise: int) -> int:
    value = parse_qs(urlsplit(url).query).get(parameter, [""])[-1]
    return int(value) if value.isdecimal() else otherwise
