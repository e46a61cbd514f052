"""The history as files, made piece by piece in bounded memory.

asked       what an export question asks for         rows       its rows, a table at a time
local       times as a clock on the wall shows them  headings   columns in the reader's language
csv_file    spreadsheet_file    parquet_file    arrow_stream
"""
