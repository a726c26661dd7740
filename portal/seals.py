"""Secrets that must be read again, sealed before they are stored: second factors and the like.

A password is hashed; what the portal itself must use is sealed with a key derived from
SECRET_KEY, one for each purpose, so that a stolen database alone opens nothing.
"""

import base64
import hashlib

from cryptography.fernet import Fernet
from django.conf import settings


def seal(text: str, *, purpose: str) -> str:
    return _fernet(purpose).encrypt(text.encode()).decode()


def unseal(sealed: str, *, purpose: str) -> str:
    """Raises cryptography.fernet.InvalidToken for what was sealed otherwise."""
    return _fernet(purpose).decrypt(sealed.encode()).decode()


def _fernet(purpose: str) -> Fernet:
    digest = hashlib.sha256(f"{purpose}\0{settings.SECRET_KEY}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
