"""What a framework means: values, logic, nodes, findings."""
