"""What tests of several rooms work with."""
