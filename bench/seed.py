"""Seed the database of this process: python -m bench.seed ORDERS."""

import json
import sys

import django

django.setup()

from bench.world import build  # noqa: E402 - needs the applications

print(json.dumps(build(int(sys.argv[1]))))
