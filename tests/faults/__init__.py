"""The worst nights: runs that are killed anywhere, storage that fails, upgrades that are taken back."""
