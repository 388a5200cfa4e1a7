"""Backups: one folder that holds the whole of the company and says by itself whether it is whole."""

from app.data.operations.backup.checking import faults_of
from app.data.operations.backup.folders import backups_in, chosen, keep_newest, latest_at
from app.data.operations.backup.making import make_backup, silent
from app.data.operations.backup.manifest import Damaged, read_manifest
from app.data.operations.backup.restoring import holds_rows, restore, whole

__all__ = ["Damaged", "backups_in", "chosen", "faults_of", "holds_rows", "keep_newest", "latest_at", "make_backup",
           "read_manifest", "restore", "silent", "whole"]
