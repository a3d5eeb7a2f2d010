"""Training jobs: one spec and one entry point, run here as a process or, later, by SageMaker."""
