"""What runs in the browser: one folder a component, its JavaScript plain modules without a build."""
