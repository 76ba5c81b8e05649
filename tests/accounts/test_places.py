"""Boundaries: read from GeoJSON, all of a file or nothing, and drawn as a map that a keyboard reaches."""

from __future__ import annotations

import itertools
import json
import math

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.template import Context, Template
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.enums import Role
from accounts.places.formula import TOLERANCE, area, drawn, read_features, simplified
from accounts.places.models import BoundaryImport, Neighbourhood
from accounts.services.places import import_boundaries, set_residents
from crowdfund.kit.errors import Invalid, NotAllowed
from tests import world
from tests.campaigns.test_campaign_pages import entered
from tests.world import NOW

pytestmark = pytest.mark.django_db


def square(west=9.10, south=45.43, side=0.02):
    east, north = west + side, south + side
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def feature(name="Barona", ring=None, **properties):
    geometry = {"type": "Polygon", "coordinates": [ring or square()]}
    return {"type": "Feature", "properties": {"name": name} | properties, "geometry": geometry}


def collection(*features, **extra):
    return json.dumps({"type": "FeatureCollection", "features": features} | extra).encode()


def take(content, by=None, **wish):
    by = by or world.staff(Role.OFFICER)
    return import_boundaries(content=content, **{"source": "Schizzo"} | wish, by=by, now=NOW)


def test_a_file_gives_boundaries_outlines_and_residents():
    barona = world.neighbourhood()
    hole = {"type": "MultiPolygon", "coordinates": [[square(), square(9.105, 45.435, 0.005)], [square(9.2)]]}
    place = feature("BARONA", NIL="Barona", people=16_000) | {"geometry": hole}
    done = take(collection(place), name_property="NIL", residents_property="people")
    barona.refresh_from_db()
    assert (done.changed, done.created, barona.residents, barona.boundary_source) == (1, 0, 16_000, "Schizzo")
    assert [len(polygon) for polygon in barona.boundary] == [2, 1]
    assert barona.outline == barona.boundary


def test_what_is_not_known_is_made_only_if_asked():
    world.neighbourhood()
    content = collection(feature(), feature("Quarto Oggiaro", square(9.13, 45.51)))
    with pytest.raises(Invalid, match="Quarto Oggiaro"):
        take(content)
    assert Neighbourhood.objects.get().boundary is None
    assert take(content, create=True).created == 1
    assert Neighbourhood.objects.get(slug="quarto-oggiaro").outline


MANY = [feature(str(n)) for n in range(501)]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not_json"),
        (b"PK\x03\x04 a shapefile", "not_json"),
        (b"\xff\xfe", "not_json"),
        (b"[" * 100_000, "not_json"),
        (b'{"type": "FeatureCollection", "features": [NaN]}', "not_json"),
        (b"[]", "no_features"),
        (b'{"type": "Feature"}', "no_features"),
        (collection(), "no_features"),
        (collection(*MANY), "too_many_places"),
        (b" " * (10 * 1024 * 1024 + 1), "too_heavy"),
        (collection(feature(), crs={"properties": {"name": "urn:ogc:def:crs:EPSG::32632"}}), "not_wgs84"),
        (collection(None), "not_a_polygon"),
        (collection({"geometry": {"type": "Point", "coordinates": [9, 45]}}), "not_a_polygon"),
        (collection(feature() | {"geometry": {"type": "Polygon", "coordinates": []}}), "no_coordinates"),
        (collection(feature() | {"geometry": {"type": "Polygon", "coordinates": 7}}), "no_coordinates"),
        (collection(feature(ring=square()[:-1])), "open_ring"),
        (collection(feature(ring=[[9.1, 45.4]] * 5)), "open_ring"),
        (collection(feature(ring=[["9.1", "45.4"]] * 5)), "no_position"),
        (collection(feature(ring=[[10**400, 45]] * 5)), "no_position"),
        (collection(feature(ring=[[9.1]] * 5)), "no_position"),
        (collection(feature(ring=[[lat, lon] for lon, lat in square()])), "swapped"),
        (collection(feature(ring=square(514_000, 5_032_000, 900))), "not_wgs84"),
        (collection(feature(), feature("barona")), "twice"),
        (collection(feature(None)), "no_name"),
        (collection(feature(), feature("Nessun posto")), "unknown_places"),
    ],
)
def test_a_file_that_is_wrong_says_why_and_changes_nothing(content, code):
    world.neighbourhood()
    officer = world.staff(Role.OFFICER)
    before = world.rows("places_neighbourhood", "places_boundaryimport")
    with pytest.raises(Invalid) as caught:
        take(content, by=officer)
    assert caught.value.code == code
    assert str(caught.value)
    assert world.rows("places_neighbourhood", "places_boundaryimport") == before


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"source": " "}, "source"),
        ({"name_property": "NIL"}, "name_property"),
        ({"residents_property": "people"}, "residents_property"),
    ],
)
def test_what_the_file_calls_otherwise_is_named_at_its_input(wish, field):
    world.neighbourhood()
    with pytest.raises(Invalid) as caught:
        take(collection(feature(people="many")), **wish)
    assert caught.value.field == field
    assert not BoundaryImport.objects.exists()


