"""`python -m portal.embedded home`, and `… with-test-servers -- COMMAND…` or `with-bench-servers`."""

import os
import sys

from portal.embedded.faults import Fault, exit_with
from portal.embedded.home import locate, prepare
from portal.embedded.postgres import MEASURED
from portal.embedded.throwaway import with_test_servers


def main() -> int:
    match sys.argv[1:]:
        case ["home"]:
            print(prepare(locate(os.environ)))
            return 0
        case ["with-test-servers", "--", first, *rest]:
            return with_test_servers([first, *rest])
        case ["with-bench-servers", "--", first, *rest]:
            return with_test_servers([first, *rest], MEASURED)
    raise Fault(
        "Usage: python -m portal.embedded home | with-test-servers -- COMMAND… | with-bench-servers -- COMMAND…", 2
    )


if __name__ == "__main__":
    exit_with(main)
