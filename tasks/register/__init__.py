"""Package an evaluated model, register it in MLflow, and move the champion when its floors are reached."""
