"""Crawl the chosen sources in a process of its own and commit what came as the ``raw`` artifact."""
