"""The files of orders, in the order in which they are loaded."""

from orders.loading import activating, caring, contracts, orders, planning

FILES = (*orders.FILES, *planning.FILES, *activating.FILES, *caring.FILES, *contracts.FILES)
