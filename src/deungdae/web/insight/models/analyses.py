"""One question asked of one file, and its answer."""

from django.conf import settings
from django.db import models
from django.urls import reverse

from deungdae.web.core.models import Owned
from deungdae.web.insight.models.uploads import Upload


class Analysis(Owned):
    """One run of a method over an upload; the report is its page.

    `method` is one of `methods.METHODS`. `options` is what was told when it was started. `answer`
    is the report's first sentence in each language. `previous` is the last finished search for
    causes in a file of the same shape. `about` is the analysis that this one follows up: the
    causes that a plan shall prove, the plan that an experiment carried out. `verdict` is the
    verdict of causes, or how much the report of another method asks for a look (now, soon, fine,
    unknown), and `verdict_word` says it in each language.
    """

    upload = models.ForeignKey(Upload, on_delete=models.PROTECT, related_name="analyses")
    method = models.CharField(max_length=20, default="causes")
    about = models.ForeignKey(
        "self", null=True, on_delete=models.SET_NULL, related_name="followed_up_by"
    )
    title = models.CharField(max_length=200)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    options = models.JSONField(default=dict)
    # The upload may be understood in another way later; this is what was asked about.
    table = models.JSONField(null=True)
    understanding = models.JSONField(null=True)
    sheet_told = models.BooleanField(default=False)
    shape = models.CharField(max_length=64)
    demo = models.BooleanField(default=False)
    previous = models.ForeignKey(
        "self", null=True, on_delete=models.SET_NULL, related_name="followed_by"
    )
    # What came of it; empty until then.
    run = models.CharField(max_length=40, blank=True)
    answer = models.JSONField(null=True)
    verdict = models.CharField(max_length=20, blank=True)
    verdict_word = models.JSONField(null=True)
    rows = models.BigIntegerField(null=True)
    bad = models.BigIntegerField(null=True)
    findings = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ("-created_at", "-pk")
        indexes = (
            models.Index(fields=("organisation", "-created_at")),
            models.Index(fields=("organisation", "shape", "-finished_at")),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the address of the report; whoever belongs to the company may open it."""
        return reverse("insight:analysis", args=[self.public_id])
