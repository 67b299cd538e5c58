"""An application of both sites."""
