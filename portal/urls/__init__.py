"""One URLconf a face."""
