"""Creation, removal and archives of jobs."""
