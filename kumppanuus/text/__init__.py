"""Text as text: comparing, numbering, marking up, fingerprinting and sorting wordings. Pure functions, no state."""
