"""What a night does, without an orchestrator: the steps that flows and commands call, the gates and the report."""
