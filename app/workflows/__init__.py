"""What happens by itself: rules, schedules, assignment, reminders, the outbox and the jobs behind them."""
