"""Refusals: sentences for people, codes for machines, one shape for the API."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, serializers
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from crowdfund.kit.errors import Invalid, NotAllowed, Refused


def answer(error: Exception, method: str = "get"):
    """Let a view of the API raise it."""

    class View(APIView):
        authentication_classes = ()

        def get(self, request):
            raise error

    response = View.as_view()(getattr(APIRequestFactory(), method)("/"))
    response.render()
    return response


class TestRefused:
    def test_the_sentence_is_worded_when_it_is_read(self):
        refused = Refused("too_small", _("The smallest amount is %(amount)s."), field="amount", amount="2 €")
        with translation.override("it"):
            assert str(refused) == "L’importo minimo è 2 €."
        with translation.override("en"):
            assert str(refused) == "The smallest amount is 2 €."
        assert (refused.code, refused.field, refused.params) == ("too_small", "amount", {"amount": "2 €"})

    def test_a_sentence_without_numbers_may_say_percent(self):
        assert str(Refused("x", "The match is 50% at most.")) == "The match is 50% at most."

    @pytest.mark.parametrize(("kind", "status"), [(Refused, 409), (Invalid, 400), (NotAllowed, 403)])
    def test_each_kind_has_its_status(self, kind, status):
        response = answer(kind("some_code", "A sentence.", field="goal_cents"))
        assert response.status_code == status
        assert response.data == {"code": "some_code", "detail": "A sentence.", "field": "goal_cents"}


class Inner(serializers.Serializer[object]):
    cents = serializers.IntegerField(min_value=1)


class Outer(serializers.Serializer[object]):
    title = serializers.CharField(max_length=5)
    lines = Inner(many=True)


class TestTheApi:
    @pytest.mark.parametrize(
        ("error", "status", "code"),
        [
            (Http404(), 404, "not_found"),
            (PermissionDenied(), 403, "permission_denied"),
            (exceptions.NotAuthenticated(), 403, "not_authenticated"),
            (exceptions.Throttled(3), 429, "throttled"),
            (exceptions.ParseError(), 400, "parse_error"),
        ],
    )
    def test_drfs_own_errors_have_the_same_shape(self, error, status, code):
        response = answer(error)
        assert (response.status_code, response.data["code"], response.data["field"]) == (status, code, None)
        assert str(response.data["detail"])
        assert set(response.data) == {"code", "detail", "field"}

    def test_a_wrong_method_too(self):
        response = answer(Http404(), "post")
        assert (response.status_code, response.data["code"]) == (405, "method_not_allowed")
        assert response.headers["Allow"]

    @pytest.mark.parametrize(
        ("data", "field", "code"),
        [
            ({}, "title", "required"),
            ({"title": "toolong", "lines": []}, "title", "max_length"),
            ({"title": "ok", "lines": [{"cents": 5}, {"cents": 0}]}, "lines.1.cents", "min_value"),
            ({"title": "ok", "lines": {"cents": 5}}, "lines", "not_a_list"),
            ("text", None, "invalid"),
        ],
    )
    def test_a_serializers_complaints_name_their_field(self, data, field, code):
        serializer = Outer(data=data)
        assert not serializer.is_valid()
        response = answer(exceptions.ValidationError(serializer.errors))
        assert response.status_code == 400
        assert (response.data["field"], response.data["code"]) == (field, code)
        assert isinstance(response.data["detail"], str)

    def test_a_list_of_complaints(self):
        response = answer(exceptions.ValidationError(["No."]))
        assert (response.data["detail"], response.data["field"]) == ("No.", None)

    def test_a_fault_of_ours_is_no_answer_of_theirs(self):
        with pytest.raises(ZeroDivisionError):
            answer(ZeroDivisionError())
