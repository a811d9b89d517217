"""Doctest collection must not import `env.py`: only Alembic can."""

collect_ignore = ["env.py"]
