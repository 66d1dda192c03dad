"""The first table: records."""

import sqlalchemy as sa
from alembic import op

revision = "r0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "records",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
        sa.Column("payload", sa.String(16), nullable=False, unique=True),
        sa.Column("method", sa.String(64), nullable=False),
        sa.Column("handle", sa.BigInteger),
        sa.Column("manifest_id", sa.Text, nullable=False),
        sa.Column("hashes", sa.LargeBinary, nullable=False),
        sa.Column("sketch_rows", sa.Integer, nullable=False),
        sa.Column("sketch_columns", sa.Integer, nullable=False),
        sa.Column("duration_ms", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("confirmed_at", sa.DateTime),
        sa.Column("media_type", sa.String(128), nullable=False),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("file_path", sa.Text, nullable=False),
        sa.Column("generator", sa.Text, nullable=False),
        sa.Column("digital_source_type", sa.Text, nullable=False),
        sa.Column("prompt_sha256", sa.String(64)),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("writer", sa.Text, nullable=False),
        # Last, as SQLite reads a row from its start: a scan of the hashes need not step over these.
        sa.Column("sketches", sa.LargeBinary, nullable=False),
        sa.Column("manifest", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_records_handle", "records", ["method", "handle"])
    op.create_index("ix_records_state", "records", ["state"])
    op.create_index("ix_records_sha256", "records", ["sha256"])


def downgrade() -> None:
    """Drop the table and every record in it."""
    op.drop_table("records")
