"""From a draft to an order in the books: what is ordered, priced, signed, checked and given to a care manager."""
