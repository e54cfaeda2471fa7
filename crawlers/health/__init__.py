"""Health: what visits read against what they should, and the alerts where it is too little."""
