"""Workflow files, funnel, ranking, store, execution on dask."""
