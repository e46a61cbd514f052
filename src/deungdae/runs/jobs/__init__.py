"""What a run can do, a module for each job; imported by name in the run's own process only."""