@pytest.mark.parametrize("residents", [-1, 0, 2_000_001])
def test_residents_are_a_number_that_can_be(residents):
    place, officer = world.neighbourhood(), world.staff(Role.OFFICER)
    with pytest.raises(Invalid):
        set_residents(neighbourhood=place, residents=residents, zone="", by=officer, now=NOW)
    with pytest.raises(NotAllowed):
        set_residents(neighbourhood=place, residents=1, zone="", by=world.person(), now=NOW)
    set_residents(neighbourhood=place, residents=16_000, zone="Municipio 6", by=officer, now=NOW)
    place.refresh_from_db()
    assert (place.residents, place.zone) == (16_000, "Municipio 6")


@given(st.lists(st.floats(0.004, 0.02), min_size=5, max_size=60))
def test_a_simpler_ring_is_closed_and_no_point_left_out_lies_far_from_it(radii):
    turn = 2 * math.pi / len(radii)
    ring = [(9.1 + r * math.cos(n * turn), 45.4 + r * math.sin(n * turn)) for n, r in enumerate(radii)]
    ring.append(ring[0])
    ((simple,),) = simplified([[ring]])
    assert simple[0] == simple[-1]
    assert len(simple) >= 4
    assert area(simple) > 0
    assert set(simple) <= set(ring)
    from accounts.places.formula import _distance

    for point in ring:
        near = min(_distance(point, a, b) for a, b in itertools.pairwise(simple))
        assert near <= TOLERANCE + 1e-12


def test_a_map_has_links_a_keyboard_reaches_and_keeps_north_up():
    one, two = ([[[tuple(p) for p in square(9.1, south)]]] for south in (45.40, 45.50))
    height, (lower, upper) = drawn([one, two])
    assert height > 600
    assert float(upper.split()[1].split("L")[0]) < float(lower.split()[1].split("L")[0])
    places = [
        {"name": "<Barona>", "url": "/b/", "outline": one, "source": "Schizzo", "fact": "2 campagne"},
        {"name": "Corvetto", "url": "/c/", "outline": None},
    ]
    html = Template("{% load maps %}{% place_map places 'Mappa' %}").render(Context({"places": places}))
    assert html.count('href="/b/"') == 2  # on the map and in the list
    assert html.count('href="/c/"') == 1
    assert "<Barona>" not in html
    assert not Template("{% load maps %}{% place_map p 'M' %}").render(Context({"p": places[1:]})).strip()


def test_an_officer_imports_on_a_page_which_names_what_is_wrong():
    world.neighbourhood()
    officer = world.staff(Role.OFFICER)
    client = entered(officer)
    form = {"source": "Schizzo", "name_property": "name"}
    address = reverse("places")

    def send(content):
        return client.post(address, form | {"file": SimpleUploadedFile("q.geojson", content)})

    answer = send(b"no")
    assert answer.status_code == 422
    assert "GeoJSON" in answer.content.decode()
    assert send(collection(feature()))["Location"] == address
    assert "Schizzo" in client.get(address).content.decode()
    edit = reverse("place_edit", args=["barona"])
    assert client.post(edit, {"residents": "-4"}).status_code == 422
    assert client.post(edit, {"residents": "16000", "zone": "Municipio 6"})["Location"] == address
    text = client.get(reverse("neighbourhood", args=["barona"])).content.decode()
    assert "place-here" in text
    assert "0 €" in text.replace("\xa0", " ").replace("0,00 €", "0 €")
    assert "place-map" in client.get(reverse("neighbourhoods")).content.decode()
    (found,) = client.get(reverse("api_boundaries")).json()["features"]
    assert found["properties"]["residents"] == 16_000
    client = entered(world.person())
    assert client.get(address).status_code == client.get(edit).status_code == 403


def test_the_command_does_the_same(tmp_path):
    officer = world.staff(Role.OFFICER)
    file = tmp_path / "q.geojson"
    file.write_bytes(collection(feature()))
    with pytest.raises(CommandError, match="Barona"):
        call_command("import_boundaries", file, officer.email, source="Schizzo")
    with pytest.raises(CommandError):
        call_command("import_boundaries", tmp_path / "none", officer.email, source="Schizzo")
    call_command("import_boundaries", file, officer.email, source="Schizzo", create=True)
    assert len(read_features(file.read_bytes())) == 1
    assert Neighbourhood.objects.get().outline
