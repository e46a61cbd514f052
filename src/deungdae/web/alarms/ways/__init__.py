"""The ways by which a channel is reached.

webhook       signed JSON over HTTP to a program
chat          chat and push services, through the library Apprise in a process of its own
chat_process  that process
carrying      from a message that is due to its way
"""
