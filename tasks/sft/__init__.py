"""Fine-tune a checkpoint on conversations, as a job of the model package."""
