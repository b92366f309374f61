"""The agreement as a file: a neutral tree in the middle, codecs between the tree and bytes.

`model` is the tree. The codecs (`docx_out`, `pdf`, `html`, `markdown`) know only the tree: every word they print stands
in it. `lines` is a text without nesting, in which `redline` marks changes word by word.
"""
