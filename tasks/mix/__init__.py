"""Mix: which document of which snapshot is trained on, in which split and group, and which is not and why."""
