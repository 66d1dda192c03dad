"""Remember what was let out, so that it is recognised when its manifest is gone.

SQLAlchemy and Alembic load when a store is opened, not before.
"""

from .opening import open_store as open_store, store_exists as store_exists
from .store import Imported as Imported, Near as Near, Store as Store
