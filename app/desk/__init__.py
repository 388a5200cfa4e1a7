"""What lies on everybody's desk: tasks, notices, and the files that belong to records."""
