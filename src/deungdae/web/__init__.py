"""The web application: people of companies drop files here and read answers."""
