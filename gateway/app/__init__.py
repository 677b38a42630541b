"""The one place that puts the rooms together: commands, the service, what it runs on."""
