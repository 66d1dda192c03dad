"""Alembic's scripts: how a store of any age becomes one of today."""
