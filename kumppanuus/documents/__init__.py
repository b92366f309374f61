"""The agreement as a file, and files that become one: neutral trees in the middle, codecs between trees and bytes.

`model` is the tree. The codecs (`docx_out`, `pdf`, `html`, `markdown`) know only the tree: every word they print stands
in it. `lines` is a text without nesting, in which `redline` marks changes word by word.
"""
