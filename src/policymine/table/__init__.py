"""The knowledge table: pages, documents and findings, staged by a run and published as a whole."""

from policymine.table.lock import RunLock
from policymine.table.publish import Changes, Run
from policymine.table.records import Validators
from policymine.table.rows import rows_of
from policymine.table.store import PageState, RunRecord, Table

__all__ = ["Changes", "PageState", "Run", "RunLock", "RunRecord", "Table", "Validators", "rows_of"]
