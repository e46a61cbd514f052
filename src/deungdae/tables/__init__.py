"""Shop-floor files to typed tables; the original is never changed."""

from deungdae.tables.reader import read
from deungdae.tables.shop_table import ShopTable

__all__ = ["ShopTable", "read"]
