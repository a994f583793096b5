"""Thin Prefect flows over the Prefect-free package: ids and paths in, ids and paths out, no decision about content.

Built into the wheel as `policymine_flows`; nothing in `policymine` imports it.
"""
