"""What was promised and when: the steps of an order, its technical answers, its dates and what moving them costs."""
