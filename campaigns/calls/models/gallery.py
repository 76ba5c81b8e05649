from __future__ import annotations

from django.core.files.storage import default_storage
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from campaigns.calls.models.calls import Call
from campaigns.calls.models.programmes import Programme

ONE_OWNER = Q(programme__isnull=False, call__isnull=True) | Q(programme__isnull=True, call__isnull=False)


class GalleryPicture(models.Model):
    """A picture of a programme or of a call, with words for those who can't see it and who took it.

    `consent` says that the people to be recognised in it, and who took it, agreed to its being published; one without
    is never kept.
    """

    programme = models.ForeignKey(
        Programme, null=True, blank=True, on_delete=models.PROTECT, related_name="pictures"
    )
    call = models.ForeignKey(Call, null=True, blank=True, on_delete=models.PROTECT, related_name="pictures")
    stored = models.CharField(max_length=120, unique=True)
    alt = models.CharField(_("what the picture shows"), max_length=200)
    credit = models.CharField(_("who took it"), max_length=120)
    consent = models.BooleanField(_("consent"))
    position = models.PositiveSmallIntegerField()
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(condition=ONE_OWNER, name="gallery_picture_one_owner"),
            models.CheckConstraint(condition=Q(consent=True), name="gallery_picture_with_consent"),
            models.CheckConstraint(condition=~Q(alt="") & ~Q(credit=""), name="gallery_picture_with_words"),
        ]

    def __str__(self) -> str:
        return self.alt

    @property
    def url(self) -> str:
        """The picture's address."""
        return default_storage.url(self.stored)


class PublicDocument(models.Model):
    """A document of a programme or of a call, for anyone who may see its page. The file lies in the private storage."""

    programme = models.ForeignKey(
        Programme, null=True, blank=True, on_delete=models.PROTECT, related_name="documents"
    )
    call = models.ForeignKey(Call, null=True, blank=True, on_delete=models.PROTECT, related_name="documents")
    title = models.CharField(_("title"), max_length=160)
    dated_on = models.DateField(_("date"))
    stored = models.CharField(max_length=120, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=5)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["-dated_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=ONE_OWNER, name="public_document_one_owner"),
        ]

    def __str__(self) -> str:
        return self.title
