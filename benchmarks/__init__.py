"""The measured lives: what the project promises of speed, against peers, on made-up data, by one command."""
