"""Runs the revisions over the connection, and inside the transaction, that `database.py` hands over."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], version_table="sealreel_schema")
context.run_migrations()
