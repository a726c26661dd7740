"""The book of terms: pages that explain each, keep its history, and set it from a day on."""
