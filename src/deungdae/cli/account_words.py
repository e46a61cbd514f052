"""What is said of a new account, by `deungdae up` and by the commands of accounts."""

from deungdae.reports.words import Words


def show_account(email: str, password: str, words: Words) -> None:
    """Print the address and the one-time password of an account."""
    print(words.say("Address: {email}", email=email))
    print(words.say("One-time password: {password}", password=password))
    print(words.say("It must be changed at the first sign-in."), flush=True)
