"""The spine: records, log, index and the stages between them."""
