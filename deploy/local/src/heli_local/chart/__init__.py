"""The Helm chart under deploy/chart: pinned Helm, and the rendered examples that are kept beside it."""
