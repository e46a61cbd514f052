"""Persons: they sign in by e-mail address."""

import uuid
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _


def plain_address(text: str) -> str:
    """Return an e-mail address as it is stored and compared: trimmed, in small letters."""
    return text.strip().lower()


class PersonManager(BaseUserManager):
    """Finds persons by their e-mail address, whatever its capitals."""

    def get_by_natural_key(self, email: str) -> "Person":
        """Return the person with this address."""
        found: Person = self.get(email=plain_address(email))
        return found


class Person(AbstractBaseUser):
    """Somebody who signs in; what they may do is said by their memberships."""

    LANGUAGES = (("ko", "한국어"), ("en", "English"))

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("e-mail address"), unique=True, max_length=254)
    name = models.CharField(_("name"), max_length=100)
    language = models.CharField(_("language"), max_length=2, choices=LANGUAGES, default="ko")
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=False)
    joined_at = models.DateTimeField(auto_now_add=True)

    objects = PersonManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ("name",)

    class Meta:
        verbose_name = _("person")

    def __str__(self) -> str:
        return self.name or self.email

    def save(self, *args: Any, **options: Any) -> None:
        """Store the person, the address in the one form in which it is compared."""
        self.email = plain_address(self.email)
        super().save(*args, **options)
