"""Statistical tables as statistics clients read them."""
