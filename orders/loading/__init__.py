"""The files of orders, in the order in which they are loaded."""

from orders.loading import activating, caring, contracts, orders, placing, planning

FILES = (*orders.FILES, *placing.FILES, *planning.FILES, *activating.FILES, *caring.FILES, *contracts.FILES)
