"""What customers' browsers ask for: the widget's script, the chat's page and its data, the demo's shop."""
