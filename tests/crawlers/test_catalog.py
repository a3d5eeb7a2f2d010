from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from crawlers.catalog import CATALOG_PATH, CatalogError, load_catalog


def write(folder: Path, **changes: object) -> Path:
    """Write the committed catalogue with fields of its first entry changed; None removes a field."""
    data = yaml.safe_load(CATALOG_PATH.read_text())
    entry = data["sources"][0] | changes
    data["sources"][0] = {key: value for key, value in entry.items() if value is not None}
    path = folder / "catalog.yaml"
    path.write_text(yaml.safe_dump(data))
    return path


def test_catalog_committed_loads_and_its_sources_are_open() -> None:
    catalog = load_catalog()
    assert {"sim-news", "sim-wire", "sim-stats", "sim-api"} <= set(catalog)
    assert all(source.is_open for source in catalog.values() if source.simulated)


@pytest.mark.parametrize(
    ("changes", "needle"),
    [
        ({"kind": "gossip"}, "entry sim-news: field kind"),
        ({"licence": None}, "entry sim-news: field licence"),
        ({"colour": "red"}, "entry sim-news: field colour"),
        ({"politeness": {"delay_s": -1}}, "entry sim-news: field politeness.delay_s"),
        ({"scope": {"hosts": ["www.dailypitch.test"], "pages": ["("]}}, "entry sim-news: field scope.pages"),
        ({"entry_points": ["http://elsewhere.test/"]}, "entry sim-news: entry_points"),
        ({"simulated": False}, "entry sim-news: scope.hosts"),
        ({"access": "api"}, "entry sim-news: api"),
        ({"id": "sim-wire"}, "two entries are called 'sim-wire'"),
    ],
)
def test_catalog_wrong_entry_is_named_with_its_field(
    tmp_path: Path, changes: dict[str, object], needle: str
) -> None:
    with pytest.raises(CatalogError) as error:
        load_catalog(write(tmp_path, **changes))
    assert needle in str(error.value)
    assert "\n" not in str(error.value)


def test_catalog_malformed_yaml_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "catalog.yaml"
    path.write_text("sources: [\n")
    with pytest.raises(CatalogError, match=r"catalog\.yaml cannot be read") as error:
        load_catalog(path)
    assert "\n" not in str(error.value)


def test_catalog_sport_comes_from_the_path() -> None:
    source = load_catalog()["sim-news"]
    assert source.sport_of("http://www.dailypitch.test/ice-hockey/2026/a") == "ice_hockey"
    assert source.sport_of("http://www.dailypitch.test/about") == "other"
