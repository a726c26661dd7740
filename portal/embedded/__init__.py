"""PostgreSQL and Valkey from wheels, for `make run` and `make test`. Standard library only: no Django."""
