"""What the live page shows: the last value of each tag, how old it is, and how lines stand.

judging   one value: fresh, stale, bad, or with a clock that is wrong
lines     tags by line and asset, counted, and what is wrong in them
words     ages and sentences, the same on the server and in the browser
tags      what is known of an organisation's tags, and which a page shows
board     one organisation's values in memory, shared by all who look at them
telling   what a browser is told, as plain data
page      what the first paint shows
streams   what one browser is sent, and when it ends
"""
