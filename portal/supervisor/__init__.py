"""`make run`: servers, web faces, workers and beat, kept alive together. Standard library only: no Django."""
