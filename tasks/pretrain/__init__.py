"""Train the base model on token shards, as a job of the model package."""
